// The attributes of a derivation that tell the builder's surroundings what to do (Nix's DerivationOptions): read from the
// environment, or from the structured attributes where a derivation has those. Strings are byte strings.

import { FirnError, isInStore, parsePathInStore, parseStorePathIfValid } from "#formats";
import type { Derivation, StoreDir, StorePath } from "#formats";
import { parseStructuredAttributes } from "./structured-attributes.ts";
import type { Json, JsonObject } from "./structured-attributes.ts";

/** A store path, or the name of an output of the same derivation. */
export type ReferenceSpecifier =
  | { readonly kind: "path"; readonly path: StorePath }
  | { readonly kind: "output"; readonly name: string };

export interface OutputChecks {
  readonly ignoreSelfReferences: boolean;
  /** Bytes of NAR. */
  readonly maxSize?: number;
  readonly maxClosureSize?: number;
  /** Absent allows everything; empty allows nothing. */
  readonly allowedReferences?: readonly ReferenceSpecifier[];
  readonly allowedRequisites?: readonly ReferenceSpecifier[];
  readonly disallowedReferences: readonly ReferenceSpecifier[];
  readonly disallowedRequisites: readonly ReferenceSpecifier[];
}

export interface DerivationOptions {
  /** The checks of an output; undefined when it has none. */
  readonly outputChecks: (outputName: string) => OutputChecks | undefined;
  readonly unsafeDiscardReferences: ReadonlySet<string>;
  readonly passAsFile: ReadonlySet<string>;
  /** File (or, structured, attribute) name to the paths whose closures it describes. */
  readonly exportReferencesGraph: ReadonlyMap<string, readonly StorePath[]>;
  readonly noChroot: boolean;
  readonly impureHostDeps: readonly string[];
  readonly impureEnvVars: readonly string[];
  readonly requiredSystemFeatures: readonly string[];
  readonly preferLocalBuild: boolean;
  readonly allowSubstitutes: boolean;
  /** The structured attributes, where the derivation has them. */
  readonly structured: JsonObject | undefined;
}

/** Throws where Nix does: attributes of the wrong type, an uneven exportReferencesGraph (derivationOptionsFromStructuredAttrs). */
export function readDerivationOptions(storeDir: StoreDir, derivation: Derivation): DerivationOptions {
  const text = derivation.structuredAttributes;
  const structured = text === undefined ? undefined : parseStructuredAttributes(text);
  const read = structured === undefined ? fromEnvironment(derivation.env) : fromStructured(structured);
  return {
    outputChecks: structured === undefined ? checksOfAll(storeDir, read) : checksPerOutput(storeDir, structured),
    unsafeDiscardReferences: structured === undefined ? new Set() : discardedOutputs(structured),
    passAsFile: new Set(structured === undefined ? read.strings("passAsFile") : []),
    exportReferencesGraph:
      structured === undefined
        ? graphFromEnvironment(storeDir, derivation.env.get("exportReferencesGraph") ?? "")
        : graphFromStructured(storeDir, structured),
    noChroot: read.boolean("__noChroot", false),
    impureHostDeps: read.strings("__impureHostDeps") ?? [],
    impureEnvVars: read.strings("impureEnvVars") ?? [],
    requiredSystemFeatures: read.strings("requiredSystemFeatures") ?? [],
    preferLocalBuild: read.boolean("preferLocalBuild", false),
    allowSubstitutes: read.boolean("allowSubstitutes", true),
    structured,
  };
}

/** Words separated by white space, each once, sorted: Nix's tokenizeString into a set. */
function tokenise(text: string): string[] {
  return [...new Set(words(text))].toSorted();
}

const words = (text: string): string[] => text.split(/[ \t\n\r]+/).filter((word) => word !== "");

interface Attributes {
  boolean(name: string, absent: boolean): boolean;
  strings(name: string): string[] | undefined;
}

function fromEnvironment(env: ReadonlyMap<string, string>): Attributes {
  return {
    boolean(name, absent) {
      const value = env.get(name);
      return value === undefined ? absent : value === "1";
    },
    strings(name) {
      const value = env.get(name);
      return value === undefined ? undefined : tokenise(value);
    },
  };
}

function fromStructured(attributes: JsonObject): Attributes {
  return {
    boolean(name, absent) {
      const value = attributes.get(name);
      return value === undefined ? absent : expectBoolean(name, value);
    },
    strings(name) {
      const value = attributes.get(name);
      return value === undefined ? undefined : [...new Set(expectStrings(name, value))].toSorted();
    },
  };
}

function checksOfAll(storeDir: StoreDir, read: Attributes): DerivationOptions["outputChecks"] {
  const list = (name: string): ReferenceSpecifier[] | undefined =>
    read.strings(name)?.map((text) => parseSpecifier(storeDir, text));
  const checks = outputChecks(true, list);
  return () => checks;
}

