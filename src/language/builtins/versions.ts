// The builtins over versions.

import type { Evaluator } from "../machine/evaluator.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import type { Slot } from "../values/value.ts";
import { compareVersions, parsePackageName, splitVersion } from "./version-order.ts";

function version(evaluator: Evaluator, slot: Slot, builtin: string, which = "first"): string {
  return evaluator.forceStringNoContext(slot, `while evaluating the ${which} argument passed to builtins.${builtin}`);
}

export const versionBuiltins: readonly PrimOpDefinition[] = [
  {
    name: "compareVersions",
    arity: 2,
    argumentNames: ["s1", "s2"],
    impl: (evaluator, slotA, slotB) => {
      const a = version(evaluator, slotA, "compareVersions");
      return compareVersions(a, version(evaluator, slotB, "compareVersions", "second"));
    },
  },
  {
    name: "splitVersion",
    arity: 1,
    argumentNames: ["s"],
    impl: (evaluator, slot) => splitVersion(version(evaluator, slot, "splitVersion")),
  },
  {
    name: "parseDrvName",
    arity: 1,
    argumentNames: ["s"],
    impl: (evaluator, slot) => evaluator.attrs({ ...parsePackageName(version(evaluator, slot, "parseDrvName")) }),
  },
];
