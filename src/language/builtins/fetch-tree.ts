// `fetchTree` and `fetchGit`: a folder or file from wherever its attributes say, with what is known about its version.
// Here arguments become an input and a result becomes a set; the fetching itself is the world's.

import {
  booleanAttribute,
  type InputAttribute,
  type InputAttributes,
  inputFromAttributes,
  inputFromUrl,
  isDirectInput,
  isFinalInput,
  isLockedInput,
  narHashOf,
  numberAttribute,
  parseGitUrl,
  parseUrl,
  printHash,
  printInput,
  printUrl,
  revisionOf,
  textAttribute,
} from "#formats";
import { BaseError, hint, TypeError } from "../errors/index.ts";
import type { FetchedTree } from "../io.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { Attrs, AttrsBuilder } from "../values/attrs.ts";
import { ContextCollector } from "../values/context.ts";
import { isInteger } from "../values/integer.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import { typeName } from "../values/type-name.ts";
import { NixPath, NixString, type Slot, type Value } from "../values/value.ts";
import { evalError } from "./define.ts";
import { requireFeature } from "./features.ts";
import { requireAllowedUri } from "./fetch.ts";
import { withLanguageErrors } from "./foreign-error.ts";
import { attributeValue, inputContext } from "./input-attributes.ts";
import { printJson } from "./json/print.ts";
import { storePathValue } from "./store-objects.ts";

type Fetcher = "fetchTree" | "fetchGit";

function fetchTree(evaluator: Evaluator, slot: Slot, fetcher: Fetcher, mark?: "final"): Value {
  const value = force(slot);
  const given = value instanceof Attrs ? inputOfSet(evaluator, value, fetcher) : inputOfText(evaluator, value, fetcher);
  const input = resolveName(evaluator, given);
  if (evaluator.settings.pureEval && !withLanguageErrors(() => isLockedInput(input))) {
    allowUnlocked(evaluator, input, fetcher);
  }
  const url = withLanguageErrors(() => printInput(input));
  requireAllowedUri(evaluator, url);
  const isFinal = mark === "final";
  if (!isFinal && withLanguageErrors(() => isFinalInput(input))) {
    throw new BaseError(hint`input '${url}' is not allowed to use the '__final' attribute`);
  }
  const tree = withLanguageErrors(() =>
    evaluator.io.fetchTree(isFinal ? new Map([...input, ["__final", true]]) : input),
  );
  return treeAttributes(evaluator, tree, { emptyRevision: fetcher === "fetchGit" });
}

/** What the registries say of a name, where they may be asked. */
function resolveName(evaluator: Evaluator, input: InputAttributes): InputAttributes {
  const { pureEval, experimentalFeatures } = evaluator.settings;
  if (pureEval || isDirectInput(input) || !experimentalFeatures.has("flakes")) return input;
  return withLanguageErrors(() => evaluator.io.resolveInput?.(input, "inputs") ?? input);
}

// What is asked for.

function inputOfSet(evaluator: Evaluator, given: Attrs, fetcher: Fetcher): InputAttributes {
  const attributes = new Map<string, InputAttribute>([["type", typeOf(evaluator, given, fetcher)]]);
  for (const symbol of given.symbols) {
    const name = evaluator.symbols.name(symbol);
    if (name === "type") continue;
    attributes.set(name, readAttribute(evaluator, given, name, fetcher));
  }
  if (fetcher === "fetchGit") ignoreAtExport(attributes);
  else if (attributes.get("type") === "git" && !attributes.has("shallow")) attributes.set("shallow", true);
  if (fetcher === "fetchTree" && attributes.has("name")) {
    throw evalError(hint`argument 'name' isn\xe2\x80\x99t supported in call to '${fetcher}'`);
  }
  return withLanguageErrors(() => inputFromAttributes(attributes, inputContext(evaluator)));
}

function typeOf(evaluator: Evaluator, given: Attrs, fetcher: Fetcher): string {
  const symbol = evaluator.symbol("type");
  const slot = given.get(symbol);
  if (fetcher === "fetchGit") {
    if (slot !== undefined) throw evalError("unexpected argument 'type'");
    return "git";
  }
  if (slot === undefined) throw evalError(hint`argument 'type' is missing in call to '${fetcher}'`);
  const frame = `while evaluating the \`type\` argument passed to '${fetcher}'`;
  return evaluator.forceStringNoContext(slot, frame, given.positionOf(symbol));
}

function readAttribute(evaluator: Evaluator, given: Attrs, name: string, fetcher: Fetcher): InputAttribute {
  const symbol = evaluator.symbol(name);
  const pos = given.positionOf(symbol);
  const value = force(given.get(symbol) as Slot, pos);
  if (typeof value === "string" || value instanceof NixString || value instanceof NixPath) {
    const text = evaluator.coerceToString(value, new ContextCollector(), "", { copyToStore: false }, pos);
    return fetcher === "fetchGit" && name === "url" ? gitUrl(evaluator, text) : text;
  }
  if (typeof value === "boolean") return value;
  if (isInteger(value)) {
    if (value < 0) throw evalError(hint`negative value given for '${fetcher}' argument '${name}': ${value}`);
    return BigInt(value);
  }
  if (name === "publicKeys") {
    requireFeature(evaluator, "verified-fetches");
    return printJson(evaluator, value, new ContextCollector(), pos, { strict: true });
  }
  throw new TypeError(
    hint`argument '${name}' to '${fetcher}' is ${typeName(value)} while a string, Boolean or integer is expected`,
  );
}

