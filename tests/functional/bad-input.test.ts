// Programs that no person means: mutated, nested without end, huge, in files that are none. Whatever is put in, the program
// ends with a value or with an error in Nix's words (the real one said each of those that stand here in full), never with a
// crash, a JavaScript stack or no end. FIRN_BAD_INPUT=10000 mutates so many files and nests as deep as it says below.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { openScene, type Answer, type Scene } from "./program.ts";

const home = join(import.meta.dirname, "../..");
const mutations = Number(process.env["FIRN_BAD_INPUT"] ?? 25);
const isLong = mutations > 1000;
const deep = isLong ? 1_000_000 : 20_000;

function evaluate(scene: Scene, ...args: string[]): Answer {
  return scene.run("nix-instantiate", ["--eval", "--strict", "--readonly-mode", "--store", "dummy://", ...args]);
}

/** It ended by itself, with a value or an error of its own. */
function assertEnds({ status, stdout, stderr }: Answer): void {
  assert.ok(status === 0 || status === 1, `status ${status}: ${stderr.slice(0, 500)}`);
  assert.ok(status === 1 || stdout !== "");
  assert.doesNotMatch(stderr, /node:internal|\bat .*\.[cj]s:\d|\bat .*\.ts:\d|fault of Firn|FATAL ERROR|\[object/);
  if (status === 1) assert.match(stderr, /^error:/m);
}

function assertSays(answer: Answer, scene: Scene, message: string): void {
  assertEnds(answer);
  assert.equal(answer.status, 1, answer.stdout);
  const [last = ""] = answer.stderr.split(/^ *error: /m).slice(-1);
  assert.equal((last.split("\n")[0] ?? "").replaceAll(scene.folder, "$SCENE"), message);
}

/** Neighbouring seeds make unlike numbers. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0; ; state = (Math.imul(state, 1664525) + 1013904223) >>> 0) {
    yield state >>> 8;
  }
}

const tokens =
  "{ } ( ) [ ] \" '' ${ $ \\ ; : , . ... ? @ = == ++ // -> ! && || or let in rec with inherit if then else /* #";

function mutate(text: string, seed: number): string {
  const random = numbers(seed);
  const below = (limit: number): number => random.next().value % limit;
  const at = below(text.length);
  const words = tokens.split(" ");
  const ways: readonly (() => string)[] = [
    () => text.slice(0, at),
    () => text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1),
    () => text.slice(0, at) + String.fromCharCode(below(32)) + text.slice(at),
    () => `${text.slice(0, at)} ${words[below(words.length)]} ${text.slice(at)}`,
    () => text.slice(0, at) + text.slice(at + 1 + below(40)),
    () => text.slice(0, at) + text.slice(below(text.length), at + 100) + text.slice(at),
  ];
  return (ways[below(ways.length)] as () => string)();
}

test(`${mutations} mutated files are parsed or refused with a place`, (t) => {
  const scene = openScene(t);
  const sources = globSync("collection/**/*.nix", { cwd: home })
    .toSorted()
    .map((name) => readFileSync(join(home, name), "latin1"));
  for (let seed = 0; seed < mutations; seed++) {
    const path = join(scene.folder, "mutated.nix");
    writeFileSync(path, mutate(sources[seed % sources.length] as string, seed), "latin1");
    const answer = scene.run("nix-instantiate", ["--parse", "--store", "dummy://", path]);
    assert.doesNotThrow(() => assertEnds(answer), `seed ${seed}`);
    if (answer.status === 1) assert.match(answer.stderr, /at .*mutated\.nix:\d+:\d+:/, `seed ${seed}`);
  }
});

/** What stands before, in the middle and behind, so many times. */
const nested: readonly (readonly [string, string, string])[] = [
  ["[", "", "]"],
  ["(", "1", ")"],
  ["let a = ", "1", "; in a"],
  ["{a=", "1", ";}"],
  ['"${', '"x"', '}"'],
  ["''${", '"x"', "}''"],
  ["x: ", "x", ""],
  ["if true then ", "1", " else 2"],
  ["!", "true", ""],
  ["[", "", ""],
  ["1 + ", "1", ""],
  ["{ }.a or (", "1", ")"],
  ["with { }; ", "1", ""],
  ["true && ", "true", ""],
  ["- ", "1", ""],
  ["(x: x) (", "1", ")"],
  ["{ inherit (", "{ a = 1; }", ") a; }"],
  ["[ 1 ] ++ (", "[ ]", ")"],
  ["false || ", "false", ""],
  ["assert true; ", "1", ""],
  ["if false then 1 else ", "1", ""],
  ["{ x ? ", "1", "}: x"],
];

