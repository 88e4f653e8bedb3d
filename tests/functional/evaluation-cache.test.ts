// The evaluation cache as a user meets it: the second answer is the first one's, whatever stream it is on, and what a command
// does besides answering it does both times.

import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScene, type Answer, type Scene } from "./program.ts";

/** Takes long enough to be worth remembering. */
const slow = `(builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 1500000))`;

const answered = "evaluation cache: the evaluation was answered from the cache\n";

const packages = `
  { text ? "" }:
  let make = name: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" "echo \${name}\${text} > $out" ];
    source = ./source;
    sum = ${slow};
  };
  in { one = builtins.trace "one" (make "one"); two = builtins.warn "two" (make "two"); }`;

function folderOf(scene: Scene): string {
  return join(scene.folder, "home/.cache/firn/evaluations");
}

/** Runs it with -v; gives the answer without what the cache says, and whether it was from there. */
function ask(scene: Scene, program: string, args: readonly string[]): Answer & { readonly isFromCache: boolean } {
  const { status, stdout, stderr } = scene.run(program, ["-v", ...args]);
  const isFromCache = stderr.includes(answered);
  return { status, stdout, stderr: stderr.replace(/^evaluation cache: .*\n/gm, ""), isFromCache };
}

/** Asks twice, and finds the second answer in the cache and to be the first. */
function checkSame(scene: Scene, program: string, args: readonly string[]): Answer {
  const first = ask(scene, program, args);
  const second = ask(scene, program, args);
  assert.equal(first.status, 0, first.stderr);
  assert.deepEqual({ ...second, isFromCache: false }, { ...first, isFromCache: false });
  assert.deepEqual([first.isFromCache, second.isFromCache], [false, true], `${program} ${args.join(" ")}`);
  return second;
}

test("a second evaluation gives the same answer, traces and warnings in their places, in every form", (t) => {
  const scene = openScene(t);
  scene.write("source", "1");
  scene.write("default.nix", packages);
  const printed = checkSame(scene, "nix-instantiate", []);
  assert.match(printed.stderr, /^trace: one\nevaluation warning: two\nwarning: you did not specify.*\n$/);
  assert.match(printed.stdout, /^\/nix\/store\/\w+-one\.drv\n\/nix\/store\/\w+-two\.drv\n$/);
  const mixed = checkSame(scene, "nix-instantiate", ["-A", "one", "-A", "two"]);
  assert.match(mixed.stderr, /^trace: one\nwarning: you did not specify.*\nevaluation warning: two\n$/);
  const value = `builtins.seq ${slow} { a = 1; b = "ä"; }`;
  for (const form of [[], ["--strict"], ["--json", "--strict"], ["--xml", "--strict"]]) {
    checkSame(scene, "nix-instantiate", ["--eval", ...form, "-E", value]);
  }
  checkSame(scene, "nix-instantiate", ["--eval", "--raw", "-E", `toString ${slow}`]);
  checkSame(scene, "nix-instantiate", ["-A", "one", "--argstr", "text", "x", "default.nix"]);
  for (const form of [[], ["--json"]]) checkSame(scene, "nix", ["eval", "--expr", value, ...form]);
  checkSame(scene, "nix", ["eval", "-f", "default.nix", "one.drvPath"]);
});

test("the derivations are there after an answer from the cache, and are kept by a link when one is wanted", (t) => {
  const scene = openScene(t);
  scene.write("source", "1");
  scene.write("default.nix", packages);
  const path = checkSame(scene, "nix-instantiate", ["-A", "one"]).stdout.trim();
  const kept = ask(scene, "nix-instantiate", ["-A", "one", "--add-root", "kept", "--indirect"]);
  assert.ok(kept.isFromCache);
  assert.equal(kept.stdout, `${join(scene.folder, "kept")}\n`);
  assert.equal(readlinkSync(join(scene.folder, "kept")), path);
  scene.must("nix-store", ["--gc"]);
  assert.ok(ask(scene, "nix-instantiate", ["-A", "one"]).isFromCache, "the link keeps it");
  scene.script("rm kept");
  scene.must("nix-store", ["--gc"]);
  const again = ask(scene, "nix-instantiate", ["-A", "one"]);
  assert.deepEqual([again.stdout.trim(), again.isFromCache], [path, false]);
  assert.ok(existsSync(join(scene.store, path)));
});

