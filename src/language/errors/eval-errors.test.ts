import assert from "node:assert/strict";
import { test } from "node:test";
import { isStackExhaustion, isStringTooLong } from "./index.ts";

test("a stack overflow is known in whatever words an engine has for it", () => {
  class InternalError extends Error {}
  const exhaustions = [
    new RangeError("Maximum call stack size exceeded"),
    new RangeError("Maximum call stack size exceeded."),
    new InternalError("too much recursion"),
    new SyntaxError("Invalid regular expression: /^[a-z\n]*$/: Stack overflow"),
  ];
  for (const error of exhaustions) assert.ok(isStackExhaustion(error), error.message);
  const others = [
    new RangeError("Invalid array length"),
    new Error("too much recursion"),
    new SyntaxError("Invalid regular expression: /(/: Unterminated group"),
    "Maximum call stack size exceeded",
  ];
  for (const error of others) assert.ok(!isStackExhaustion(error));
});

test("the engine that runs this test has one of these words", () => {
  const endless = (): number => 1 + endless();
  assert.throws(endless, (error: unknown) => isStackExhaustion(error));
});

test("a string too long for the engine that runs this test is known", () => {
  assert.throws(
    () => "x".repeat(2 ** 28).padEnd(2 ** 30),
    (error: unknown) => isStringTooLong(error),
  );
  assert.ok(!isStringTooLong(new RangeError("Invalid array length")));
});
