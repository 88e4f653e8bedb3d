// Order of values: `<` and everything that sorts (CompareValues).

import { EvalError, hint } from "../errors/index.ts";
import { noPos, type Pos } from "../values/position.ts";
import { force } from "../values/thunk.ts";
import { typeName, typeTag } from "../values/type-name.ts";
import { NixFloat, type NixList, NixPath, NixString, type Slot, type Value } from "../values/value.ts";
import { equals } from "./equality.ts";
import type { Evaluator } from "./evaluator.ts";
import { addFrame, printed } from "./failures.ts";
import { isList } from "./force.ts";

/** Whether `a` comes before `b`; both are forced. Numbers of both kinds, strings, paths and lists have an order. */
export function compareLess(evaluator: Evaluator, a: Value, b: Value, context: string, pos: Pos): boolean {
  if (typeof a === "number" && typeof b === "number") return a < b;
  if (typeof a === "string" && typeof b === "string") return a < b;
  try {
    return compareOther(evaluator, a, b, context, pos);
  } catch (error) {
    if (context !== "") addFrame(evaluator, error, noPos, context);
    throw error;
  }
}

function compareOther(evaluator: Evaluator, a: Value, b: Value, context: string, pos: Pos): boolean {
  const numberA = numeric(a);
  const numberB = numeric(b);
  if (numberA !== undefined && numberB !== undefined) {
    // Beside a float an integer is one too.
    if (a instanceof NixFloat || b instanceof NixFloat) return Number(numberA) < Number(numberB);
    return numberA < numberB;
  }
  const tag = typeTag(a);
  if (tag !== typeTag(b)) throw cannotCompare(evaluator, a, b);
  if (tag === "string") return textOf(a) < textOf(b);
  if (a instanceof NixPath && b instanceof NixPath) return a.path < b.path;
  if (isList(a) && isList(b)) return compareLists(evaluator, a, b, context, pos);
  throw incomparable(evaluator, a, b);
}

function compareLists(evaluator: Evaluator, a: NixList, b: NixList, context: string, pos: Pos): boolean {
  for (let i = 0; ; i++) {
    if (i === b.length) return false;
    if (i === a.length) return true;
    const left = a[i] as Slot;
    const right = b[i] as Slot;
    if (!equals(evaluator, left, right, pos, context)) {
      return compareLess(evaluator, force(left), force(right), "while comparing two list elements", pos);
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

function cannotCompare(evaluator: Evaluator, a: Value, b: Value): EvalError {
  return new EvalError(
    hint`cannot compare ${typeName(a)} with ${typeName(b)}; values are ${printed(evaluator, a)} and ${printed(evaluator, b)}`,
  );
}

function incomparable(evaluator: Evaluator, a: Value, b: Value): EvalError {
  const values = hint`(values are ${printed(evaluator, a)} and ${printed(evaluator, b)})`;
  return new EvalError(
    hint`cannot compare ${typeName(a)} with ${typeName(b)}; values of that type are incomparable ${values}`,
  );
}
