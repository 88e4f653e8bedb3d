// Every kind of expression against goldens that the real Nix made: `nix-instantiate --eval` evaluated strictly with
// --show-trace, and lazily without. A golden's text holds one byte in each char, as language's own strings do.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createBuiltins } from "../builtins/index.ts";
import { BaseError, renderError } from "../errors/index.ts";
import { MemoryIO } from "../io-memory.ts";
import { printAmbiguous } from "../values/print.ts";
import { createEvaluator } from "./evaluator.ts";

interface Outcome {
  readonly value?: string;
  readonly error?: string;
}

interface Golden {
  readonly expr: string;
  readonly strict: Outcome;
  readonly lazy: Outcome;
}

const goldens = readFileSync(new URL("golden/expressions.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Golden);

function evaluate(expr: string, isStrict: boolean): Outcome {
  const io = new MemoryIO();
  const evaluator = createEvaluator({ io, builtins: createBuiltins(), settings: { showTrace: isStrict } });
  try {
    const value = evaluator.evalExpr(expr, "/");
    if (isStrict) evaluator.forceDeep(value);
    return { value: printAmbiguous(evaluator, value) };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return { error: renderError(error, { showTrace: isStrict }) };
  }
}

for (const { expr, strict, lazy } of goldens) {
  test(`evaluates as Nix does: ${expr}`, () => {
    assert.deepEqual(evaluate(expr, true), strict);
    assert.deepEqual(evaluate(expr, false), lazy);
  });
}
