// What every program does: versions, help, errors, exit statuses, a reader that goes away.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { openScene } from "./program.ts";

test("every program tells its version and has help that begins with examples", (t) => {
  const scene = openScene(t);
  for (const program of [
    "nix-env",
    "nix-store",
    "nix-build",
    "nix-instantiate",
    "nix-collect-garbage",
    "nix-hash",
    "nixos-option",
    "nixos-rebuild",
    "nix",
  ]) {
    assert.equal(scene.must(program, ["--version"]), `${program} (Nix) 2.34.8\n`);
    assert.match(scene.must(program, ["--help"]), new RegExp(`^${program}: .*\\n\\n {2}${program} `));
  }
  assert.match(scene.must("firn", ["version"]), /^firn \d+\.\d+\.\d+ \(Nix 2\.34\.8\)\n$/);
  assert.match(scene.must("firn", []), /firn run hello/);
});

test("help is given whatever stands behind it, and not to the program behind --", (t) => {
  const scene = openScene(t);
  const help: readonly (readonly string[])[] = [
    ["nix-build", "--help", "--frob"],
    ["nix-instantiate", "-A", "x", "--help", "-A"],
    ["nixos-rebuild", "switch", "--help", "switch"],
    ["nixos-install", "--help"],
    ["nixos-enter", "--root", "/", "--help", "--", "true"],
    ["nixos-generate-config", "--help"],
    ["firn", "run", "--help"],
    ["firn", "disk", "--help", "wipe"],
  ];
  for (const [program = "", ...words] of help)
    assert.match(scene.must(program, words), /^[\w-]+( \w+)?(, firn shell)?: .*\n\n/, program);
  // This is what `true` was asked.
  assert.match(scene.run("nixos-enter", ["--root", scene.folder, "--", "true", "--help"]).stderr, /is not a NixOS/);
  assert.match(scene.run("nix-build", ["--frob", "--help"]).stderr, /unrecognised flag '--frob'/);
});

test("mistakes on the command line are told in Nix's words, with where help is", (t) => {
  const scene = openScene(t);
  const check = (program: string, args: readonly string[], stderr: string) => {
    assert.deepEqual(scene.run(program, args), { status: 1, stdout: "", stderr });
  };
  check("nix-env", [], "error: no operation specified\nTry 'nix-env --help' for more information.\n");
  check("nix-store", ["-q", "--frob"], "error: unknown flag '--frob'\nTry 'nix-store --help' for more information.\n");
  check("nix-build", ["--frob"], "error: unrecognised flag '--frob'\nTry 'nix-build --help' for more information.\n");
  check(
    "nix",
    ["biuld"],
    "error: 'biuld' is not a recognised command\n       Did you mean build?\nTry 'nix --help' for more information.\n",
  );
  check("nix-store", ["-q", "--references", "/etc"], 'error: path "/etc" is not in the Nix store\n');
});

test("settings come from flags, and unknown ones are warned about", (t) => {
  const scene = openScene(t);
  const answer = scene.run("nix-hash", [
    "--option",
    "frobnicate",
    "1",
    "--cores",
    "2",
    "--no-keep-going",
    "--flat",
    "/dev/null",
  ]);
  assert.equal(answer.stderr, "warning: unknown setting 'frobnicate'\n");
  assert.equal(answer.status, 0);
  assert.match(scene.run("nix-hash", ["--keep-going=1"]).stderr, /unrecognised flag/);
});

test("values are printed plainly, as JSON, as XML and raw; only answers go to stdout", (t) => {
  const scene = openScene(t);
  const evaluate = (...args: string[]) => scene.run("nix-instantiate", ["--eval", ...args]);
  assert.equal(evaluate("-E", "{ b = 1 + 1; a = [ ]; }", "--strict").stdout, "{ a = [ ]; b = 2; }\n");
  assert.equal(evaluate("-E", '{ a = "x"; }', "--json").stdout, '{"a":"x"}\n');
  assert.equal(evaluate("-E", '"x"', "--raw").stdout, "x");
  assert.equal(evaluate("-E", "x: x", "--xml", "--no-location").stdout.split("\n")[2], "  <function>");
  assert.deepEqual(evaluate("-E", 'builtins.trace "t" 1'), { status: 0, stdout: "1\n", stderr: "trace: t\n" });
  assert.equal(
    evaluate("--arg", "x", "2", "--argstr", "y", "z", "-E", "{ x, y }: [ x y ]", "--strict").stdout,
    '[ 2 "z" ]\n',
  );
  assert.equal(scene.must("nix", ["eval", "--expr", "[ 1 { a = 2; } ]"]), "[ 1 { a = 2; } ]\n");
  assert.equal(scene.must("nix-instantiate", ["--parse", "-E", "a: a.b or 1"]), "(a: (a).b or (1))\n");
});

test("an error of the language has its place, and the exit status is 1", (t) => {
  const scene = openScene(t);
  const answer = scene.run("nix-instantiate", ["--eval", "-E", "1 + x"]);
  assert.equal(answer.status, 1);
  assert.match(answer.stderr, /^error: undefined variable 'x'\n {7}at «string»:1:5:\n/);
});

test("a reader that goes away ends a program silently", (t) => {
  const scene = openScene(t);
  const env = { PATH: process.env["PATH"] ?? "", HOME: scene.folder };
  const script = `"${join(scene.folder, "bin/nix-store")}" --dump /usr/bin | head -c 100 > /dev/null`;
  const { stderr } = spawnSync("sh", ["-c", script], { env, encoding: "utf8" });
  assert.equal(stderr, "");
});
