// That `:doc` knows the builtins that Nix documents, and their arguments by the same names.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { builtinDocumentation } from "./documentation.ts";
import { createBuiltins } from "./index.ts";

const lines = readFileSync(new URL("golden/documented.tsv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");
const documented = new Map(lines.map((line) => line.split("\t") as [string, string]));

test("what Nix documents is documented, and nothing else", () => {
  assert.deepEqual([...builtinDocumentation.keys()], [...documented.keys()]);
});

test("arguments are named as Nix names them", () => {
  for (const { name, argumentNames } of createBuiltins().primOps) {
    const expected = documented.get(name);
    if (expected !== undefined) assert.equal(argumentNames.join(" "), expected, name);
  }
});

test("each argument that a text speaks of is one of the builtin's", () => {
  for (const [name, text] of builtinDocumentation) {
    const own = documented.get(name)?.split(" ") ?? [];
    for (const [, argument = ""] of text.matchAll(/(?<![\w*])\*([^*\s]+)\*(?!\*)/g)) {
      assert.ok(own.includes(argument), `${name} has no argument ${argument}`);
    }
  }
});