test("nix-build and nix build take what to build from the cache, and build it", (t) => {
  const scene = openScene(t);
  scene.write("source", "1");
  scene.write("default.nix", packages);
  for (const [program, ...args] of [["nix-build"], ["nix", "build", "-f", ".", "one", "two"]] as const) {
    const build = () => ask(scene, program, args);
    assert.equal(build().isFromCache, false);
    scene.script("rm -f result*");
    const second = build();
    assert.ok(second.isFromCache);
    assert.equal(readFileSync(join(scene.store, readlinkSync(join(scene.folder, "result"))), "utf8"), "one\n");
    assert.match(readlinkSync(join(scene.folder, program === "nix" ? "result-1" : "result-2")), /-two$/);
  }
});

test("what has changed is said, and makes a new evaluation", (t) => {
  const scene = openScene(t);
  scene.write("source", "1");
  scene.write("default.nix", packages);
  const first = checkSame(scene, "nix-instantiate", []).stdout;
  scene.write("source", "2");
  const { stdout, stderr } = scene.run("nix-instantiate", ["-v"]);
  assert.notEqual(stdout, first);
  assert.match(stderr, /^evaluation cache: evaluating again, because something in '.*\/source' has changed$/m);
  scene.write("source", "1");
  const third = ask(scene, "nix-instantiate", []);
  assert.deepEqual([third.stdout, third.isFromCache], [first, false]);
  assert.ok(ask(scene, "nix-instantiate", []).isFromCache);
});

/** A question that a program asks of the world, and what makes its answer another one. */
const questions: readonly (readonly [expression: string, change: string])[] = [
  ["builtins.readFile ./source", "echo 2 > source"],
  ["import ./value.nix", "echo 2 > value.nix"],
  ['builtins.hashFile "sha256" ./source', "echo 2 > source"],
  ["builtins.attrNames (builtins.readDir ./folder)", "touch folder/b"],
  ["builtins.readFileType ./source", "rm source; mkdir source"],
  ["builtins.pathExists ./absent", "touch absent"],
  ["builtins.pathExists ./link", "rm link"],
  ["builtins.readFile ./link", "ln -sf value.nix link"],
  ['builtins.getEnv "FIRN_TEST"', "FIRN_TEST=2"],
  ["(builtins.tryEval <here>).success", "mkdir search/here"],
  ['builtins.path { path = ./folder; name = "n"; }', "touch folder/b"],
  ['builtins.path { path = ./folder; name = "n"; }', "chmod +x folder/a"],
  ['builtins.filterSource (path: type: type == "directory") ./folder', "mkdir folder/b"],
  ['"${./source}"', "echo 2 > source"],
];

test("whatever a program asks of the world is asked again", (t) => {
  for (const [expression, change] of questions) {
    const scene = openScene(t);
    scene.script("echo 1 > source; echo 3 > value.nix; mkdir folder search; echo 1 > folder/a; ln -s source link");
    const variables: Record<string, string> = { FIRN_TEST: "1" };
    const file = scene.write("file.nix", `builtins.seq ${slow} (${expression})`);
    const evaluate = () => {
      const args = ["-v", "--eval", "--strict", "-I", "search", file];
      const { status, stdout, stderr } = scene.run("nix-instantiate", args, { variables });
      assert.equal(status, 0, stderr);
      return { stdout, isFromCache: stderr.includes(answered) };
    };
    const first = evaluate();
    assert.deepEqual(evaluate(), { stdout: first.stdout, isFromCache: true }, expression);
    const [, name, value = ""] = /^(\w+)=(.*)$/.exec(change) ?? [];
    if (name === undefined) scene.script(change);
    else variables[name] = value;
    const changed = evaluate();
    assert.notEqual(changed.stdout, first.stdout, `${expression} after ${change}`);
    assert.ok(!changed.isFromCache);
  }
});