for (const [before, middle, after] of nested) {
  test(`${before}… is nested ${deep} times`, (t) => {
    const scene = openScene(t);
    const source = before.repeat(deep) + middle + after.repeat(deep);
    assertEnds(evaluate(scene, scene.write("nested.nix", source)));
  });
}

test("what Nix's stack does not hold is its stack overflow, what its parser does not like a syntax error", (t) => {
  const scene = openScene(t);
  const says = (source: string, message: string): void =>
    assertSays(evaluate(scene, scene.write("deep.nix", source)), scene, message);
  if (isLong) {
    says(`v: ${"[".repeat(1e6)}${"]".repeat(1e6)}`, "stack overflow (possible infinite recursion)");
    says("[\n".repeat(1e6), "syntax error, unexpected end of file");
  }
  // Neither makes Nix's stack deeper.
  assert.equal(evaluate(scene, scene.write("deep.nix", `${"(".repeat(deep)}1${")".repeat(deep)}`)).stdout, "1\n");
  assert.equal(evaluate(scene, scene.write("deep.nix", `${"true && ".repeat(deep)}true`)).stdout, "true\n");
});

test("a string that JavaScript cannot hold is an error with its place", (t) => {
  const scene = openScene(t);
  const double = 'let r = n: s: if n == 0 then s else r (n - 1) (s + s); in r 28 "x"';
  for (const source of [
    `let s = ${double}; in s + s`,
    `let s = ${double}; in builtins.concatStringsSep "" [ s s ]`,
    `let s = ${double}; in builtins.replaceStrings [ "xxxx" ] [ "yyyyyyyyyyyy" ] s`,
  ]) {
    const answer = evaluate(scene, "-E", source);
    assertSays(answer, scene, "a string would be longer than the 536870888 bytes that Firn can hold");
  }
});

test("a hundred megabytes and ten million elements are read", { skip: !isLong && "FIRN_BAD_INPUT is not set" }, (t) => {
  const scene = openScene(t);
  const length = (source: string): string => evaluate(scene, scene.write("huge.nix", source)).stdout;
  assert.equal(length(`# ${"x".repeat(1e8)}\n1`), "1\n");
  assert.equal(length(`builtins.stringLength "${"x".repeat(1e8)}"`), "100000000\n");
  assert.equal(length(`builtins.length [${" 1".repeat(1e7)} ]`), "10000000\n");
});

test("bytes that are no text are Nix's errors, or fine where they are fine there", (t) => {
  const scene = openScene(t);
  const says = (source: string, message: string): void => {
    writeFileSync(join(scene.folder, "bytes.nix"), source, "latin1");
    assertSays(evaluate(scene, join(scene.folder, "bytes.nix")), scene, message);
  };
  says('"a\0b"', "input string 'a\u2400b' cannot be represented as Nix string because it contains null bytes");
  says("1 + \0 2", "syntax error, unexpected end of file");
  says("\xef\xbb\xbf1", "syntax error, unexpected invalid token");
  says('{ a = "\xff"; \xc3 = 1; }', "syntax error, unexpected invalid token, expecting 'inherit'");
  says("", "syntax error, unexpected end of file");
  const path = join(scene.folder, "bytes.nix");
  writeFileSync(path, 'builtins.stringLength "\xff\xfe"', "latin1");
  assert.equal(evaluate(scene, path).stdout, "2\n");
});

