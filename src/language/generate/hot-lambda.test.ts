// Functions generated from their first call on. What is expected is what the real Nix prints.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createBuiltins } from "../builtins/index.ts";
import { BaseError } from "../errors/index.ts";
import { MemoryIO } from "../io-memory.ts";
import { createEvaluator, type Evaluator } from "../machine/evaluator.ts";
import { printAmbiguous } from "../values/print.ts";

function evaluate(program: string): { printed: string; evaluator: Evaluator } {
  const evaluator = createEvaluator({
    io: new MemoryIO(),
    builtins: createBuiltins(),
    settings: { generateAfter: 1, maxCallDepth: 1000 },
  });
  try {
    return { printed: printAmbiguous(evaluator, evaluator.evalExpr(program, "/")), evaluator };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return { printed: `error: ${error.message}`, evaluator };
  }
}

const cases: readonly (readonly [title: string, program: string, printed: string])[] = [
  ["numbers", "let f = n: if n < 2 then n else f (n - 1) + f (n - 2); in f 15", "610"],
  ["integers beyond what a number holds", "(n: n * 3 + 1) 9007199254740991", "27021597764222974"],
  ["integers that come back", "(n: n * 4 / 4 - n) 9007199254740991", "0"],
  ["quotients of integers", "(a: b: a / b + 10 * (a / (0 - b))) 7 2", "-27"],
  ["zero has no sign", "(n: 1.0 / ((n - 1) * (0 - 5) + 0.0)) 1", "error: division by zero"],
  [
    "overflow",
    "(n: n * n * n) 9007199254740991",
    "error: integer overflow in multiplying 9007199254740991 * 9007199254740991",
  ],
  ["division by zero", "(a: b: a / b) 1 0", "error: division by zero"],
  ["floats", "(a: b: a * b < 3 && a - b == 0.5) 1.5 1", "true"],
  ["strings", '(a: b: a + "-${b}-${toString 3}" + b) "x" "y"', '"x-y-3y"'],
  ["paths", '(a: b: a + b) /x "/y"', "/x/y"],
  ["a wrong type", '(a: b: a + b) 1 "y"', "error: cannot add a string to an integer"],
  ["what is no condition", "(a: if a + 0 then 1 else 2) 1", "error: expected a Boolean but found an integer: 1"],
  ["an argument that nobody needs", '(a: b: a) 1 (throw "b")', "1"],
  ["an argument that is seen before it is forced", "(f: f (1 + 1)) (n: [ n ])", "[ <CODE> ]"],
  ["an argument computed for a function that forces it", "let g = n: n + 1; f = x: g (x * 2); in f 20", "41"],
  ["sets and selections", "(s: n: { a = s.a + n; inherit n; }.a) { a = 1; } 2", "3"],
  ["a missing attribute", "(s: s.b) { a = 1; }", "error: attribute 'b' missing"],
  ["variables of a let", "(n: let a = n + b; b = 2; in a * b) 3", "10"],
  ["functions that are made", "(n: (m: k: n + m + k)) 1 2 3", "6"],
  ["parts of an argument", "({ a, b, ... }@s: a + b + s.c) { a = 1; b = 2; c = 3; }", "6"],
  ["a default", "let f = { a, b ? a * 2 }: a + b; in f { a = 1; b = 1; } + f { a = 2; }", "8"],
  [
    "an argument too much",
    "({ a }: a) { a = 1; b = 2; }",
    "error: function 'anonymous lambda' called with unexpected argument 'b'",
  ],
  ["three arguments", "(a: b: c: [ a b c ]) 1 2 3", "[ 1 2 3 ]"],
  ["a partial application", "map ((a: b: a - b) 10) [ 1 ]", "[ <CODE> ]"],
  ["an endless recursion", "let f = n: f (n + 1); in f 0", "error: stack overflow; max-call-depth exceeded"],
  ["what break leaves unevaluated", "(a: let x = break (a + 1); in [ (x == 2) (x + 1) ]) 1", "[ <CODE> <CODE> ]"],
  ["what break left, looked at twice", "(x: (if x == 2 then 1 else 0) + x) (break (1 + 1))", "3"],
  ["a function that break left", "(f: f 1) (break (x: x))", "1"],
  ["equality of what is one place", "(f: [ f ] == [ f ]) (x: x)", "true"],
];

for (const [title, program, printed] of cases) {
  test(`generated functions: ${title}`, () => assert.equal(evaluate(program).printed, printed));
}

test("where no code may be made of text the closures go on", () => {
  const original = globalThis.Function;
  globalThis.Function = function () {
    throw new globalThis.EvalError("forbidden");
  } as unknown as FunctionConstructor;
  try {
    const { printed, evaluator } = evaluate("(n: n + 1) 1");
    assert.equal(printed, "2");
    assert.equal(evaluator.generatesSource, false);
  } finally {
    globalThis.Function = original;
  }
});
