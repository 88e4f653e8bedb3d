// Attribute sets.

import { hint, TypeError } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { forceKept } from "../machine/force.ts";
import { openList, slotAt } from "../machine/mapped-list.ts";
import { Attrs, AttrsBuilder, emptiedAttrs, emptyAttrs } from "../values/attrs.ts";
import { Lambda, type LambdaCode } from "../values/lambda.ts";
import { noPos, type Pos } from "../values/position.ts";
import { PrimOp, PrimOpApp, type PrimOpDefinition } from "../values/prim-op.ts";
import { Shape } from "../values/shape.ts";
import type { Symbol } from "../values/symbols.ts";
import { force } from "../values/thunk.ts";
import type { NixList, Slot, Value } from "../values/value.ts";

/** One list of names for all sets of a shape; it lives as long as the shape. */
type NamesOfShape = WeakMap<Shape, NixList>;

function attrNames(evaluator: Evaluator, slot: Slot, names: NamesOfShape): Value {
  const attrs = evaluator.forceAttrs(slot, "while evaluating the argument passed to builtins.attrNames");
  const { shape } = attrs.flat();
  const known = names.get(shape);
  // A copy, because printing tells lists apart by where they are.
  if (known !== undefined) return known.slice();
  const symbols = shape.symbols;
  const list: string[] = [];
  for (const index of shape.lexicalOrder(evaluator.symbols))
    list.push(evaluator.symbols.name(symbols[index] as Symbol));
  names.set(shape, list);
  return list.slice();
}

function attrValues(evaluator: Evaluator, slot: Slot): Value {
  const attrs = evaluator.forceAttrs(slot, "while evaluating the argument passed to builtins.attrValues");
  const order = attrs.lexicalOrder(evaluator.symbols);
  const values = attrs.values;
  return order.map((index) => values[index] as Slot);
}

function getAttr(evaluator: Evaluator, nameSlot: Slot, slot: Slot): Value {
  const name = evaluator.forceStringNoContext(
    nameSlot,
    "while evaluating the first argument passed to builtins.getAttr",
  );
  const attrs = evaluator.forceAttrs(slot, "while evaluating the second argument passed to builtins.getAttr");
  return force(
    evaluator.requireAttr(attrs, evaluator.symbols.intern(name), "in the attribute set under consideration"),
  );
}

function hasAttr(evaluator: Evaluator, nameSlot: Slot, slot: Slot): boolean {
  const name = evaluator.forceStringNoContext(
    nameSlot,
    "while evaluating the first argument passed to builtins.hasAttr",
  );
  const attrs = evaluator.forceAttrs(slot, "while evaluating the second argument passed to builtins.hasAttr");
  const symbol = evaluator.symbols.find(name);
  return symbol !== undefined && attrs.has(symbol);
}

function unsafeGetAttrPos(evaluator: Evaluator, nameSlot: Slot, slot: Slot): Value {
  const name = evaluator.forceStringNoContext(
    nameSlot,
    "while evaluating the first argument passed to builtins.unsafeGetAttrPos",
  );
  const attrs = evaluator.forceAttrs(slot, "while evaluating the second argument passed to builtins.unsafeGetAttrPos");
  const symbol = evaluator.symbols.find(name);
  return symbol === undefined ? null : evaluator.positionValue(attrs.positionOf(symbol));
}

function removeAttrs(evaluator: Evaluator, slot: Slot, namesSlot: Slot): Value {
  const attrs = evaluator.forceAttrs(slot, "while evaluating the first argument passed to builtins.removeAttrs");
  const names = evaluator.forceList(namesSlot, "while evaluating the second argument passed to builtins.removeAttrs");
  const removed = new Set<Symbol>();
  for (const element of names) {
    const name = evaluator.forceStringNoContext(
      element,
      "while evaluating the values of the second argument passed to builtins.removeAttrs",
    );
    const symbol = evaluator.symbols.find(name);
    if (symbol !== undefined && attrs.has(symbol)) removed.add(symbol);
  }
  return removed.size === 0 ? copyOf(attrs) : attrs.filter((symbol) => !removed.has(symbol));
}

/** Another set with the same contents: printing shows a set that it meets again as «repeated». */
function copyOf(attrs: Attrs): Attrs {
  const { shape, values } = attrs.flat();
  return new Attrs(shape.positions === undefined ? shape : new Shape(shape.symbols, shape.positions, noPos), values);
}

function listToAttrs(evaluator: Evaluator, slot: Slot): Value {
  const list = openList(evaluator, slot, "while evaluating the argument passed to builtins.listToAttrs");
  if (list.length === 0) return emptyAttrs;
  const { name: nameSymbol, value: valueSymbol } = evaluator.symbols.known;
  const pair = "in a {name=...; value=...;} pair";
  const first = new Map<Symbol, Attrs>();
  const symbols: Symbol[] = [];
  let isAscending = true;
  for (let i = 0; i < list.length; i++) {
    const element = evaluator.forceAttrs(
      slotAt(list, i),
      "while evaluating an element of the list passed to builtins.listToAttrs",
    );
    const name = evaluator.forceStringNoContext(
      evaluator.requireAttr(element, nameSymbol, pair),
      "while evaluating the `name` attribute of an element of the list passed to builtins.listToAttrs",
      element.positionOf(nameSymbol),
    );
    const symbol = evaluator.symbols.intern(name);
    if (first.has(symbol)) continue;
    first.set(symbol, element);
    isAscending &&= symbols.length === 0 || symbol > (symbols[symbols.length - 1] as Symbol);
    symbols.push(symbol);
  }
  // Names that are new to the evaluation come in the order of their symbols already.
  if (!isAscending) symbols.sort((a, b) => a - b);
  const values: Slot[] = [];
  const positions: Pos[] = [];
  let hasPositions = false;
  for (const symbol of symbols) {
    const element = first.get(symbol) as Attrs;
    values.push(evaluator.requireAttr(element, valueSymbol, pair));
    const pos = element.positionOf(valueSymbol);
    positions.push(pos);
    hasPositions ||= pos !== noPos;
  }
  return new Attrs(new Shape(symbols, hasPositions ? positions : undefined, noPos), values);
}

