// Lists that are never made mean the same as those that are: each program once with the call as the argument, once with the
// list bound to a variable, and once with a second variable between the two, for which it is made.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createBuiltins } from "../builtins/index.ts";
import { BaseError, renderError } from "../errors/index.ts";
import { MemoryIO } from "../io-memory.ts";
import { printAmbiguous } from "../values/print.ts";
import { createEvaluator } from "./evaluator.ts";

function evaluate(program: string): string {
  const evaluator = createEvaluator({ io: new MemoryIO(), builtins: createBuiltins() });
  try {
    const value = evaluator.evalExpr(program, "/");
    evaluator.forceDeep(value);
    return printAmbiguous(evaluator, value);
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    // Columns differ, words and frames do not.
    return renderError(error, { showTrace: true }).replaceAll(/:\d+:\d+:|^ +\d*\|.*$/gm, "");
  }
}

const lists = [
  "(map (x: x * 2) [ 3 1 2 ])",
  "(map toString [ 3 1 2 ])",
  "(map (x: [ x x ]) [ 3 1 2 ])",
  '(map (x: { name = "n"; value = x; }) [ 3 1 2 ])',
  '(map (x: if x == 1 then throw "one" else x) [ 3 1 2 ])',
  "(map 1 [ 3 1 2 ])",
  "(map (x: x) 1)",
  "(map 1 [ ])",
  "(builtins.genList (x: x + 1) 4)",
  "(builtins.genList (x: x) 0)",
  "(builtins.genList (x: x) (0 - 1))",
  "(builtins.genList 1 2)",
];

const consumers = [
  "builtins.foldl' (a: b: a + b) 0 LIST",
  "builtins.foldl' (a: b: [ b ]) 0 LIST",
  'builtins.concatStringsSep "," LIST',
  "builtins.concatLists LIST",
  "builtins.concatMap (x: [ x ]) LIST",
  "builtins.listToAttrs LIST",
  "builtins.length LIST",
  "builtins.all (x: x > 1) LIST",
  "builtins.any (x: x > 2) LIST",
  "builtins.sort (a: b: a < b) LIST",
  "builtins.sort (a: b: a > b) LIST",
  "builtins.sort builtins.lessThan LIST",
];

for (const consumer of consumers) {
  test(`${consumer.replace("LIST", "(map f xs)")} is the same whether or not the list is made`, () => {
    for (const list of lists) {
      const made = evaluate(`let l = ${list}; m = l; in ${consumer.replace("LIST", "m")}`);
      assert.equal(evaluate(consumer.replace("LIST", list)), made, list);
      assert.equal(evaluate(`let l = ${list}; in ${consumer.replace("LIST", "l")}`), made, list);
    }
  });
}

const evaluations: readonly (readonly [title: string, program: string, traces: number])[] = [
  ["mentioned once", "let l = LIST; in toString (builtins.length (builtins.concatLists l))", 1],
  [
    "mentioned twice",
    "let l = LIST; in builtins.length (builtins.concatLists l) + builtins.length (builtins.concatLists l)",
    1,
  ],
  ["mentioned in a function", "let l = LIST; f = x: builtins.length (builtins.concatLists l) + x; in f 1 + f 2", 1],
  [
    "mentioned in a function's let",
    "let f = x: let l = LIST; in builtins.length (builtins.concatLists l); in f 1 + f 2",
    2,
  ],
  ["mentioned in a thunk", "let l = LIST; a = builtins.length (builtins.concatLists l); in a + a", 1],
];

for (const [title, program, traces] of evaluations) {
  test(`the elements of a list ${title} are evaluated as often as they are made`, () => {
    const io = new MemoryIO();
    const evaluator = createEvaluator({ io, builtins: createBuiltins() });
    let count = 0;
    io.emitMessage = () => count++;
    evaluator.evalExpr(program.replace("LIST", 'map (x: builtins.trace "x" [ x ]) [ 1 ]'), "/");
    assert.equal(count, traces);
  });
}
