// `builtins.sort`. Where the comparison is `<` or `>` itself and all elements are small integers, or all plain strings, every
// way of sorting gives the same, and JavaScript's own is the quickest.

import type { Evaluator } from "../machine/evaluator.ts";
import { forceKept } from "../machine/force.ts";
import { MappedList, openList } from "../machine/mapped-list.ts";
import { Lambda } from "../values/lambda.ts";
import { PrimOp, type PrimOpDefinition } from "../values/prim-op.ts";
import type { Slot, Value } from "../values/value.ts";
import { sortIntegers } from "./sort-integers.ts";
import { sortStably } from "./sorting.ts";

function sort(evaluator: Evaluator, fn: Slot, slot: Slot): Value {
  const list = openList(evaluator, slot, "while evaluating the second argument passed to builtins.sort");
  if (list.length === 0) return list instanceof MappedList ? [] : list;
  const comparator = evaluator.forceFunction(fn, "while evaluating the first argument passed to builtins.sort");
  const items: Slot[] = [];
  for (let i = 0; i < list.length; i++) {
    const item = list instanceof MappedList ? list.strictSlot(i) : (list[i] as Slot);
    const value = forceKept(item);
    // What is no place of its own may stand for itself.
    items.push(typeof value === "object" ? item : value);
  }
  const isBuiltin = comparator instanceof PrimOp && comparator.name === "lessThan";
  const order = isBuiltin ? 1 : comparator instanceof Lambda ? comparator.code.order : 0;
  // A comparison is two calls.
  if (order !== 0 && evaluator.depth + 2 <= evaluator.maxCallDepth) {
    const sorted = sortPlain(items, order);
    if (sorted !== undefined) return sorted;
  }
  if (isBuiltin) {
    const context = "while evaluating the ordering function passed to builtins.sort";
    sortStably(items, (a, b) => evaluator.isLess(a, b, context));
  } else {
    sortStably(items, (a, b) => {
      const result = evaluator.call2(comparator, a, b);
      return typeof result === "boolean"
        ? result
        : evaluator.forceBool(
            result,
            "while evaluating the return value of the sorting function passed to builtins.sort",
          );
    });
  }
  return items;
}

/** The elements in order where all are of a kind that needs no function to compare. */
function sortPlain(items: readonly Slot[], order: 1 | -1): Slot[] | undefined {
  let sorted: Slot[];
  if (items.every((item) => typeof item === "number")) sorted = sortIntegers(items);
  // By code units, which are the bytes.
  else if (items.every((item) => typeof item === "string")) sorted = items.toSorted();
  else return undefined;
  return order === 1 ? sorted : sorted.toReversed();
}

export const sortBuiltins: readonly PrimOpDefinition[] = [
  { name: "sort", arity: 2, argumentNames: ["comparator", "list"], opens: 1, impl: sort },
];
