// What the tabulator key offers.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { complete } from "./completion.ts";
import { openMemoryRepl } from "./repl.test-support.ts";

test("variables, attributes of what can be evaluated, and files are completed", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "firn-completion-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ["one.nix", "other.nix", ".hidden"]) writeFileSync(join(folder, name), "");
  mkdirSync(join(folder, "open"));
  const { repl } = openMemoryRepl();
  void repl.take('set = { one = 1; other = { deep = 2; }; bad = throw "x"; }; seven = 7;');

  const check = (text: string, begun: string, words: readonly string[]) => {
    assert.deepEqual(complete(repl, text), { begun, words }, text);
  };
  check("se", "se", ["set", "seven"]);
  check("1 + (seve", "seve", ["seven"]);
  check("set.o", "set.o", ["set.one", "set.other"]);
  check("[ set.other.", "set.other.", ["set.other.deep"]);
  check("set.bad.", "set.bad.", []);
  check("nothing.", "nothing.", []);
  check("seven.", "seven.", []);
  check("{.", ".", []);
  check("builtins.foldl", "builtins.foldl", ["builtins.foldl'"]);
  check(`import ${folder}/o`, `${folder}/o`, [`${folder}/one.nix`, `${folder}/open`, `${folder}/other.nix`]);
  check(`${folder}/missing/`, `${folder}/missing/`, []);
});
