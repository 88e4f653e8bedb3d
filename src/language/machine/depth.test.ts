// How deep evaluation may go: Nix stops at ten thousand calls, and values nest deeper than that.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

/** Evaluates in a thread with a stack of 512 MB, as commands have one, and returns the value or the error's message. */
function evaluateDeep(expr: string): Promise<string> {
  const here = JSON.stringify(import.meta.url);
  const source = `
    const { parentPort } = require("node:worker_threads");
    Promise.all([import(new URL("../index.ts", ${here})), import(new URL("../builtins/index.ts", ${here}))]).then(
      ([language, builtins]) => {
        const evaluator = language.createEvaluator({ io: new language.MemoryIO(), builtins: builtins.createBuiltins() });
        try {
          parentPort.postMessage(language.printAmbiguous(evaluator, evaluator.evalExpr(${JSON.stringify(expr)}, "/")));
        } catch (error) {
          parentPort.postMessage("error: " + error.message);
        }
      },
    );`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(source, { eval: true, resourceLimits: { stackSizeMb: 512 } });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

const cases: readonly [title: string, expr: string, outcome: string][] = [
  [
    "endless recursion is Nix's error",
    "let f = n: f (n + 1); in f 0",
    "error: stack overflow; max-call-depth exceeded",
  ],
  ["9000 nested calls are fine", "let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 9000", "9000"],
  [
    "a chain of 5000 thunks is fine",
    "builtins.elemAt (builtins.foldl' (l: x: [ (builtins.head l + x) ]) [ 0 ] (builtins.genList (x: 1) 5000)) 0",
    "5000",
  ],
  [
    "deep forcing stops as calls do",
    "builtins.deepSeq (builtins.foldl' (tail: head: { inherit head tail; }) null (builtins.genList (x: x) 20000)) 1",
    "error: stack overflow; max-call-depth exceeded",
  ],
];

for (const [title, expr, outcome] of cases) {
  test(title, async () => assert.equal(await evaluateDeep(expr), outcome));
}

test("what a builtin makes a string of counts as a call of its own", async () => {
  const { createEvaluator } = await import("./evaluator.ts");
  const { createBuiltins } = await import("../builtins/index.ts");
  const { MemoryIO } = await import("../io-memory.ts");
  const join = (calls: number): unknown => {
    const settings = { maxCallDepth: 10 };
    const evaluator = createEvaluator({ io: new MemoryIO(), builtins: createBuiltins(), settings });
    const text = `(let f = n: if n == 0 then "" else f (n - 1); in f ${calls})`;
    return evaluator.evalExpr(`builtins.concatStringsSep "" [ ${text} ]`, "/");
  };
  assert.equal(join(7), "");
  assert.throws(() => join(8), { message: "stack overflow; max-call-depth exceeded" });
});

test("without a deep stack the error is one of the language too", async () => {
  const { createEvaluator } = await import("./evaluator.ts");
  const { createBuiltins } = await import("../builtins/index.ts");
  const { MemoryIO } = await import("../io-memory.ts");
  const evaluator = createEvaluator({
    io: new MemoryIO(),
    builtins: createBuiltins(),
    settings: { maxCallDepth: 10_000_000 },
  });
  assert.throws(() => evaluator.evalExpr("let f = n: 1 + f (n + 1); in f 0", "/"), {
    message: "stack overflow (possible infinite recursion)",
  });
});