function inputOfText(evaluator: Evaluator, value: Value, fetcher: Fetcher): InputAttributes {
  const frame = `while evaluating the first argument passed to '${fetcher}'`;
  const text = evaluator.coerceToString(value, new ContextCollector(), frame, { copyToStore: false });
  if (fetcher === "fetchGit") {
    const attributes = new Map<string, InputAttribute>([
      ["type", "git"],
      ["url", gitUrl(evaluator, text)],
    ]);
    ignoreAtExport(attributes);
    return withLanguageErrors(() => inputFromAttributes(attributes, inputContext(evaluator)));
  }
  if (!evaluator.settings.experimentalFeatures.has("flakes")) {
    throw evalError(hint`passing a string argument to '${fetcher}' requires the 'flakes' experimental feature`);
  }
  const context = inputContext(evaluator);
  return withLanguageErrors(() => inputFromUrl(parseUrl(text, { warn: context.warn }), true, context));
}

function gitUrl(evaluator: Evaluator, text: string): string {
  return withLanguageErrors(() => printUrl(parseGitUrl(text, inputContext(evaluator).warn)));
}

/** `fetchGit` leaves out what `.gitattributes` marks so, if not asked otherwise. */
function ignoreAtExport(attributes: Map<string, InputAttribute>): void {
  const withSubmodules = withLanguageErrors(() => booleanAttribute(attributes, "submodules")) === true;
  if (!attributes.has("exportIgnore") && !withSubmodules) attributes.set("exportIgnore", true);
}

// Purity.

function allowUnlocked(evaluator: Evaluator, input: InputAttributes, fetcher: Fetcher): void {
  const url = withLanguageErrors(() => printInput(input));
  if (withLanguageErrors(() => narHashOf(input)) === undefined) {
    throw evalError(hint`in pure evaluation mode, '${fetcher}' doesn't fetch unlocked input '${url}'`);
  }
  evaluator.io.emitMessage(
    "warn",
    `Input '${url}' is unlocked (e.g. lacks a Git revision) but is checked by NAR hash. This is not reproducible and will break after garbage collection or when shared.`,
  );
}

// What is given back (emitTreeAttrs).

export interface TreeAttributesOptions {
  /** A dirty tree has no commit; `fetchGit` has always said that it is the one of zeros then. */
  readonly emptyRevision?: boolean;
  /** Says nothing of a commit, although there is one. */
  readonly forceDirty?: boolean;
}

/** What a program learns of a tree: its path, and what is known of its version (emitTreeAttrs). */
export function treeAttributes(
  evaluator: Evaluator,
  { path, attributes }: FetchedTree,
  { emptyRevision = false, forceDirty = false }: TreeAttributesOptions,
): Attrs {
  const result = new Map<string, Value>([["outPath", storePathValue(evaluator, path)]]);
  const hash = narHashOf(attributes);
  if (hash !== undefined) result.set("narHash", printHash(hash, "sri"));
  if (attributes.get("type") === "git") result.set("submodules", booleanAttribute(attributes, "submodules") ?? false);
  if (!forceDirty) {
    const revision = revisionOf(attributes);
    const commit =
      revision === undefined ? (emptyRevision ? "0".repeat(40) : undefined) : printHash(revision, "base16");
    if (commit !== undefined) result.set("rev", commit).set("shortRev", commit.slice(0, 7));
    const count = numberAttribute(attributes, "revCount") ?? (emptyRevision ? 0n : undefined);
    if (count !== undefined) result.set("revCount", attributeValue(count));
  }
  for (const name of ["dirtyRev", "dirtyShortRev"]) {
    const text = textAttribute(attributes, name);
    if (text !== undefined) result.set(name, text);
  }
  const modified = numberAttribute(attributes, "lastModified");
  if (modified !== undefined) {
    result.set("lastModified", attributeValue(modified)).set("lastModifiedDate", printDate(modified));
  }
  const builder = new AttrsBuilder();
  for (const [name, value] of result) builder.set(evaluator.symbol(name), value);
  return builder.build();
}

/** Seconds since the epoch as `20260131235959`. */
function printDate(seconds: bigint): string {
  const [date = ""] = new Date(Number(seconds) * 1000).toISOString().split(".");
  return date.replace(/[-T:]/g, "");
}

export const fetchTreeBuiltins: readonly PrimOpDefinition[] = [
  {
    name: "fetchTree",
    arity: 1,
    argumentNames: ["input"],
    isGlobal: true,
    experimentalFeature: "fetch-tree",
    impl: (evaluator, slot) => fetchTree(evaluator, slot, "fetchTree"),
  },
  {
    name: "fetchGit",
    arity: 1,
    argumentNames: ["args"],
    isGlobal: true,
    impl: (evaluator, slot) => fetchTree(evaluator, slot, "fetchGit"),
  },
  {
    name: "fetchFinalTree",
    arity: 1,
    argumentNames: ["input"],
    isInternal: true,
    impl: (evaluator, slot) => fetchTree(evaluator, slot, "fetchTree", "final"),
  },
];
