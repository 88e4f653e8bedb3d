// `builtins.genericClosure`: all that can be reached from a start set, each key once, breadth first.

import { BaseError, hint, type Hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { printed } from "../machine/failures.ts";
import { forceKept } from "../machine/force.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import { NixString, type Slot, type Value } from "../values/value.ts";
import { KeyTree } from "./key-tree.ts";

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
    const key = keyOf(evaluator, element);
    forceKept(key);
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

/**
 * The keys that were met. Nix keeps them in a tree ordered by `<`. While all are strings, or all small integers, a hash
 * set does the same; the first key of another kind makes it that tree.
 */
class KeySet {
  private readonly evaluator: Evaluator;
  private simple: Set<string | number> | undefined = new Set();
  private simpleType: "string" | "number" | undefined;
  private readonly tree: KeyTree<Slot, Slot>;

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
    this.tree = new KeyTree((a, b) => evaluator.isLess(a, b, ""));
  }

  /** Whether the key is new. `elements` are those whose keys were new before. */
  add(key: Slot, element: Slot, elements: readonly Slot[]): boolean {
    if (this.simple !== undefined) {
      const plain = plainKey(force(key));
      const type = typeof plain;
      if ((type === "string" || type === "number") && (this.simpleType ?? type) === type) {
        this.simpleType = type;
        if (this.simple.has(plain)) return false;
        this.simple.add(plain);
        return true;
      }
      this.simple = undefined;
      for (const earlier of elements) this.tree.insert(keyOf(this.evaluator, earlier), earlier);
    }
    try {
      return this.tree.insert(key, element);
    } catch (error) {
      throw this.explain(error, key, element);
    }
  }

  /** Says which two elements are compared: the new one, and the least with which that fails. */
  private explain(error: unknown, key: Slot, element: Slot): unknown {
    const { evaluator } = this;
    for (const other of this.tree.entries()) {
      try {
        evaluator.isLess(key, other.key, "");
      } catch {
        withFrame(error, () => hint`with element ${show(evaluator, other.element)}`);
        return withFrame(error, () => hint`while comparing element ${show(evaluator, element)}`);
      }
    }
    return withFrame(error, () => hint`while checking key of element ${show(evaluator, element)}`);
  }
}

export const genericClosureBuiltins: readonly PrimOpDefinition[] = [
  { name: "genericClosure", arity: 1, argumentNames: ["attrset"], impl: genericClosure },
];
