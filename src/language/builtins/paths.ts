// Paths, and reading files and folders of the machine and the store.

import { isInStore, parsePathInStore, type StorePath } from "#formats";
import { hint, RestrictedPathError } from "../errors/index.ts";
import type { FileType } from "../io.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { folderOfPath, isInternalPath, pathText } from "../machine/internal-paths.ts";
import { lookAt } from "../machine/paths.ts";
import { findFile } from "../machine/search-path.ts";
import type { SearchPathEntry } from "../machine/settings.ts";
import { AttrsBuilder } from "../values/attrs.ts";
import { ContextCollector, StringContext } from "../values/context.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import { NixPath, NixString, type Slot, stringValue, type Value } from "../values/value.ts";
import { evalError } from "./define.ts";
import { withLanguageErrors } from "./foreign-error.ts";
import { InvalidStorePathError, realiseContext, realisePath, rewriteString } from "./realise.ts";

const withoutCopying = { copyToStore: false };

function toPath(evaluator: Evaluator, slot: Slot): Value {
  const collector = new ContextCollector();
  const frame = "while evaluating the first argument passed to builtins.toPath";
  const { path } = evaluator.coerceToPath(slot, collector, frame);
  return stringValue(pathText(path), collector.context);
}

function pathExists(evaluator: Evaluator, slot: Slot): boolean {
  const value = force(slot);
  const text = value instanceof NixString ? value.text : value;
  // What ends in a slash must be a folder, and links to one count.
  const mustBeFolder = typeof text === "string" && (text.endsWith("/") || text.endsWith("/."));
  try {
    const path = realisePath(evaluator, slot, mustBeFolder ? "all" : "ancestors");
    if (isInternalPath(path)) return evaluator.files.hasInternalFile(path);
    const stat = withLanguageErrors(() => evaluator.io.lstat(path));
    return stat !== undefined && (!mustBeFolder || stat.type === "directory");
  } catch (error) {
    if (error instanceof RestrictedPathError) return false;
    throw error;
  }
}

/** One trailing slash is left out of account, but not more. */
function legacyBaseName(path: string): string {
  const end = path.length > 1 && path.endsWith("/") ? path.length - 1 : path.length;
  return path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

function baseNameOf(evaluator: Evaluator, slot: Slot): Value {
  const collector = new ContextCollector();
  const frame = "while evaluating the first argument passed to builtins.baseNameOf";
  const path = evaluator.coerceToString(slot, collector, frame, withoutCopying);
  return stringValue(legacyBaseName(path), collector.context);
}

function dirOf(evaluator: Evaluator, slot: Slot): Value {
  const value = force(slot);
  if (value instanceof NixPath) return new NixPath(folderOfPath(value.path));
  const collector = new ContextCollector();
  const frame = "while evaluating the first argument passed to 'builtins.dirOf'";
  const path = evaluator.coerceToString(slot, collector, frame, withoutCopying);
  const slash = path.lastIndexOf("/");
  return stringValue(slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash), collector.context);
}

function readFile(evaluator: Evaluator, slot: Slot): Value {
  const path = realisePath(evaluator, slot);
  const text = isInternalPath(path)
    ? evaluator.files.internalFile(path)
    : withLanguageErrors(() => evaluator.io.readFile(path));
  if (text.includes("\0")) {
    throw evalError(hint`the contents of the file '${path}' cannot be represented as a Nix string`);
  }
  return stringValue(text, referencesOf(evaluator, path, text));
}

/** Of what the store object refers to, what this very file mentions. */
function referencesOf(evaluator: Evaluator, path: string, text: string): StringContext {
  const { io } = evaluator;
  if (!isInStore(io.storeDir, path)) return StringContext.of([]);
  let references: readonly StorePath[] = [];
  try {
    references = io.queryReferences(parsePathInStore(io.storeDir, path).path);
  } catch {
    // What lies in the store folder without being a valid path has no references.
  }
  const mentioned = references.filter((reference) => text.includes(reference.slice(0, 32)));
  return StringContext.of(mentioned.map((reference) => ({ kind: "opaque" as const, path: reference })));
}

function readFileType(evaluator: Evaluator, slot: Slot): FileType {
  const path = realisePath(evaluator, slot, "none");
  if (evaluator.files.hasInternalFile(path)) return "regular";
  return withLanguageErrors(() => lookAt(evaluator.io, path)).type;
}

function readDir(evaluator: Evaluator, slot: Slot): Value {
  const path = realisePath(evaluator, slot);
  if (isInternalPath(path)) {
    evaluator.files.internalFile(path);
    throw evalError(hint`file '${path}' is not a directory`);
  }
  const result = new AttrsBuilder();
  for (const [name, type] of withLanguageErrors(() => evaluator.io.readDirectory(path))) {
    result.set(evaluator.symbol(name), type);
  }
  return result.build();
}

function findFileIn(evaluator: Evaluator, slot: Slot, nameSlot: Slot): Value {
  const list = evaluator.forceList(slot, "while evaluating the first argument passed to builtins.findFile");
  const entries = list.map((item) => searchPathEntry(evaluator, item));
  const frame = "while evaluating the second argument passed to builtins.findFile";
  const name = evaluator.forceStringNoContext(nameSlot, frame);
  return findFile(evaluator, entries, name, 0);
}

function searchPathEntry(evaluator: Evaluator, item: Slot): SearchPathEntry {
  const entry = evaluator.forceAttrs(item, "while evaluating an element of the list passed to builtins.findFile");
  const prefixSlot = entry.get(evaluator.symbol("prefix"));
  const ofElement = "attribute of an element of the list passed to builtins.findFile";
  const prefix =
    prefixSlot === undefined
      ? ""
      : evaluator.forceStringNoContext(prefixSlot, `while evaluating the \`prefix\` ${ofElement}`);
  const pathSlot = evaluator.requireAttr(entry, evaluator.symbol("path"), "in an element of the __nixPath");
  const collector = new ContextCollector();
  const path = evaluator.coerceToString(
    pathSlot,
    collector,
    `while evaluating the \`path\` ${ofElement}`,
    withoutCopying,
  );
  try {
    return { prefix, path: rewriteString(path, realiseContext(evaluator, collector.context)) };
  } catch (error) {
    if (!(error instanceof InvalidStorePathError)) throw error;
    throw evalError(hint`cannot find '${path}', since path '${error.path}' is not valid`);
  }
}

export const pathBuiltins: readonly PrimOpDefinition[] = [
  { name: "toPath", arity: 1, argumentNames: ["s"], impl: toPath },
  { name: "pathExists", arity: 1, argumentNames: ["path"], impl: pathExists },
  { name: "baseNameOf", arity: 1, argumentNames: ["x"], isGlobal: true, impl: baseNameOf },
  { name: "dirOf", arity: 1, argumentNames: ["s"], isGlobal: true, impl: dirOf },
  { name: "readFile", arity: 1, argumentNames: ["path"], impl: readFile },
  { name: "readFileType", arity: 1, argumentNames: ["p"], impl: readFileType },
  { name: "readDir", arity: 1, argumentNames: ["path"], impl: readDir },
  { name: "findFile", arity: 2, argumentNames: ["search-path", "lookup-path"], impl: findFileIn },
];