test("another question is not answered with this one's answer", (t) => {
  const scene = openScene(t);
  const file = scene.write("file.nix", `{ x ? 1 }: builtins.seq ${slow} [ x <here> ]`);
  scene.script("mkdir a b");
  const variants: readonly (readonly string[])[] = [
    ["-I", "here=a", "--arg", "x", "1"],
    ["-I", "here=b", "--arg", "x", "1"],
    ["-I", "here=a", "--arg", "x", "2"],
    ["-I", "here=a", "--argstr", "x", "2"],
    ["-I", "here=a", "--arg", "x", "1", "--strict"],
    ["-I", "here=a", "--arg", "x", "1", "--option", "max-call-depth", "9000"],
  ];
  for (const args of variants)
    assert.equal(ask(scene, "nix-instantiate", ["--eval", file, ...args]).isFromCache, false);
  for (const args of variants) assert.ok(ask(scene, "nix-instantiate", ["--eval", file, ...args]).isFromCache);
});

test("errors, the time and standard input are not kept, nor anything with eval-cache off", (t) => {
  const scene = openScene(t);
  const never = (args: readonly string[], input?: string) => {
    for (let times = 0; times < 2; times++) {
      const { stderr } = scene.run("nix-instantiate", ["-v", "--eval", ...args], input === undefined ? {} : { input });
      assert.ok(!stderr.includes(answered), args.join(" "));
    }
  };
  never(["-E", `if ${slow} > 0 then throw "no" else 1`]);
  never(["-E", `${slow} + builtins.currentTime`]);
  never(["-"], slow);
  never(["-E", `{ x }: builtins.seq ${slow} x`, "--arg-from-stdin", "x"], "text");
  never(["-E", slow, "--option", "eval-cache", "false"]);
  assert.ok(!existsSync(folderOf(scene)) || readdirSync(folderOf(scene)).length === 0);
});

test("a cache that is damaged, cut off or open to others is no cache", (t) => {
  const scene = openScene(t);
  const evaluate = () => ask(scene, "nix-instantiate", ["--eval", "-E", `[ ${slow} "answer" ]`, "--strict"]);
  const { stdout } = evaluate();
  const folder = folderOf(scene);
  const [name = ""] = readdirSync(folder);
  const file = join(folder, name);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(evaluate().isFromCache);
  const whole = readFileSync(file);
  const check = (damage: () => void) => {
    writeFileSync(file, whole, { mode: 0o600 });
    damage();
    const after = evaluate();
    assert.deepEqual([after.status, after.stdout, after.stderr, after.isFromCache], [0, stdout, "", false]);
  };
  check(() => truncateSync(file, whole.length - 10));
  check(() => truncateSync(file, 0));
  check(() => writeFileSync(file, whole.toString("latin1").replace("answer", "wrongs"), "latin1"));
  check(() => writeFileSync(file, "firn evaluation 1 0-0\n"));
  check(() => chmodSync(file, 0o666));
  chmodSync(file, 0o600);
  check(() => chmodSync(folder, 0o777));
  chmodSync(folder, 0o700);
  // A home that takes no folder does no harm.
  scene.script("rm -rf home/.cache && touch home/.cache");
  assert.equal(evaluate().stdout, stdout);
});

test("many that ask at once all get the answer", async (t) => {
  const scene = openScene(t);
  scene.write("source", "1");
  scene.write("default.nix", packages);
  const answers = await Promise.all(Array.from({ length: 4 }, () => scene.answer("nix-instantiate", [])));
  for (const { status, stdout } of answers) assert.deepEqual([status, stdout], [0, answers[0]?.stdout]);
  assert.ok(ask(scene, "nix-instantiate", []).isFromCache);
  assert.deepEqual(
    readdirSync(folderOf(scene)).filter((name) => name.includes(".")),
    [],
  );
});