function intersectAttrs(evaluator: Evaluator, slotA: Slot, slotB: Slot): Value {
  const left = evaluator.forceAttrs(slotA, "while evaluating the first argument passed to builtins.intersectAttrs");
  const right = evaluator.forceAttrs(slotB, "while evaluating the second argument passed to builtins.intersectAttrs");
  if (left.isEmpty || right.isEmpty) return emptyAttrs;
  if (right.size <= left.size) {
    const common = right.filter((symbol) => left.has(symbol));
    return common === right ? copyOf(right) : common;
  }
  const builder = new AttrsBuilder();
  for (const symbol of left.symbols) {
    const value = right.get(symbol);
    if (value !== undefined) builder.set(symbol, value, right.positionOf(symbol));
  }
  return builder.size === 0 ? emptiedAttrs : builder.build();
}

function catAttrs(evaluator: Evaluator, nameSlot: Slot, slot: Slot): Value {
  const name = evaluator.forceStringNoContext(
    nameSlot,
    "while evaluating the first argument passed to builtins.catAttrs",
  );
  const list = evaluator.forceList(slot, "while evaluating the second argument passed to builtins.catAttrs");
  const symbol = evaluator.symbols.intern(name);
  const result: Slot[] = [];
  for (const element of list) {
    const attrs = evaluator.forceAttrs(
      element,
      "while evaluating an element in the list passed as second argument to builtins.catAttrs",
    );
    const value = attrs.get(symbol);
    if (value !== undefined) result.push(value);
  }
  return result;
}

/** From this many attributes on one piece of code for all of them takes less than each its call. */
const worthCode = 8;

function mapAttrs(evaluator: Evaluator, fn: Slot, slot: Slot): Value {
  const attrs = evaluator.forceAttrs(slot, "while evaluating the second argument passed to builtins.mapAttrs");
  const symbols = evaluator.symbols;
  const { inText } = attrs;
  if (inText !== undefined) {
    const { names } = inText;
    const valueAt = (index: number): Slot => inText.valueAt(index);
    return Attrs.inText(
      names,
      evaluator.delayCallsOf(fn, (index) => names.nameAt(index), valueAt),
    );
  }
  if (attrs.size >= worthCode) {
    const { shape, values } = attrs.flat();
    const nameAt = (index: number): string => symbols.name(shape.symbols[index] as Symbol);
    const delay = evaluator.delayCallsOf(fn, nameAt, (index) => values[index] as Slot);
    return new Attrs(
      shape.withoutPositions(),
      values.map((_, index) => delay(index)),
    );
  }
  return attrs.mapValues((value, symbol) => evaluator.delayCall2(fn, symbols.name(symbol), value));
}

function functionArgs(slot: Slot): Value {
  const fn = forceKept(slot);
  if (fn instanceof PrimOp || fn instanceof PrimOpApp) return emptyAttrs;
  if (!(fn instanceof Lambda)) throw new TypeError(hint`'functionArgs' requires a function`);
  fn.code.formalsAttrs ??= makeFormalsAttrs(fn.code);
  const { shape, values } = fn.code.formalsAttrs;
  return new Attrs(shape, values);
}

function makeFormalsAttrs(code: LambdaCode): Attrs {
  const builder = new AttrsBuilder();
  for (const formal of code.formals ?? []) builder.set(formal.symbol, formal.hasDefault, formal.pos);
  return builder.build();
}

export function makeAttrBuiltins(): readonly PrimOpDefinition[] {
  const names: NamesOfShape = new WeakMap();
  return [
    { name: "attrNames", arity: 1, argumentNames: ["set"], impl: (evaluator, set) => attrNames(evaluator, set, names) },
    { name: "attrValues", arity: 1, argumentNames: ["set"], impl: attrValues },
    { name: "getAttr", arity: 2, argumentNames: ["s", "set"], impl: getAttr },
    { name: "hasAttr", arity: 2, argumentNames: ["s", "set"], impl: hasAttr },
    { name: "unsafeGetAttrPos", arity: 2, argumentNames: ["s", "set"], impl: unsafeGetAttrPos },
    { name: "removeAttrs", arity: 2, argumentNames: ["set", "list"], isGlobal: true, impl: removeAttrs },
    { name: "listToAttrs", arity: 1, argumentNames: ["e"], opens: 0, impl: listToAttrs },
    { name: "intersectAttrs", arity: 2, argumentNames: ["e1", "e2"], impl: intersectAttrs },
    { name: "catAttrs", arity: 2, argumentNames: ["attr", "list"], impl: catAttrs },
    { name: "mapAttrs", arity: 2, argumentNames: ["f", "attrset"], impl: mapAttrs },
    { name: "functionArgs", arity: 1, argumentNames: ["f"], impl: (_, fn) => functionArgs(fn) },
  ];
}
