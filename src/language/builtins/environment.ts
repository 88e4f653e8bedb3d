// What a program can learn of the machine it is evaluated on, apart from files.

import type { PrimOpDefinition } from "../values/prim-op.ts";

export const environmentBuiltins: readonly PrimOpDefinition[] = [
  {
    name: "getEnv",
    arity: 1,
    argumentNames: ["s"],
    impl: (evaluator, slot) => {
      const frame = "while evaluating the first argument passed to builtins.getEnv";
      const name = evaluator.forceStringNoContext(slot, frame);
      const { pureEval, restrictEval } = evaluator.settings;
      return pureEval || restrictEval ? "" : (evaluator.io.getEnvironmentVariable(name) ?? "");
    },
  },
];
