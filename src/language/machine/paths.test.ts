// What is told of a path that leads through links, as the real Nix tells it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { filterAnsiEscapes } from "#formats";
import { createBuiltins } from "../builtins/index.ts";
import { BaseError, renderError } from "../errors/index.ts";
import { MemoryIO } from "../io-memory.ts";
import { printAmbiguous } from "../values/print.ts";
import { createEvaluator, type Evaluator } from "./evaluator.ts";

const files = {
  "/base/hello.txt": "hello\n",
  "/base/link": { link: "hello.txt" },
  "/base/gone": { link: "none/x" },
  "/base/loop": { link: "loop" },
  "/base/folder": { link: "there" },
  "/base/there/lines.nix": '{\n  place = __curPos;\n  fails = throw "a"; }\n',
};

for (const source of [
  "import ./link/x",
  "scopedImport { } ./link/x",
  "builtins.readFile ./link/x",
  "builtins.filterSource (path: type: true) ./link/x",
]) {
  test(`${source} names the file that the link leads to`, () => {
    assert.equal(complaint(source), "path '/base/hello.txt/x' does not exist");
  });
}

test("a link to what is missing is told of by what is missing", () => {
  assert.equal(complaint("import ./gone"), "path '/base/none/x' does not exist");
});

test("storePath tells of a link to what is missing, and of a cycle", () => {
  assert.equal(complaint("builtins.storePath ./gone"), "path '/base/none/x' is not in the Nix store");
  assert.equal(complaint("builtins.storePath ./loop"), "infinite symlink recursion in path ''");
  assert.equal(complaint("builtins.storePath ./loop/a/b"), "infinite symlink recursion in path '/a/b'");
});

test("a file below a link is one line to whoever asks for a place in it, and is not shown", () => {
  const evaluator = newEvaluator();
  const place = evaluator.forceDeep(evaluator.evalExpr("(import ./folder/lines.nix).place", "/base"));
  assert.equal(printAmbiguous(evaluator, place), '{ column = 13; file = "/base/folder/lines.nix"; line = 1; }');
  const failing = "(import ./folder/lines.nix).fails";
  let error: unknown;
  try {
    evaluator.evalExpr(failing, "/base");
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof BaseError);
  const text = filterAnsiEscapes(renderError(error), "all");
  assert.ok(text.includes("at /base/folder/lines.nix:1:33:\n       error: a"), text);
});

function newEvaluator(): Evaluator {
  return createEvaluator({ io: new MemoryIO({ files }), builtins: createBuiltins() });
}

function complaint(source: string): string {
  const evaluator = newEvaluator();
  try {
    evaluator.forceDeep(evaluator.evalExpr(source, "/base"));
  } catch (error) {
    if (error instanceof BaseError) return error.message;
    throw error;
  }
  return "nothing";
}
