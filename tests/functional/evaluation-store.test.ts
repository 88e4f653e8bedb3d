// Evaluation and the store: one that only computes needs none, and `dummy://` is none. What is expected of `dummy://` was
// printed by the real Nix 2.34.8.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScene } from "./program.ts";

const hello = 'derivation { name = "x"; builder = "b"; system = "s"; }';

test("dummy:// is a store for evaluations that write nothing", (t) => {
  const scene = openScene(t);
  scene.write("f", "hi\n");
  const check = (args: readonly string[], stdout: string) => {
    assert.deepEqual(scene.run("nix-instantiate", ["--store", "dummy://", ...args]), { status: 0, stdout, stderr: "" });
  };
  check(["--eval", "-E", "1+1"], "2\n");
  check(["--parse", "-E", "x: x"], "(x: x)\n");
  check(["--eval", "-E", 'builtins.toFile "a" "b"'], '"/nix/store/g76zcpqc540lrc8i6g7xy6ip0npn2hnp-a"\n');
  check(["--eval", "-E", '"${./f}"'], '"/nix/store/ab3li50xq0nl4q5lxdyinb8w8y13my9s-f"\n');
  check(["--eval", "-E", `(${hello}).drvPath`], '"/nix/store/5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv"\n');
  check(
    ["--eval", "-E", 'builtins.storePath "/nix/store/00000000000000000000000000000000-a"'],
    '"/nix/store/00000000000000000000000000000000-a"\n',
  );
  assert.deepEqual(readdirSync(scene.store), []);
});

test("dummy:// refuses what would be written, in Nix's words", (t) => {
  const scene = openScene(t);
  scene.write("f", "hi\n");
  const check = (args: readonly string[], lastLine: string) => {
    const { status, stderr } = scene.run("nix-instantiate", ["--store", "dummy://", ...args]);
    assert.equal(stderr.trimEnd().split("\n").at(-1)?.trimStart(), lastLine);
    assert.equal(status, 1);
  };
  const unsupported = (operation: string) => `error: operation '${operation}' is not supported by store 'dummy://'`;
  check(["--eval", "--read-write-mode", "-E", 'builtins.toFile "a" "b"'], unsupported("addToStoreFromDump"));
  check(["--eval", "--read-write-mode", "-E", '"${./f}"'], unsupported("addToStoreFromDump"));
  check(["-E", hello], unsupported("writeDerivation"));
  check(
    ["--eval", "-E", `builtins.readFile (${hello})`],
    "error: path '5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv' is not valid",
  );
  check(
    ["--eval", "-E", 'import "/nix/store/00000000000000000000000000000000-a"'],
    "error: path '/nix/store/00000000000000000000000000000000-a' does not exist",
  );
  assert.match(
    scene.run("nix-instantiate", ["--store", "dummy://foo", "--eval", "-E", "1"]).stderr,
    /^error: `dummy` store URIs must not contain an authority part foo\n/,
  );
  assert.match(scene.run("nix-store", ["--store", "dummy://", "--add", "f"]).stderr, /^hint: .*only what evaluates/m);
});

test("an evaluation that asks the store nothing does not open its database", (t) => {
  const scene = openScene(t);
  const evaluate = () =>
    scene.run("nix-instantiate", ["--eval", "--strict", "-E", '[ (1 + 1) (builtins.hashString "md5" "") ]']);
  const expected = { status: 0, stdout: '[ 2 "d41d8cd98f00b204e9800998ecf8427e" ]\n', stderr: "" };
  assert.deepEqual(evaluate(), expected);
  // One that was opened would fail.
  const folder = join(scene.store, "nix/var/nix/db");
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "db.sqlite"), "no database");
  writeFileSync(join(folder, "schema"), "10");
  assert.deepEqual(evaluate(), expected);
});
