// collection/lib against the real nixpkgs' lib. Tables of expressions lie in lib/, and what the real Nix makes of them with
// nixpkgs' lib in lib/golden (tools/golden-lib.sh). Errors have the same words too, and say more: the line of each
// definition.

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOf, evaluateToData, openCollection, readGolden } from "./collection.test-support.ts";

const failing = (name: string): string => `(import /tables/errors.nix { lib = import /collection/lib; }).${name}`;

for (const table of [
  "trivial",
  "attrsets",
  "lists",
  "strings",
  "generators",
  "packages",
  "types",
  "modules",
  "fileset",
]) {
  test(`lib gives what nixpkgs' lib gives: ${table}`, () => {
    const evaluator = openCollection("lib");
    const expr = `import ./evaluate.nix { lib = /collection/lib; table = ./${table}.nix; }`;
    const results = evaluateToData(evaluator, expr) as Record<string, unknown>;
    for (const [name, expected] of Object.entries(readGolden(`lib/golden/${table}.jsonl`)))
      assert.deepEqual(results[name], expected, name);
  });
}

/** What our errors say beyond nixpkgs': the place of a definition, and those of declarations. */
function withoutPlaces(message: string): string {
  return message
    .replaceAll(/\n- Declared at `[^']*'/g, "")
    .replaceAll(/`(\S+?\.nix|<unknown-file>):\d+:\d+'/g, "`$1'")
    .replaceAll(/\u001B\[[\d;]*m/g, "")
    .replaceAll(/ +$/gm, "")
    .trimEnd();
}

test("errors have the words of nixpkgs", () => {
  const evaluator = openCollection("lib");
  for (const [name, expected] of Object.entries(readGolden("lib/golden/errors.jsonl"))) {
    // Where a definition has no file, ours says in which file and line it stands.
    const words = withoutPlaces(errorOf(evaluator, failing(name)));
    assert.equal(words.replaceAll(/`\/tables\/errors\.nix'/g, "`<unknown-file>'"), expected, name);
  }
});

test("errors name the option, both definitions, and their lines", () => {
  const evaluator = openCollection("lib");
  const check = (name: string, ...parts: readonly string[]): void => {
    const message = errorOf(evaluator, failing(name));
    for (const part of parts) assert.ok(message.includes(part), `${name}: ${part}\n${message}`);
  };
  check("conflict", "`port'", "- In `/tables/errors/two.nix:4:5': 8080", "- In `/tables/errors/one.nix:3:3': 80");
  check("wrongType", '- In `/tables/errors/wrong.nix:2:3\': "eighty"');
  check("wrongInCondition", "- In `/tables/errors/condition.nix:5:5': -1");
  check("misspelt", "- In `/tables/errors/misspelt.nix:2:3': true", "Did you mean `enable'");
  check(
    "inSubmodule",
    "`users.anna.shel'",
    "- In `/tables/errors/submodule.nix:3:5'",
    "Did you mean `users.anna.shell'?",
  );
  check(
    "declaredTwice",
    "- Declared at `/tables/errors/declare.nix:4:5'",
    "- Declared at `/tables/errors/again.nix:3:3'",
  );
  check("conflictThree", "- In `/tables/errors.nix:12:");
});
