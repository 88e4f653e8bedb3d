// Registries: what a name such as `nixpkgs` stands for. There are those of the command line, of the user, of the system, and
// the global one; the first that knows a name counts. A registry that cannot be read is told of and otherwise empty.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  attributesEqual,
  FirnError,
  fromByteString,
  type InputAttribute,
  type InputAttributes,
  inputContains,
  type InputContext,
  inputFromAttributes,
  isDirectInput,
  jsonObjectOf,
  type JsonValue,
  optionalJsonMember,
  overrideInput,
  parseJson,
  printIndentedJson,
  printJson,
  printInput,
  revisionOf,
  textAttribute,
} from "#formats";
import { hostPath } from "#host";
import { attributesToJson, readAttributes } from "./lock-file.ts";

export type RegistryKind = "flags" | "user" | "system" | "global" | "custom";

export interface RegistryEntry {
  readonly from: InputAttributes;
  readonly to: InputAttributes;
  /** The folder of `to` that has the flake. */
  readonly folder: string | undefined;
  /** Only `from` itself is meant, not another branch or commit of it. */
  readonly isExact: boolean;
}

export interface Registry {
  readonly kind: RegistryKind;
  readonly entries: readonly RegistryEntry[];
}

export function readRegistry(path: string, kind: RegistryKind, context: InputContext): Registry {
  if (!existsSync(hostPath(path))) return { kind, entries: [] };
  const entries: RegistryEntry[] = [];
  try {
    const json = jsonObjectOf(parseJson(readFileSync(hostPath(path), "latin1"))) ?? {};
    const version = optionalJsonMember(json, "version") ?? 0;
    if (version !== 2) throw unsupportedVersion(path, version);
    for (const flake of (optionalJsonMember(json, "flakes") ?? []) as readonly JsonValue[]) {
      entries.push(readEntry(flake, context));
    }
  } catch (error) {
    const { message } = error as Error;
    const isParsing = error instanceof FirnError && error.code === "bad-json";
    context.warn(`cannot ${isParsing ? "parse" : "read"} flake registry '${path}': ${message}`);
  }
  return { kind, entries };
}

function readEntry(json: JsonValue, context: InputContext): RegistryEntry {
  const object = jsonObjectOf(json) ?? {};
  const to = new Map<string, InputAttribute>(readAttributes(optionalJsonMember(object, "to") ?? null));
  const folder = textAttribute(to, "dir");
  to.delete("dir");
  return {
    from: inputFromAttributes(readAttributes(optionalJsonMember(object, "from") ?? null), context),
    to: inputFromAttributes(to, context),
    folder,
    isExact: optionalJsonMember(object, "exact") === true,
  };
}

/** Folders on the way are made. */
export function writeRegistry(path: string, entries: readonly RegistryEntry[]): void {
  const flakes = entries.map(({ from, to, folder, isExact }) => ({
    from: attributesToJson(from),
    to: { ...attributesToJson(to), ...(folder === undefined ? {} : { dir: fromByteString(folder) }) },
    ...(isExact ? { exact: true } : {}),
  }));
  mkdirSync(hostPath(dirname(path)), { recursive: true });
  const json = { version: 2, flakes: flakes.length === 0 ? null : flakes };
  writeFileSync(hostPath(path), printIndentedJson(json, 2), "latin1");
}

export interface Resolved {
  readonly input: InputAttributes;
  /** The folder that the registry names, where it names one. */
  readonly folder: string | undefined;
}

/** Nobody resolves further than this; more is a cycle. */
const mostSteps = 100;

/** Follows registries until the input is one that can be fetched (lookupInRegistries). */
export function lookUpInRegistries(registries: readonly Registry[], asked: InputAttributes): Resolved {
  let input = asked;
  let folder: string | undefined;
  for (let steps = 1; ; steps++) {
    if (steps > mostSteps) throw registryCycle(input);
    const entry = findEntry(registries, input);
    if (entry === undefined) break;
    folder = entry.folder;
    input = entry.isExact ? entry.to : atSameCommit(entry, input);
  }
  if (!isDirectInput(input)) throw notInRegistries(input);
  return { input, folder };
}

function findEntry(registries: readonly Registry[], input: InputAttributes): RegistryEntry | undefined {
  for (const { entries } of registries) {
    for (const entry of entries) {
      if (entry.isExact ? attributesEqual(entry.from, input) : inputContains(entry.from, input)) return entry;
    }
  }
  return undefined;
}

/** The branch or commit that was asked for is asked of what the entry leads to. */
function atSameCommit({ from, to }: RegistryEntry, asked: InputAttributes): InputAttributes {
  const reference = from.has("ref") ? undefined : textAttribute(asked, "ref");
  const revision = from.has("rev") ? undefined : revisionOf(asked);
  return overrideInput(to, reference, revision);
}

function unsupportedVersion(path: string, version: JsonValue): FirnError {
  return new FirnError("registry", `flake registry '${path}' has unsupported version ${printJson(version)}`);
}

function registryCycle(input: InputAttributes): FirnError {
  return new FirnError("registry", `cycle detected in flake registry for '${printInput(input)}'`);
}

function notInRegistries(input: InputAttributes): FirnError {
  return new FirnError("registry", `cannot find flake '${printInput(input)}' in the flake registries`);
}
