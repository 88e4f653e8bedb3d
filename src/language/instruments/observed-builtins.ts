// Builtins that tell instruments when they run, what they return and when they fail.

import type { Evaluator } from "../machine/evaluator.ts";
import type { BuiltinTable, PrimOpDefinition } from "../values/prim-op.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Instruments } from "./instruments.ts";

export function observeBuiltins(table: BuiltinTable, instruments: Instruments): BuiltinTable {
  return { ...table, primOps: table.primOps.map((definition) => observeBuiltin(definition, instruments)) };
}

function observeBuiltin(
  definition: PrimOpDefinition,
  { statistics, debugger: listener }: Instruments,
): PrimOpDefinition {
  // Arguments beyond the arity are ignored, so one shape serves all.
  const original: (evaluator: Evaluator, a: Slot, b: Slot, c: Slot) => Value = definition.impl;
  let impl = original;
  if (statistics !== undefined) {
    impl = (evaluator, a, b, c) => {
      statistics.builtinCalled(definition.name);
      const result = original(evaluator, a, b, c);
      statistics.builtinMade(result);
      return result;
    };
  }
  if (listener !== undefined) {
    const inner = impl;
    const run: typeof impl = (evaluator, a, b, c) => {
      try {
        return inner(evaluator, a, b, c);
      } catch (error) {
        listener.caught(error);
        throw error;
      }
    };
    impl =
      definition.name === "tryEval" ? (evaluator, a, b, c) => listener.insideTry(() => run(evaluator, a, b, c)) : run;
  }
  return { ...definition, impl } as PrimOpDefinition;
}
