// What a user sees of an evaluation: statistics, calls, the profile.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScene } from "./program.ts";

const program = "let f = x: x + 1; in f (f 1)";

test("NIX_SHOW_STATS tells what an evaluation did, after the answer", (t) => {
  const scene = openScene(t);
  const { stdout, stderr, status } = scene.script(
    `NIX_SHOW_STATS=1 NIX_COUNT_CALLS=1 nix-instantiate --eval --expr '${program}'`,
  );
  assert.equal(status, 0);
  assert.equal(stdout, "3\n");
  const statistics = JSON.parse(stderr) as Record<string, unknown>;
  assert.equal(statistics["nrFunctionCalls"], 2);
  assert.deepEqual(statistics["functions"], [{ name: "f", line: 1, column: 9, count: 2 }]);
  assert.ok((statistics["cpuTime"] as number) > 0);
});

test("statistics go to the file that NIX_SHOW_STATS_PATH names", (t) => {
  const scene = openScene(t);
  const { stderr } = scene.script(
    `NIX_SHOW_STATS=1 NIX_SHOW_STATS_PATH=${scene.folder}/stats nix-instantiate --eval --expr '${program}'`,
  );
  assert.equal(stderr, "");
  const statistics = JSON.parse(readFileSync(join(scene.folder, "stats"), "utf8")) as Record<string, unknown>;
  assert.equal(statistics["nrThunks"], 2);
  assert.equal(statistics["functions"], undefined);
});

test("statistics that cannot be written do not make an answer a failure", (t) => {
  const { status, stdout, stderr } = openScene(t).script(
    `NIX_SHOW_STATS=1 NIX_SHOW_STATS_PATH=/nowhere/stats nix-instantiate --eval --expr '${program}'`,
  );
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "3\n", stderr: "" });
});

test("of an evaluation that fails `nix` tells the statistics and nix-instantiate does not", (t) => {
  const scene = openScene(t);
  const failing = `--expr 'throw "x"'`;
  const { stderr } = scene.script(`NIX_SHOW_STATS=1 nix eval ${failing}`);
  assert.match(stderr, /"nrPrimOpCalls": 1[^]*error: x\n$/);
  assert.doesNotMatch(scene.script(`NIX_SHOW_STATS=1 nix-instantiate --eval ${failing}`).stderr, /nrPrimOpCalls/);
});

test("trace-function-calls has a line when a call begins and one when it ends", (t) => {
  const scene = openScene(t);
  const { stderr } = scene.script("nix-instantiate --eval --trace-function-calls --expr '(x: x) 1'");
  const line = (what: string): string => `function-trace ${what} «string»:1:1 at [0-9]{19}\n`;
  assert.match(stderr, new RegExp(`^${line("entered")}${line("exited")}$`));
});

test("eval-profiler writes the stacks of calls into the file of eval-profile-file", (t) => {
  const scene = openScene(t);
  const file = join(scene.folder, "profile");
  const settings = `--eval-profiler flamegraph --eval-profiler-frequency 0 --eval-profile-file ${file}`;
  scene.script(`nix-instantiate --eval ${settings} --expr 'let f = x: builtins.add x 1; in f 1 + f 2'`);
  const stacks = readFileSync(file, "utf8").trimEnd().split("\n").toSorted();
  assert.deepEqual(stacks, [
    "«string»:1:33:f 1",
    "«string»:1:33:f;«string»:1:12:primop add 1",
    "«string»:1:39:f 1",
    "«string»:1:39:f;«string»:1:12:primop add 1",
  ]);
});

test("a profiler that does not exist is refused", (t) => {
  const scene = openScene(t);
  const { status, stderr } = scene.run("nix-instantiate", ["--eval-profiler", "perf", "--eval", "--expr", "1"]);
  assert.equal(status, 1);
  assert.match(stderr, /^error: option 'eval-profiler' has invalid value 'perf'\n/);
});
