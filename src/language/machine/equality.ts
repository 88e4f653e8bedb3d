// `==`, and the explanation that `assert a == b` gives when it fails. The two walk values in the same way (eqValues and
// assertEqValues): functions are never equal, but a place is always equal to itself, so lists and sets that share a
// function compare equal; derivations compare by outPath.

import { AssertionError, hint } from "../errors/index.ts";
import { showIdentifier } from "../syntax/index.ts";
import { Attrs } from "../values/attrs.ts";
import { noPos, type Pos } from "../values/position.ts";
import type { Symbol } from "../values/symbols.ts";
import { force, Thunk } from "../values/thunk.ts";
import { typeName, typeTag } from "../values/type-name.ts";
import { NixFloat, type NixList, NixPath, NixString, type Slot, type Value } from "../values/value.ts";
import { enterCall } from "./depth.ts";
import type { Evaluator } from "./evaluator.ts";
import { addFrame, printed } from "./failures.ts";
import { forceKept, isList, noteForced } from "./force.ts";
import { isInternalPath } from "./internal-paths.ts";

export function equals(evaluator: Evaluator, slotA: Slot, slotB: Slot, pos: Pos, context: string): boolean {
  const depth = enterCall(evaluator, pos);
  const a = force(slotA, pos);
  const b = force(slotB, pos);
  const isSame = slotA === slotB && typeof a === "object";
  const result = isSame || equalValues(evaluator, a, b, pos, context);
  if (isSame || !result) wereForced(a, b);
  evaluator.depth = depth;
  return result;
}

/** As `equals` for the operands of `==`, which stand nowhere. */
export function equalOperands(evaluator: Evaluator, a: Value, b: Value, pos: Pos, context: string): boolean {
  const depth = enterCall(evaluator, pos);
  let result = equalValues(evaluator, a, b, pos, context);
  if (!result) {
    wereForced(a, b);
    if ((a as Slot) instanceof Thunk || (b as Slot) instanceof Thunk) {
      result = equalValues(evaluator, force(a, pos), force(b, pos), pos, context);
    }
  }
  evaluator.depth = depth;
  return result;
}

/** Only what is not equal, or the same place, can be a function. */
function wereForced(a: Value, b: Value): void {
  noteForced(a);
  noteForced(b);
}

function equalValues(evaluator: Evaluator, a: Value, b: Value, pos: Pos, context: string): boolean {
  switch (typeof a) {
    case "number":
    case "bigint":
      return b instanceof NixFloat ? Number(a) === b.value : a === b;
    case "string":
      return typeof b === "string" ? a === b : b instanceof NixString && a === b.text;
    case "boolean":
      return a === b;
    default:
      break;
  }
  if (a === null || b === null) return a === b;
  if (a instanceof Attrs) return b instanceof Attrs && equalAttrs(evaluator, a, b, pos, context);
  if (isList(a)) return isList(b) && equalLists(evaluator, a, b, pos, context);
  if (a instanceof NixString) return typeof b === "string" ? a.text === b : b instanceof NixString && a.text === b.text;
  if (a instanceof NixPath) return b instanceof NixPath && a.path === b.path;
  if (a instanceof NixFloat) {
    if (b instanceof NixFloat) return a.value === b.value;
    return (typeof b === "number" || typeof b === "bigint") && a.value === Number(b);
  }
  return false;
}

function equalLists(evaluator: Evaluator, a: NixList, b: NixList, pos: Pos, context: string): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (!equals(evaluator, a[i] as Slot, b[i] as Slot, pos, context)) return false;
  }
  return true;
}

function equalAttrs(evaluator: Evaluator, a: Attrs, b: Attrs, pos: Pos, context: string): boolean {
  if (isDerivation(evaluator, a) && isDerivation(evaluator, b)) {
    const outPath = evaluator.symbols.known.outPath;
    const left = a.get(outPath);
    const right = b.get(outPath);
    if (left !== undefined && right !== undefined) return equals(evaluator, left, right, pos, context);
  }
  const valuesA = a.flat().values;
  const valuesB = b.flat().values;
  if (valuesA.length !== valuesB.length) return false;
  const symbolsA = a.shape.symbols;
  const symbolsB = b.shape.symbols;
  for (let i = 0; i < valuesA.length; i++) {
    if (symbolsA[i] !== symbolsB[i]) return false;
    if (!equals(evaluator, valuesA[i] as Slot, valuesB[i] as Slot, pos, context)) return false;
  }
  return true;
}

export function isDerivation(evaluator: Evaluator, value: Value): value is Attrs {
  if (!(value instanceof Attrs)) return false;
  const symbol = evaluator.symbols.known.type;
  const slot = value.get(symbol);
  if (slot === undefined) return false;
  const type = forceKept(slot, value.positionOf(symbol));
  return type === "derivation" || (type instanceof NixString && type.text === "derivation");
}

/** Returns when the two are equal, else throws what differs, with a frame for each level it went down. */
export function assertEqual(evaluator: Evaluator, slotA: Slot, slotB: Slot, pos: Pos, context: string): void {
  const depth = enterCall(evaluator, pos);
  const a = forceKept(slotA, pos);
  forceKept(slotB, pos);
  if (slotA !== slotB || typeof a !== "object") assertEqualValues(evaluator, slotA, slotB, pos, context);
  evaluator.depth = depth;
}