test("files that are none are Nix's errors", async (t) => {
  const scene = openScene(t);
  const place = (name: string): string => join(scene.folder, name);
  mkdirSync(place("folder"));
  mkdirSync(place("mixed"));
  symlinkSync("loop", place("loop"));
  symlinkSync("nowhere", place("dangling"));
  symlinkSync("there", place("here"));
  symlinkSync("here", place("there"));
  scene.write("file.nix", "{ }");
  execFileSync("mkfifo", [place("mixed/fifo")]);
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(place("socket"), resolve));
  t.after(() => server.close());
  const files: readonly (readonly [string, string])[] = [
    ["folder", "path '$SCENE/folder/default.nix' does not exist"],
    ["loop", "too many symbolic links encountered while traversing the path '$SCENE/loop'"],
    ["here", "too many symbolic links encountered while traversing the path '$SCENE/there'"],
    ["missing.nix", "path '$SCENE/missing.nix' does not exist"],
    ["dangling", "path '$SCENE/nowhere' does not exist"],
    ["file.nix/x", "path '$SCENE/file.nix/x' does not exist"],
    ["socket", "opening file '$SCENE/socket': No such device or address"],
  ];
  for (const [name, message] of files) assertSays(evaluate(scene, place(name)), scene, message);
  const expressions: readonly (readonly [string, string])[] = [
    ["builtins.readFile ./folder", "read of 4096 bytes: Is a directory"],
    ["builtins.readFile ./loop", "infinite symlink recursion in path '$SCENE/loop'"],
    ["builtins.readDir ./loop", "infinite symlink recursion in path '$SCENE/loop'"],
    ["builtins.pathExists ./loop/x", "infinite symlink recursion in path '$SCENE/loop/x'"],
    ["builtins.readFileType ./loop/x", "path '$SCENE/loop' is a symlink"],
    ["builtins.readFileType ./loop/x/y", 'getting status of "$SCENE/loop/x": Too many levels of symbolic links'],
    [`builtins.readFileType ./${"x".repeat(300)}`, `getting status of "$SCENE/${"x".repeat(300)}": File name too long`],
    ["builtins.readFile ./socket", "opening file '$SCENE/socket': No such device or address"],
    ['"${./mixed}"', "file '$SCENE/mixed/fifo' has an unsupported type"],
    ['"${./socket}"', "file '$SCENE/socket' has an unsupported type"],
    ["builtins.path { path = ./folder; recursive = false; }", "read of 4096 bytes: Is a directory"],
  ];
  for (const [source, message] of expressions) assertSays(evaluate(scene, "-E", source), scene, message);
  // Nix reads as many bytes as a file says that it has.
  for (const source of ["./mixed/fifo", "/dev/zero", "/proc/version"]) {
    assert.equal(evaluate(scene, "-E", `builtins.readFile ${source}`).stdout, '""\n');
    assertSays(evaluate(scene, "-E", `import ${source}`), scene, "syntax error, unexpected end of file");
  }
  chmodSync(place("file.nix"), 0);
  // Root may read everything.
  if (process.getuid?.() !== 0) {
    assertSays(evaluate(scene, place("file.nix")), scene, "opening file '$SCENE/file.nix': Permission denied");
  }
});

test("builtins are given what is hostile to them", (t) => {
  const scene = openScene(t);
  const repeated = (text: string, count: number): string =>
    `(builtins.concatStringsSep "" (builtins.genList (x: ${JSON.stringify(text)}) ${count}))`;
  for (const source of [
    `builtins.fromJSON ${repeated("[", 100_000)}`,
    `builtins.fromJSON ${repeated('{"a":', 100_000)}`,
    'builtins.fromJSON "1e999"',
    'builtins.fromJSON "123456789012345678901234567890"',
    `builtins.fromTOML ("a = " + ${repeated("[", 10_000)})`,
    'builtins.fromTOML "a = 1e999"',
    `builtins.match "(a*)*b" ${repeated("a", 10_000)}`,
    `builtins.match "(a|aa)+$" (${repeated("a", 5_000)} + "b")`,
    'builtins.match "a{99999999999}" "a"',
    'builtins.match "((a{0,100}){0,100}){0,100}" "a"',
    `builtins.match ${repeated("(", 100_000)} "a"`,
    `builtins.compareVersions ${repeated("9", 100_000)} ${repeated("8", 100_000)}`,
    "builtins.genList (x: x) 9223372036854775807",
    'builtins.substring 9223372036854775807 9223372036854775807 "abc"',
    "let a = [ a ]; in builtins.toXML a",
    "let a = { x = a; }; in builtins.toJSON a",
    "let a = [ a ]; b = [ b ]; in a == b",
    'let a = { outPath = a; }; in "${a}"',
    "let f = x: { a = f x; }; in f 1",
    "let f = x: [ (f x) ]; in builtins.toJSON (f 1)",
    `derivation { name = ${repeated("a", 300)}; system = "s"; builder = "b"; }`,
  ]) {
    assert.doesNotThrow(() => assertEnds(evaluate(scene, "-E", source)), source);
  }
});

test("what needs itself through a delayed call is found by the depth of calls, as in Nix", (t) => {
  const scene = openScene(t);
  for (const source of [
    "let x = map (y: builtins.head x + 1) [ 1 ]; in builtins.head x",
    "let a = builtins.mapAttrs (n: v: a.b) { b = 1; }; in a.b",
    "let l = builtins.genList (i: builtins.elemAt l i) 3; in builtins.head l",
    "let z = builtins.zipAttrsWith (n: vs: z.a) [ { a = 1; } ]; in z.a",
  ]) {
    assert.match(evaluate(scene, "-E", source).stderr, /^ *error: stack overflow; max-call-depth exceeded$/m, source);
  }
});
