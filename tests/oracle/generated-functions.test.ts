// Random programs whose every function is generated as JavaScript from its first call, against the same with closures only.
// FIRN_RANDOM_PROGRAMS and FIRN_RANDOM_SEED as in random-programs.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createEvaluator } from "#instantiate";
import { BaseError, printAmbiguous, renderError } from "#language";
import { DummyStore } from "#store";
import { make } from "./programs/programs.ts";

const count = Number(process.env["FIRN_RANDOM_PROGRAMS"] ?? 300);
const firstSeed = Number(process.env["FIRN_RANDOM_SEED"] ?? 1);

interface Way {
  /** Whether all inside the value is evaluated too; what is not shows in print as it is. */
  readonly isDeep: boolean;
  readonly maxCallDepth: number;
}

function evaluate(source: string, { isDeep, maxCallDepth }: Way, generateAfter: number): string {
  let told = "";
  const evaluator = createEvaluator({
    store: new DummyStore(),
    readOnly: true,
    settings: {
      generateAfter,
      maxCallDepth,
      home: "/root",
      experimentalFeatures: new Set(["pipe-operators"]),
    },
    emit: (event) => {
      if (event.kind === "message") told += `${event.text}\n`;
    },
  });
  try {
    const value = evaluator.evalExpr(source, "/", { kind: "stdin" });
    if (isDeep) evaluator.forceDeep(value);
    return told + printAmbiguous(evaluator, value);
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return told + renderError(error, { showTrace: true });
  }
}

test(`${count} random programs mean the same whether their functions are generated or closures`, () => {
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { program } = make(seed);
    // Generated functions leave the last two hundred levels to the closures.
    const ways: readonly Way[] = [
      { isDeep: true, maxCallDepth: 1000 },
      { isDeep: false, maxCallDepth: 1000 },
      { isDeep: true, maxCallDepth: 201 + (seed % 40) },
    ];
    for (const way of ways) {
      const closures = evaluate(program.source, way, 0);
      assert.equal(evaluate(program.source, way, 1), closures, `seed ${seed}: ${program.source}`);
    }
  }
});
