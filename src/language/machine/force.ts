// Forcing a slot to a type, with Nix's complaint when it is another one, and forcing all that is inside a value.

import { hint, TypeError } from "../errors/index.ts";
import { showIdentifier } from "../syntax/index.ts";
import { Attrs } from "../values/attrs.ts";
import type { ContextCollector } from "../values/context.ts";
import { displayContextElement, parseContextElement } from "../values/context.ts";
import { Lambda } from "../values/lambda.ts";
import { positionOfSlot } from "../values/position-of.ts";
import { noPos, type Pos } from "../values/position.ts";
import { PrimOp, PrimOpApp } from "../values/prim-op.ts";
import type { Symbol } from "../values/symbols.ts";
import { force } from "../values/thunk.ts";
import { NixFloat, type NixList, NixString, type Slot, type Value } from "../values/value.ts";
import { Visited } from "../values/visited.ts";
import { enterCall } from "./depth.ts";
import type { Evaluator } from "./evaluator.ts";
import { addFrame, contextNotAllowed, wrongType } from "./failures.ts";

export function forceInt(evaluator: Evaluator, slot: Slot, context: string, pos: Pos): number | bigint {
  try {
    const value = force(slot, pos);
    if (typeof value === "number" || typeof value === "bigint") return value;
    throw wrongType(evaluator, "an integer", slot, pos);
  } catch (error) {
    addFrame(evaluator, error, pos, context);
    throw error;
  }
}

export function forceFloat(evaluator: Evaluator, slot: Slot, context: string, pos: Pos): number {
  try {
    const value = force(slot, pos);
    if (value instanceof NixFloat) return value.value;
    if (typeof value === "number" || typeof value === "bigint") return Number(value);
    throw wrongType(evaluator, "a float", slot, pos);
  } catch (error) {
    addFrame(evaluator, error, pos, context);
    throw error;
  }
}

export function forceBool(evaluator: Evaluator, slot: Slot, context: string, pos: Pos): boolean {
  try {
    const value = force(slot, pos);
    if (typeof value === "boolean") return value;
    throw wrongType(evaluator, "a Boolean", slot, pos);
  } catch (error) {
    addFrame(evaluator, error, pos, context);
    throw error;
  }
}

export function forceString(
  evaluator: Evaluator,
  slot: Slot,
  context: string,
  collector: ContextCollector | undefined,
  pos: Pos,
): string {
  try {
    const value = force(slot, pos);
    if (typeof value === "string") return value;
    if (value instanceof NixString) {
      collector?.add(value.context);
      return value.text;
    }
    throw wrongType(evaluator, "a string", slot, pos);
  } catch (error) {
    addFrame(evaluator, error, pos, context);
    throw error;
  }
}

export function forceStringNoContext(evaluator: Evaluator, slot: Slot, context: string, pos: Pos): string {
  const text = forceString(evaluator, slot, context, undefined, pos);
  const value = force(slot, pos);
  if (value instanceof NixString) {
    const first = parseContextElement(value.context.elements[0] as string);
    throw contextNotAllowed(text, displayContextElement(evaluator.io.storeDir, first)).addTrace(
      evaluator.positions.resolve(pos),
      context,
    );
  }
  return text;
}

export function forceAttrs(evaluator: Evaluator, slot: Slot, context: string, pos: Pos): Attrs {
  return requireAttrs(evaluator, force(slot, pos), context, pos, slot);
}

/** As `forceAttrs` for what was forced already; `slot` is where it was found. */
export function requireAttrs(evaluator: Evaluator, value: Value, context: string, pos: Pos, slot: Slot = value): Attrs {
  if (value instanceof Attrs) return value;
  throw wrongType(evaluator, "a set", slot, noPos).addTrace(evaluator.positions.resolve(pos), context);
}

export function forceList(evaluator: Evaluator, slot: Slot, context: string, pos: Pos): NixList {
  const value = force(slot, pos);
  if (isList(value)) return value;
  throw wrongType(evaluator, "a list", slot, noPos).addTrace(evaluator.positions.resolve(pos), context);
}

/** For a builtin that keeps the slot: a function in it counts as evaluated from then on, which shows when it is printed. */
export function forceKept(slot: Slot, pos: Pos = noPos): Value {
  const value = force(slot, pos);
  noteForced(value);
  return value;
}

/** For who forced what may be kept elsewhere, and does nothing with it if it is a function. */
export function noteForced(value: Value): void {
  if (value instanceof Lambda) value.wasForced = true;
}

export function forceFunction(evaluator: Evaluator, slot: Slot, context: string, pos: Pos): Value {
  try {
    const value = force(slot, pos);
    if (value instanceof Lambda) {
      value.wasForced = true;
      return value;
    }
    if (value instanceof PrimOp || value instanceof PrimOpApp || isFunctor(evaluator, value)) return value;
    throw wrongType(evaluator, "a function", slot, pos);
  } catch (error) {
    addFrame(evaluator, error, pos, context);
    throw error;
  }
}

export function isList(value: Value): value is NixList {
  return Array.isArray(value);
}

function isFunctor(evaluator: Evaluator, value: Value): boolean {
  return value instanceof Attrs && value.has(evaluator.symbols.known.functor);
}

export function requireAttr(evaluator: Evaluator, attrs: Attrs, symbol: Symbol, context: string): Slot {
  const slot = attrs.get(symbol);
  if (slot === undefined) {
    throw new TypeError(hint`attribute '${showIdentifier(evaluator.symbols.name(symbol))}' missing`).addTrace(
      undefined,
      context,
    );
  }
  return slot;
}

/** Forces in the order of symbols, which is not that of names; each place is visited once. */
export function forceDeep(evaluator: Evaluator, slot: Slot): Value {
  return forceDeepSlot(evaluator, slot, new Visited());
}

function forceDeepSlot(evaluator: Evaluator, slot: Slot, seen: Visited): Value {
  const depth = enterCall(evaluator, positionOfSlot(evaluator, slot));
  const value = force(slot, positionOfSlot(evaluator, slot));
  // Only what can hold something else needs to be remembered.
  if (value instanceof Attrs) {
    if (seen.add(slot)) forceDeepAttrs(evaluator, value, seen);
  } else if (isList(value)) {
    if (seen.add(slot)) forceDeepList(evaluator, value, seen);
  } else if (value instanceof Lambda) {
    value.wasForced = true;
  }
  evaluator.depth = depth;
  return value;
}

function forceDeepAttrs(evaluator: Evaluator, attrs: Attrs, seen: Visited): void {
  const { shape, values } = attrs.flat();
  let index = 0;
  try {
    for (; index < values.length; index++) forceDeepSlot(evaluator, values[index] as Slot, seen);
  } catch (error) {
    const name = evaluator.symbols.name(shape.symbols[index] as Symbol);
    addFrame(evaluator, error, shape.positionAt(index), hint`while evaluating the attribute '${showIdentifier(name)}'`);
    throw error;
  }
}

function forceDeepList(evaluator: Evaluator, list: NixList, seen: Visited): void {
  let index = 0;
  try {
    for (; index < list.length; index++) forceDeepSlot(evaluator, list[index] as Slot, seen);
  } catch (error) {
    addFrame(evaluator, error, noPos, hint`while evaluating list element at index ${index}`);
    throw error;
  }
}
