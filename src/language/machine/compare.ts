// Order of values: `<` and everything that sorts (CompareValues).

import { EvalError, hint } from "../errors/index.ts";
import { noPos, type Pos } from "../values/position.ts";
import { force, Thunk } from "../values/thunk.ts";
import { typeName, typeTag } from "../values/type-name.ts";
import { NixFloat, type NixList, NixPath, NixString, type Slot, type Value } from "../values/value.ts";
import { equals } from "./equality.ts";
import type { Evaluator } from "./evaluator.ts";
import { addFrame, printed } from "./failures.ts";
import { isList } from "./force.ts";

/** Whether `slotA` comes before `slotB`. Numbers of both kinds, strings, paths and lists have an order. */
export function compareLess(evaluator: Evaluator, slotA: Slot, slotB: Slot, context: string, pos: Pos): boolean {
  const a = force(slotA);
  const b = force(slotB);
  if (typeof a === "number" && typeof b === "number") return a < b;
  if (typeof a === "string" && typeof b === "string") return a < b;
  try {
    return compareOther(evaluator, a, b, context, pos) ?? fail();
  } catch (error) {
    if (context !== "") addFrame(evaluator, error, noPos, context);
    throw error;
  }

  function fail(): never {
    const [left, right] = [shown(a, slotA), shown(b, slotB)];
    const values = hint`are ${printed(evaluator, left)} and ${printed(evaluator, right)}`;
    const end = typeTag(a) === typeTag(b) ? hint`of that type are incomparable (values ${values})` : values;
    throw new EvalError(hint`cannot compare ${typeName(left)} with ${typeName(right)}; values ${end}`);
  }
}

/** What `builtins.break` gave back is still to be evaluated, and shown so. */
function shown(value: Value, slot: Slot): Slot {
  return (value as Slot) instanceof Thunk ? value : slot;
}

/** undefined for values that have no order among them. */
function compareOther(evaluator: Evaluator, a: Value, b: Value, context: string, pos: Pos): boolean | undefined {
  const numberA = numeric(a);
  const numberB = numeric(b);
  if (numberA !== undefined && numberB !== undefined) {
    // Beside a float an integer is one too.
    if (a instanceof NixFloat || b instanceof NixFloat) return Number(numberA) < Number(numberB);
    return numberA < numberB;
  }
  const tag = typeTag(a);
  if (tag !== typeTag(b)) return undefined;
  if (tag === "string") return textOf(a) < textOf(b);
  if (a instanceof NixPath && b instanceof NixPath) return a.path < b.path;
  return isList(a) && isList(b) ? compareLists(evaluator, a, b, context, pos) : undefined;
}

function compareLists(evaluator: Evaluator, a: NixList, b: NixList, context: string, pos: Pos): boolean {
  for (let i = 0; ; i++) {
    if (i === b.length) return false;
    if (i === a.length) return true;
    const left = a[i] as Slot;
    const right = b[i] as Slot;
    if (!equals(evaluator, left, right, pos, context)) {
      return compareLess(evaluator, left, right, "while comparing two list elements", pos);
    }
  }
}

function numeric(value: Value): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  return value instanceof NixFloat ? value.value : undefined;
}

function textOf(value: Value): string {
  return value instanceof NixString ? value.text : (value as string);
}
