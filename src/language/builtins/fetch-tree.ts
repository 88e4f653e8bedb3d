// `fetchTree` and `fetchGit`: a folder or file from wherever its attributes say, with what is known about its version.
// Here arguments become an input and a result becomes a set; the fetching itself is the world's. Names that a registry
// explains (`flake:nixpkgs`) belong to flakes and are not found here.

import {
  booleanAttribute,
  type Hash,
  hashesEqual,
  type InputAttribute,
  type InputAttributes,
  inputFromAttributes,
  inputFromUrl,
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
import { BaseError, hint, literalHint, TypeError } from "../errors/index.ts";
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

function fetchTree(evaluator: Evaluator, slot: Slot, fetcher: Fetcher): Value {
  const value = force(slot);
  const input = value instanceof Attrs ? inputOfSet(evaluator, value, fetcher) : inputOfText(evaluator, value, fetcher);
  if (input.get("type") === "indirect" && !evaluator.settings.pureEval) throw notInRegistries(input);
  if (evaluator.settings.pureEval && !isLocked(input)) allowUnlocked(evaluator, input, fetcher);
  const url = withLanguageErrors(() => printInput(input));
  requireAllowedUri(evaluator, url);
  if (withLanguageErrors(() => booleanAttribute(input, "__final")) === true) {
    throw new BaseError(hint`input '${url}' is not allowed to use the '__final' attribute`);
  }
  const tree = fetch(evaluator, input, url);
  checkContent(input, tree.attributes);
  return treeValue(evaluator, tree, fetcher);
}

function fetch(evaluator: Evaluator, input: InputAttributes, url: string): FetchedTree {
  try {
    const tree = withLanguageErrors(() => evaluator.io.fetchTree(input));
    withLanguageErrors(() => checkAsked(input, tree.attributes));
    return tree;
  } catch (error) {
    if (error instanceof BaseError) error.addTrace(undefined, hint`while fetching the input '${url}'`);
    throw error;
  }
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

/** Whether the attributes decide the content (InputScheme::isLocked). */
function isLocked(input: InputAttributes): boolean {
  return withLanguageErrors(() => {
    switch (input.get("type")) {
      case "path":
      case "file":
      case "tarball":
        return narHashOf(input) !== undefined;
      case "git":
        return revisionOf(input)?.bytes.some((byte) => byte !== 0) ?? false;
      case "github":
      case "gitlab":
      case "sourcehut":
      case "hg":
        return revisionOf(input) !== undefined;
      default:
        return false;
    }
  });
}

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

function notInRegistries(input: InputAttributes): BaseError {
  return new BaseError(hint`cannot find flake '${printInput(input)}' in the flake registries`);
}

/** What was fetched has to be what the attributes said (Input::checkLocks). */
function checkAsked(asked: InputAttributes, found: InputAttributes): void {
  const hash = narHashOf(asked);
  const got = narHashOf(found);
  const isDownload = asked.get("type") === "file" || asked.get("type") === "tarball";
  if (isDownload && hash !== undefined && got !== undefined && !hashesEqual(hash, got)) {
    throw otherContent(asked, hash, got);
  }
  const modified = numberAttribute(asked, "lastModified");
  const foundModified = numberAttribute(found, "lastModified");
  if (modified !== undefined && foundModified !== modified) {
    const seconds = foundModified ?? -1n;
    throw mismatch(
      `'lastModified' attribute mismatch in input '${printInput(found)}', expected ${modified}, got ${seconds}`,
    );
  }
  const revision = revisionOf(asked);
  const foundRevision = revisionOf(found);
  if (revision !== undefined && (foundRevision === undefined || !hashesEqual(revision, foundRevision))) {
    const expected = printHash(revision, "base16");
    throw mismatch(`'rev' attribute mismatch in input '${printInput(found)}', expected ${expected}`);
  }
  const count = numberAttribute(asked, "revCount");
  if (count !== undefined && numberAttribute(found, "revCount") !== count) {
    throw mismatch(`'revCount' attribute mismatch in input '${printInput(found)}', expected ${count}`);
  }
}

/** Nix says it the other way round where the fetcher itself did not look at the hash (EvalState::mountInput). */
function checkContent(asked: InputAttributes, found: InputAttributes): void {
  const hash = narHashOf(asked);
  const got = narHashOf(found);
  if (hash !== undefined && got !== undefined && !hashesEqual(hash, got)) throw otherContent(asked, got, hash);
}

function otherContent(asked: InputAttributes, expected: Hash, got: Hash): BaseError {
  const [wanted, found] = [printHash(expected, "sri"), printHash(got, "sri")];
  return mismatch(`NAR hash mismatch in input '${printInput(asked)}', expected '${wanted}' but got '${found}'`, 102);
}

function mismatch(message: string, exitStatus = 1): BaseError {
  return new BaseError(literalHint(message), { exitStatus });
}

// What is given back (emitTreeAttrs).

function treeValue(evaluator: Evaluator, { path, attributes }: FetchedTree, fetcher: Fetcher): Value {
  const result = new Map<string, Value>([["outPath", storePathValue(evaluator, path)]]);
  const hash = narHashOf(attributes);
  if (hash !== undefined) result.set("narHash", printHash(hash, "sri"));
  if (attributes.get("type") === "git") result.set("submodules", booleanAttribute(attributes, "submodules") ?? false);
  const revision = revisionOf(attributes);
  // A dirty tree has no commit; `fetchGit` has always said that it is the one of zeros then.
  const commit =
    revision === undefined ? (fetcher === "fetchGit" ? "0".repeat(40) : undefined) : printHash(revision, "base16");
  if (commit !== undefined) result.set("rev", commit).set("shortRev", commit.slice(0, 7));
  const count = numberAttribute(attributes, "revCount") ?? (fetcher === "fetchGit" ? 0n : undefined);
  if (count !== undefined) result.set("revCount", attributeValue(count));
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
];
