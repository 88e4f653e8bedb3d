// Lists that are never made mean the same as those that are: each program once with the call as the argument, and once with
// the list bound to a variable that is mentioned twice.

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
    }
  });
}
