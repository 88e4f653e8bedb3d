import assert from "node:assert/strict";
import { test } from "node:test";

import { BaseError, EvalError, hint, isCatchable, ThrownError, TypeError as LanguageTypeError } from "./index.ts";

const file = { origin: { kind: "string" } as const, text: "a\nb" };

test("an error carries its message without colours and no JavaScript stack", () => {
  const error = new EvalError(hint`attribute '${"x"}' missing`, { file, offset: 2 });
  assert.equal(error.message, "attribute 'x' missing");
  assert.equal(error.name, "EvalError");
  assert.ok(error instanceof Error);
  assert.ok(!(error.stack ?? "").includes("base-error.test"));
  assert.deepEqual(error.position, { file, offset: 2 });
});

test("making an error leaves the stacks of other errors as they are", () => {
  assert.equal(new BaseError("x").message, "x");
  assert.match(new Error("y").stack ?? "", /base-error\.test/);
});

test("only what throw and assert raise can be caught", () => {
  assert.ok(isCatchable(new ThrownError("x")));
  assert.ok(!isCatchable(new LanguageTypeError("x")));
  assert.ok(!isCatchable(new Error("x")));
});

test("frames added to a copy do not reach the error that it was copied from", () => {
  const error = new ThrownError("x", { file, offset: 0 }).addTrace(undefined, "inner");
  const copy = error.clone().addTrace(undefined, "outer");
  assert.ok(copy instanceof ThrownError);
  assert.equal(copy.message, "x");
  assert.deepEqual(
    copy.traces.map((trace) => trace.hint.plain),
    ["inner", "outer"],
  );
  assert.equal(error.traces.length, 1);
});
