import assert from "node:assert/strict";
import { test } from "node:test";
import { createBuiltins } from "../builtins/index.ts";
import { namesScope } from "../compile/scope.ts";
import { MemoryIO } from "../io-memory.ts";
import { createEvaluator } from "../machine/evaluator.ts";
import type { Expr } from "../syntax/ast.ts";
import { strictParameters } from "./strictness.ts";

const evaluator = createEvaluator({ io: new MemoryIO(), builtins: createBuiltins() });

function strictOf(program: string): number {
  const { expr } = evaluator.parse({ origin: { kind: "string" }, text: program }, "/");
  const names: string[] = [];
  let body: Expr = expr;
  while (body.kind === "lambda") {
    names.push(body.argument as string);
    ({ body } = body);
  }
  return strictParameters(evaluator, body, namesScope(names, { kind: "base", base: evaluator.base }), names);
}

const cases: readonly (readonly [title: string, program: string, bits: number])[] = [
  ["both operands", "a: b: a + b", 0b11],
  ["a condition, and what both branches need", "a: b: c: if a < 1 then b else b + c", 0b011],
  ["the right of && only perhaps", "a: b: a && b", 0b01],
  ["a function that is called, but not what it is given", "a: b: a b", 0b01],
  ["not what was seen before", "a: b: c: if c [ a ] then a + b else a - b", 0b110],
  ["what is forced before it is seen", "a: b: if a < 1 then b a else a", 0b01],
  ["an argument of a builtin that forces it", "a: b: builtins.elemAt a b", 0b11],
  ["not an argument of a builtin that keeps it", "a: b: map a b", 0b00],
  ["not what a let may hide", "a: let b = a; in b", 0],
  ["not the elements of a list", "a: [ a ]", 0],
];

for (const [title, program, bits] of cases) {
  test(`a function is strict in ${title}`, () => assert.equal(strictOf(program), bits));
}
