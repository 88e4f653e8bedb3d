// What a program puts into the store itself: `path`, `filterSource`, `toFile`; and names of store paths that exist already.

import {
  type Hash,
  isInStore,
  makeFixedOutputPath,
  parsePathInStore,
  parseStorePathIfValid,
  printStorePath,
  type StorePath,
} from "#formats";
import { BaseError, EvalError, hint } from "../errors/index.ts";
import type { AddPathOptions, FileType } from "../io.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { isInternalPath, pathText } from "../machine/internal-paths.ts";
import { canonicalWithLinks, noSuchPath, resolveAsFarAsItGoes } from "../machine/paths.ts";
import { ContextCollector, printContextElement, StringContext } from "../values/context.ts";
import { printAttrName } from "../values/print.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { type Slot, stringValue, type Value } from "../values/value.ts";
import { evalError } from "./define.ts";
import { parseExpectedHash } from "./empty-hash.ts";
import { withLanguageErrors } from "./foreign-error.ts";
import { realiseContext, rewriteString } from "./realise.ts";

/** A store path as a string that refers to it. */
export function storePathValue(evaluator: Evaluator, path: StorePath): Value {
  return stringValue(printStorePath(evaluator.io.storeDir, path), StringContext.of([{ kind: "opaque", path }]));
}

interface Source {
  readonly name: string;
  readonly path: string;
  readonly filter: Slot | undefined;
  readonly method: "nar" | "flat";
  readonly expected: Hash | undefined;
  /** What the path's own string referred to. */
  readonly context: StringContext;
}

function addPath(evaluator: Evaluator, source: Source): Value {
  try {
    return storePathValue(
      evaluator,
      withLanguageErrors(() => copyToStore(evaluator, source)),
    );
  } catch (error) {
    if (error instanceof BaseError) error.addTrace(undefined, hint`while adding path '${source.path}'`);
    throw error;
  }
}

function copyToStore(evaluator: Evaluator, source: Source): StorePath {
  const { io } = evaluator;
  let { path } = source;
  let references: readonly StorePath[] = [];
  if (isInStore(io.storeDir, path) && !source.context.isEmpty) {
    path = rewriteString(path, realiseContext(evaluator, source.context));
    references = referencesIfValid(evaluator, parsePathInStore(io.storeDir, path).path);
  }
  io.checkAccess(path);
  const resolved = isInternalPath(path) ? path : resolveAsFarAsItGoes(io, path, true);
  if (io.lstat(resolved) === undefined) throw noSuchPath(io, resolved);
  const options: AddPathOptions = {
    name: source.name,
    method: source.method,
    ...(source.filter === undefined ? {} : { filter: pathFilter(evaluator, source.filter) }),
    ...(source.expected === undefined ? {} : { expected: source.expected }),
    ...(references.length === 0 ? {} : { references }),
  };
  const added = io.addPath(resolved, options);
  if (source.expected !== undefined && added !== expectedPath(evaluator, source, source.expected, references)) {
    throw evalError(hint`store path mismatch in (possibly filtered) path added from '${source.path}'`);
  }
  return added;
}

function expectedPath(evaluator: Evaluator, source: Source, hash: Hash, others: readonly StorePath[]): StorePath {
  return makeFixedOutputPath(
    evaluator.io.storeDir,
    source.name,
    { method: source.method, hash },
    { others, self: false },
  );
}

function referencesIfValid(evaluator: Evaluator, path: StorePath): readonly StorePath[] {
  try {
    return evaluator.io.queryReferences(path);
  } catch {
    return [];
  }
}