function checksPerOutput(storeDir: StoreDir, attributes: JsonObject): DerivationOptions["outputChecks"] {
  const result = new Map<string, OutputChecks>();
  const all = attributes.get("outputChecks");
  if (all !== undefined) {
    for (const [outputName, value] of expectObject("outputChecks", all)) {
      const output = expectObject(outputName, value);
      const list = (name: string): ReferenceSpecifier[] | undefined => {
        const texts = output.get(name);
        return texts === undefined
          ? undefined
          : expectStrings(`outputChecks."${outputName}".${name}`, texts).map((text) => parseSpecifier(storeDir, text));
      };
      result.set(outputName, {
        ...outputChecks(false, list),
        ...sizeLimit("maxSize", output),
        ...sizeLimit("maxClosureSize", output),
      });
    }
  }
  return (outputName) => result.get(outputName);
}

function outputChecks(
  ignoreSelfReferences: boolean,
  list: (name: string) => ReferenceSpecifier[] | undefined,
): OutputChecks {
  const allowedReferences = list("allowedReferences");
  const allowedRequisites = list("allowedRequisites");
  return {
    ignoreSelfReferences,
    ...(allowedReferences === undefined ? {} : { allowedReferences }),
    ...(allowedRequisites === undefined ? {} : { allowedRequisites }),
    disallowedReferences: list("disallowedReferences") ?? [],
    disallowedRequisites: list("disallowedRequisites") ?? [],
  };
}

function sizeLimit<Name extends "maxSize" | "maxClosureSize">(
  name: Name,
  output: JsonObject,
): Partial<Record<Name, number>> {
  const value = output.get(name);
  if (value === undefined) return {};
  if (!(typeof value === "object" && value !== null && "number" in value)) throw wrongJsonType(name, "a number");
  return { [name]: Number(value.number) } as Record<Name, number>;
}

function discardedOutputs(attributes: JsonObject): Set<string> {
  const value = attributes.get("unsafeDiscardReferences");
  const discarded = new Set<string>();
  if (value === undefined) return discarded;
  for (const [output, discard] of expectObject("unsafeDiscardReferences", value)) {
    if (expectBoolean("unsafeDiscardReferences", discard)) discarded.add(output);
  }
  return discarded;
}

function graphFromEnvironment(storeDir: StoreDir, text: string): Map<string, StorePath[]> {
  const tokens = words(text);
  if (tokens.length % 2 !== 0) throw unevenReferencesGraph(text);
  const graph = new Map<string, StorePath[]>();
  for (let i = 0; i < tokens.length; i += 2) {
    const fileName = tokens[i] as string;
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(fileName)) throw invalidGraphFileName(fileName);
    graph.set(fileName, [parsePathInStore(storeDir, tokens[i + 1] as string).path]);
  }
  return graph;
}

function graphFromStructured(storeDir: StoreDir, attributes: JsonObject): Map<string, StorePath[]> {
  const graph = new Map<string, StorePath[]>();
  const value = attributes.get("exportReferencesGraph");
  if (!(value instanceof Map)) return graph;
  for (const [key, paths] of value) {
    graph.set(
      key,
      [...new Set(flatten(paths))].map((text) => parsePathInStore(storeDir, text).path),
    );
  }
  return graph;
}

function flatten(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(flatten);
  throw new FirnError("wrong-graph-value", "'exportReferencesGraph' value is not an array or a string");
}

function parseSpecifier(storeDir: StoreDir, text: string): ReferenceSpecifier {
  const path = isInStore(storeDir, text) ? parseStorePathIfValid(storeDir, text) : undefined;
  return path === undefined ? { kind: "output", name: text } : { kind: "path", path };
}

function expectBoolean(name: string, value: Json): boolean {
  if (typeof value !== "boolean") throw wrongJsonType(name, "a boolean");
  return value;
}

function expectStrings(name: string, value: Json): string[] {
  if (!Array.isArray(value)) throw wrongJsonType(name, "an array");
  return value.map((element) => {
    if (typeof element !== "string") throw wrongJsonType(name, "a string");
    return element;
  });
}

function expectObject(name: string, value: Json): JsonObject {
  if (!(value instanceof Map)) throw wrongJsonType(name, "an object");
  return value;
}

function wrongJsonType(name: string, expected: string): FirnError {
  return new FirnError("wrong-attribute-type", `The attribute '${name}' has the wrong type: ${expected} is expected`);
}

function unevenReferencesGraph(text: string): FirnError {
  return new FirnError("uneven-references-graph", `odd number of tokens in 'exportReferencesGraph': '${text}'`);
}

function invalidGraphFileName(name: string): FirnError {
  return new FirnError("invalid-graph-file-name", `invalid file name '${name}' in 'exportReferencesGraph'`);
}
