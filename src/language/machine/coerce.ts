// Turning values into strings and paths: interpolation, `toString`, derivation attributes (coerceToString, coerceToPath).
// What a string came from is added to the collector.

import { parseStorePathIfValid, printStorePath } from "#formats";
import { withLanguageErrors } from "../builtins/foreign-error.ts";
import { canonicalPath } from "../syntax/index.ts";
import { Attrs } from "../values/attrs.ts";
import type { ContextCollector } from "../values/context.ts";
import { printFloatFixed } from "../values/float-format.ts";
import type { Pos } from "../values/position.ts";
import { force } from "../values/thunk.ts";
import { NixFloat, type NixList, NixPath, NixString, type Slot, type Value } from "../values/value.ts";
import { enterCall } from "./depth.ts";
import type { Evaluator } from "./evaluator.ts";
import { addFrame, cannotCoerce, derivationFileName, notAnAbsolutePath, notInStore } from "./failures.ts";
import { isList } from "./force.ts";
import { isInternalPath, pathText } from "./internal-paths.ts";
import { resolveAsFarAsItGoes } from "./paths.ts";

export interface CoercionOptions {
  /** As `toString`: numbers, booleans, null and lists too. */
  readonly coerceMore?: boolean;
  /** A path is copied to the store and the copy named (the default); otherwise it is its own text. */
  readonly copyToStore?: boolean;
}

const interpolation: CoercionOptions = {};
const withoutCopying: CoercionOptions = { copyToStore: false };

export function coerceToString(
  evaluator: Evaluator,
  pos: Pos,
  slot: Slot,
  collector: ContextCollector,
  context: string,
  options: CoercionOptions = interpolation,
): string {
  const depth = enterCall(evaluator, pos);
  const text = coerceSlot(evaluator, pos, slot, collector, context, options);
  evaluator.depth = depth;
  return text;
}

function coerceSlot(
  evaluator: Evaluator,
  pos: Pos,
  slot: Slot,
  collector: ContextCollector,
  context: string,
  options: CoercionOptions,
): string {
  const value = force(slot, pos);
  if (typeof value === "string") return value;
  if (value instanceof NixString) {
    collector.add(value.context);
    return value.text;
  }
  if (value instanceof NixPath) {
    return options.copyToStore === false ? pathText(value.path) : copyPathToStore(evaluator, collector, value);
  }
  if (value instanceof Attrs) return coerceAttrs(evaluator, pos, value, collector, context, options);
  if (options.coerceMore === true) {
    if (value === true) return "1";
    if (value === false || value === null) return "";
    if (typeof value === "number" || typeof value === "bigint") return String(value);
    if (value instanceof NixFloat) return printFloatFixed(value);
    if (isList(value)) return coerceList(evaluator, pos, value, collector, context, options);
  }
  throw cannotCoerce(evaluator, slot).addTrace(evaluator.positions.resolve(pos), context);
}

function coerceAttrs(
  evaluator: Evaluator,
  pos: Pos,
  attrs: Attrs,
  collector: ContextCollector,
  context: string,
  options: CoercionOptions,
): string {
  const { toString, outPath } = evaluator.symbols.known;
  const convert = attrs.get(toString);
  if (convert !== undefined) {
    const result = evaluator.call1(convert, attrs, pos);
    const frame = "while evaluating the result of the `__toString` attribute";
    return coerceToString(evaluator, pos, result, collector, frame, options);
  }
  const out = attrs.get(outPath);
  if (out === undefined) throw cannotCoerce(evaluator, attrs).addTrace(evaluator.positions.resolve(pos), context);
  return coerceToString(evaluator, pos, out, collector, context, options);
}

function coerceList(
  evaluator: Evaluator,
  pos: Pos,
  list: NixList,
  collector: ContextCollector,
  context: string,
  options: CoercionOptions,
): string {
  let result = "";
  for (let i = 0; i < list.length; i++) {
    const slot = list[i] as Slot;
    try {
      result += coerceToString(evaluator, pos, slot, collector, "while evaluating one element of the list", options);
    } catch (error) {
      addFrame(evaluator, error, pos, context);
      throw error;
    }
    // An empty list leaves no gap behind it, but a list of empty lists does.
    const value = force(slot);
    if (i < list.length - 1 && !(isList(value) && value.length === 0)) result += " ";
  }
  return result;
}

export function copyPathToStore(evaluator: Evaluator, collector: ContextCollector, path: NixPath): string {
  if (path.path.endsWith(".drv")) throw derivationFileName();
  const name = path.path.slice(path.path.lastIndexOf("/") + 1);
  const source = isInternalPath(path.path) ? path.path : resolveAsFarAsItGoes(evaluator.io, path.path, false);
  const storePath = withLanguageErrors(() => evaluator.io.addPath(source, { name, method: "nar" }));
  collector.addElement({ kind: "opaque", path: storePath });
  return printStorePath(evaluator.io.storeDir, storePath);
}

export function coerceToPath(
  evaluator: Evaluator,
  pos: Pos,
  slot: Slot,
  collector: ContextCollector,
  context: string,
): NixPath {
  let value: Value;
  try {
    value = force(slot, pos);
  } catch (error) {
    addFrame(evaluator, error, pos, context);
    throw error;
  }
  if (value instanceof NixPath) return value;
  if (value instanceof Attrs) {
    const convert = value.get(evaluator.symbols.known.toString);
    if (convert !== undefined) {
      return coerceToPath(evaluator, pos, evaluator.call1(convert, value, pos), collector, context);
    }
  }
  const text = coerceToString(evaluator, pos, slot, collector, context, withoutCopying);
  if (!text.startsWith("/")) {
    throw notAnAbsolutePath(text).addTrace(evaluator.positions.resolve(pos), context);
  }
  return new NixPath(canonicalPath(text));
}

export function coerceToStorePath(
  evaluator: Evaluator,
  pos: Pos,
  slot: Slot,
  collector: ContextCollector,
  context: string,
): string {
  const text = coerceToString(evaluator, pos, slot, collector, context, withoutCopying);
  if (parseStorePathIfValid(evaluator.io.storeDir, text) !== undefined) return text;
  throw notInStore(text).addTrace(evaluator.positions.resolve(pos), context);
}