/** As `assertEqual` for two places even if they are the same. */
export function assertEqualValues(evaluator: Evaluator, slotA: Slot, slotB: Slot, pos: Pos, context: string): void {
  const a = force(slotA, pos);
  const b = force(slotB, pos);
  const tag = typeTag(a);
  const tagB = typeTag(b);
  const isNumber = (tag === "int" || tag === "float") && (tagB === "int" || tagB === "float");
  if (isNumber) {
    if (!equalValues(evaluator, a, b, pos, context)) throw differentValues(evaluator, "with", slotA, slotB);
    return;
  }
  if (tag !== tagB) throw differentValues(evaluator, "of", slotA, slotB);
  switch (tag) {
    case "int":
    case "float":
    case "null":
      return;
    case "bool":
    case "string":
    case "path":
      if (!equalValues(evaluator, a, b, pos, context)) {
        const kind = tag === "bool" ? "boolean" : tag;
        throw notEqual(`${kind} '`, evaluator, a, `' is not equal to ${kind} '`, b);
      }
      return;
    case "list":
      return assertEqualLists(evaluator, slotA, slotB, pos, context);
    case "set":
      return assertEqualAttrs(evaluator, a as Attrs, b as Attrs, pos, context);
    case "lambda":
      throw new AssertionError(
        "distinct functions and immediate comparisons of identical functions compare as unequal",
      );
  }
}

function assertEqualLists(evaluator: Evaluator, slotA: Slot, slotB: Slot, pos: Pos, context: string): void {
  const a = force(slotA) as NixList;
  const b = force(slotB) as NixList;
  if (a.length !== b.length) {
    const sides = hint`left hand side is '${printed(evaluator, slotA)}', right hand side is '${printed(evaluator, slotB)}'`;
    throw new AssertionError(hint`list of size '${a.length}' is not equal to list of size '${b.length}', ${sides}`);
  }
  for (let i = 0; i < a.length; i++) {
    try {
      assertEqual(evaluator, a[i] as Slot, b[i] as Slot, pos, context);
    } catch (error) {
      addFrame(evaluator, error, pos, hint`while comparing list element ${i}`);
      throw error;
    }
  }
}

function assertEqualAttrs(evaluator: Evaluator, a: Attrs, b: Attrs, pos: Pos, context: string): void {
  if (isDerivation(evaluator, a) && isDerivation(evaluator, b)) {
    const outPath = evaluator.symbols.known.outPath;
    const left = a.get(outPath);
    const right = b.get(outPath);
    if (left !== undefined && right !== undefined) {
      try {
        return assertEqual(evaluator, left, right, pos, context);
      } catch (error) {
        addFrame(evaluator, error, pos, hint`while comparing a derivation by its '${"outPath"}' attribute`);
        throw error;
      }
    }
  }
  if (a.size !== b.size) {
    throw notEqual("attribute names of attribute set '", evaluator, a, "' differs from attribute set '", b);
  }
  for (let i = 0; i < a.values.length; i++) {
    const symbol = a.shape.symbols[i] as Symbol;
    const other = b.shape.symbols[i] as Symbol;
    if (symbol !== other) throw differentNames(evaluator, a, b, symbol, other);
    assertEqualAttribute(evaluator, { a, b, index: i, pos, context });
  }
}

function assertEqualAttribute(
  evaluator: Evaluator,
  { a, b, index, pos, context }: { a: Attrs; b: Attrs; index: number; pos: Pos; context: string },
): void {
  try {
    assertEqual(evaluator, a.values[index] as Slot, b.values[index] as Slot, pos, context);
  } catch (error) {
    const posA = a.shape.positionAt(index);
    const posB = b.shape.positionAt(index);
    if (posB !== noPos) addFrame(evaluator, error, posB, "where right hand side is");
    if (posA !== noPos) addFrame(evaluator, error, posA, "where left hand side is");
    const name = showIdentifier(evaluator.symbols.name(a.shape.symbols[index] as Symbol));
    addFrame(evaluator, error, pos, hint`while comparing attribute '${name}'`);
    throw error;
  }
}

function differentNames(evaluator: Evaluator, a: Attrs, b: Attrs, symbol: Symbol, other: Symbol): AssertionError {
  if (!b.has(symbol)) {
    const name = showIdentifier(evaluator.symbols.name(symbol));
    return new AssertionError(
      hint`attribute name '${name}' is contained in '${printed(evaluator, a)}', but not in '${printed(evaluator, b)}'`,
    );
  }
  const name = showIdentifier(evaluator.symbols.name(other));
  return new AssertionError(
    hint`attribute name '${name}' is missing in '${printed(evaluator, a)}', but is contained in '${printed(evaluator, b)}'`,
  );
}

function differentValues(evaluator: Evaluator, word: "of" | "with", a: Slot, b: Slot): AssertionError {
  const left = printed(evaluator, a);
  const right = printed(evaluator, b);
  return word === "with"
    ? new AssertionError(hint`${typeName(a)} with value '${left}' is not equal to ${typeName(b)} with value '${right}'`)
    : new AssertionError(hint`${typeName(a)} of value '${left}' is not equal to ${typeName(b)} of value '${right}'`);
}

/** One of the machine, the other one of the files that come with the language. */
function areInDifferentRoots(a: Value, b: Value): boolean {
  return a instanceof NixPath && b instanceof NixPath && isInternalPath(a.path) !== isInternalPath(b.path);
}

function notEqual(before: string, evaluator: Evaluator, a: Value, between: string, b: Value): AssertionError {
  const text = [before, between, `'${areInDifferentRoots(a, b) ? " because their accessors are different" : ""}`];
  return new AssertionError(
    hint(Object.assign(text, { raw: text }) as TemplateStringsArray, printed(evaluator, a), printed(evaluator, b)),
  );
}
