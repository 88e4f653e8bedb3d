// `builtins.genericClosure`: all that can be reached from a start set, each key once, breadth first.

import { BaseError, hint, type Hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { printed } from "../machine/failures.ts";
import { forceKept } from "../machine/force.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import { NixString, type Slot, type Value } from "../values/value.ts";

/** So many elements stay in the list of work after their turn. */
const mostDone = 1000;

function genericClosure(evaluator: Evaluator, slot: Slot): Value {
  const known = evaluator.symbols.known;
  const args = evaluator.forceAttrs(slot, "while evaluating the first argument passed to builtins.genericClosure");
  const where = "in the attrset passed as argument to builtins.genericClosure";
  const start = evaluator.forceList(
    evaluator.requireAttr(args, known.startSet, where),
    "while evaluating the 'startSet' attribute passed as argument to builtins.genericClosure",
  );
  if (start.length === 0) return start;
  const operator = evaluator.requireAttr(args, known.operator, where);
  evaluator.forceFunction(
    operator,
    "while evaluating the 'operator' attribute passed as argument to builtins.genericClosure",
  );
  const keys = new KeySet(evaluator);
  let work: Slot[] = start.slice();
  const result: Slot[] = [];
  for (let next = 0; next < work.length; next++) {
    const element = work[next] as Slot;
    if (next === mostDone) {
      // What was looked at is let go.
      work = work.slice(next);
      next = 0;
    }
    const key = forceKept(keyOf(evaluator, element));
    if (!keys.add(key, element, result)) continue;
    result.push(element);
    try {
      const found = evaluator.forceList(
        evaluator.call1(operator, element),
        "while evaluating the return value of the `operator` passed to builtins.genericClosure",
      );
      for (const item of found) {
        force(item);
        work.push(item);
      }
    } catch (error) {
      throw withFrame(
        error,
        () => hint`while calling ${"operator"} on genericClosure element ${show(evaluator, element)}`,
      );
    }
  }
  return result;
}

function keyOf(evaluator: Evaluator, element: Slot): Slot {
  try {
    return evaluator.requireAttr(evaluator.forceAttrs(element, ""), evaluator.symbols.known.key, "");
  } catch (error) {
    throw withFrame(error, () => hint`in genericClosure element ${show(evaluator, element)}`);
  }
}

function show(evaluator: Evaluator, element: Slot): ReturnType<typeof printed> {
  return printed(evaluator, element);
}

function withFrame(error: unknown, frame: () => Hint): unknown {
  return error instanceof BaseError ? error.addTrace(undefined, frame()) : error;
}

function plainKey(key: Value): string | number {
  return (key instanceof NixString ? key.text : key) as string | number;
}

interface Keyed {
  readonly key: Value;
  readonly element: Slot;
}

/**
 * The keys that were met. Nix keeps them in a tree ordered by `<`. While all are strings, or all small integers, a hash
 * set does the same; the first key of another kind makes it a sorted array.
 */
class KeySet {
  private readonly evaluator: Evaluator;
  private simple: Set<string | number> | undefined = new Set();
  private simpleType: "string" | "number" | undefined;
  private sorted: Keyed[] = [];

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  /** Whether the key is new. `elements` are those whose keys were new before. */
  add(key: Value, element: Slot, elements: readonly Slot[]): boolean {
    if (this.simple !== undefined) {
      const plain = plainKey(key);
      const type = typeof plain;
      if ((type === "string" || type === "number") && (this.simpleType ?? type) === type) {
        this.simpleType = type;
        if (this.simple.has(plain)) return false;
        this.simple.add(plain);
        return true;
      }
      this.sort(elements);
    }
    return this.insert({ key, element });
  }

  private sort(elements: readonly Slot[]): void {
    this.simple = undefined;
    this.sorted = elements
      .map((element) => ({ key: force(keyOf(this.evaluator, element)), element }))
      .toSorted((a, b) => (plainKey(a.key) < plainKey(b.key) ? -1 : 1));
  }

  private insert(keyed: Keyed): boolean {
    const isLess = (a: Value, b: Value): boolean => this.evaluator.isLess(a, b, "");
    const sorted = this.sorted;
    let low = 0;
    let high = sorted.length;
    try {
      while (low < high) {
        const middle = (low + high) >> 1;
        if (isLess((sorted[middle] as Keyed).key, keyed.key)) low = middle + 1;
        else high = middle;
      }
      const next = sorted[low];
      if (next !== undefined && !isLess(keyed.key, next.key)) return false;
    } catch (error) {
      throw this.explain(error, keyed);
    }
    sorted.splice(low, 0, keyed);
    return true;
  }

  /** Replaces a failed comparison by that of the new key with the first one that it cannot be compared with. */
  private explain(error: unknown, keyed: Keyed): unknown {
    const { evaluator } = this;
    for (const other of this.sorted) {
      try {
        evaluator.isLess(keyed.key, other.key, "");
      } catch (found) {
        const original = found instanceof BaseError ? found : error;
        withFrame(original, () => hint`with element ${show(evaluator, other.element)}`);
        return withFrame(original, () => hint`while comparing element ${show(evaluator, keyed.element)}`);
      }
    }
    return withFrame(error, () => hint`while checking key of element ${show(evaluator, keyed.element)}`);
  }
}

export const genericClosureBuiltins: readonly PrimOpDefinition[] = [
  { name: "genericClosure", arity: 1, argumentNames: ["attrset"], impl: genericClosure },
];