function pathFilter(evaluator: Evaluator, fn: Slot): (path: string, type: FileType) => boolean {
  return (path, type) =>
    evaluator.forceBool(
      evaluator.call2(fn, path, type),
      "while evaluating the return value of the path filter function",
    );
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function filterSource(evaluator: Evaluator, filter: Slot, slot: Slot): Value {
  const collector = new ContextCollector();
  const frame = "while evaluating the second argument (the path to filter) passed to 'builtins.filterSource'";
  const { path } = evaluator.coerceToPath(slot, collector, frame);
  evaluator.forceFunction(filter, "while evaluating the first argument passed to builtins.filterSource");
  const { context } = collector;
  return addPath(evaluator, { name: baseName(path), path, filter, method: "nar", expected: undefined, context });
}

function addPathFromAttrs(evaluator: Evaluator, slot: Slot): Value {
  const args = evaluator.forceAttrs(slot, "while evaluating the argument passed to 'builtins.path'");
  const collector = new ContextCollector();
  let path: string | undefined;
  let name = "";
  let filter: Slot | undefined;
  let method: "nar" | "flat" = "nar";
  let expected: Hash | undefined;
  for (const symbol of args.symbols) {
    const value = args.get(symbol) as Slot;
    const pos = args.positionOf(symbol);
    const frame = (attr: string, word = "attribute"): string =>
      `while evaluating the \`${attr}\` ${word} passed to builtins.path`;
    const attr = evaluator.symbols.name(symbol);
    switch (attr) {
      case "path": {
        const pathFrame = "while evaluating the 'path' attribute passed to 'builtins.path'";
        path = evaluator.coerceToPath(value, collector, pathFrame, pos).path;
        break;
      }
      case "name":
        name = evaluator.forceStringNoContext(value, frame("name"), pos);
        break;
      case "filter":
        evaluator.forceFunction(value, frame("filter", "parameter"), pos);
        filter = value;
        break;
      case "recursive":
        method = evaluator.forceBool(value, frame("recursive"), pos) ? "nar" : "flat";
        break;
      case "sha256":
        expected = parseExpectedHash(evaluator, evaluator.forceStringNoContext(value, frame("sha256"), pos), "sha256");
        break;
      default:
        throw new EvalError(hint`unsupported argument '${printAttrName(attr)}' to 'builtins.path'`, {
          position: evaluator.position(pos),
        });
    }
  }
  if (path === undefined) throw evalError("missing required 'path' attribute in the first argument to 'builtins.path'");
  const { context } = collector;
  return addPath(evaluator, { name: name === "" ? baseName(path) : name, path, filter, method, expected, context });
}

function toFile(evaluator: Evaluator, nameSlot: Slot, slot: Slot): Value {
  const first = "while evaluating the first argument passed to builtins.toFile";
  const name = evaluator.forceStringNoContext(nameSlot, first);
  const collector = new ContextCollector();
  const second = "while evaluating the second argument passed to builtins.toFile";
  const contents = evaluator.forceString(slot, second, collector);
  const references: StorePath[] = [];
  for (const element of collector.context.parsed()) {
    if (element.kind !== "opaque") {
      const shown = printContextElement(element);
      throw evalError(
        hint`files created by ${"builtins.toFile"} may not reference derivations, but ${name} references ${shown}`,
      );
    }
    references.push(element.path);
  }
  return storePathValue(
    evaluator,
    withLanguageErrors(() => evaluator.io.addText(name, contents, references)),
  );
}

function storePath(evaluator: Evaluator, slot: Slot): Value {
  const { io, settings } = evaluator;
  if (settings.pureEval) throw evalError(hint`'${"builtins.storePath"}' is not allowed in pure evaluation mode`);
  const collector = new ContextCollector();
  const frame = "while evaluating the first argument passed to 'builtins.storePath'";
  let { path } = evaluator.coerceToPath(slot, collector, frame);
  // A symlink that is itself a store path stands for itself.
  if (parseStorePathIfValid(io.storeDir, path) === undefined && !isInternalPath(path)) {
    path = withLanguageErrors(() => canonicalWithLinks(io, path));
  }
  if (!isInStore(io.storeDir, path)) throw evalError(hint`path '${pathText(path)}' is not in the Nix store`);
  const found = withLanguageErrors(() => {
    const { path: inStore } = parsePathInStore(io.storeDir, path);
    io.ensurePath(inStore);
    return inStore;
  });
  collector.addElement({ kind: "opaque", path: found });
  return stringValue(path, collector.context);
}

export const storeObjectBuiltins: readonly PrimOpDefinition[] = [
  { name: "path", arity: 1, argumentNames: ["args"], impl: addPathFromAttrs },
  { name: "filterSource", arity: 2, argumentNames: ["e1", "e2"], impl: filterSource },
  { name: "toFile", arity: 2, argumentNames: ["name", "s"], impl: toFile },
  { name: "storePath", arity: 1, argumentNames: ["path"], impl: storePath },
];
