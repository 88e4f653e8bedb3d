// What the sessions recorded from Nix (tests/functional) do not reach: the debugger's side, other programs, builds that wait.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReplCommand } from "./commands.ts";
import { openMemoryRepl } from "./repl.test-support.ts";

const derivation = 'derivation { name = "x"; system = "s"; builder = "b"; }';

test("it ends with the input, with :q, or as a command says", () => {
  const debuggerCommand: ReplCommand = {
    names: [":c", ":continue"],
    usage: ":c, :continue",
    help: ["Go until end of program, exception, or builtins.break"],
    isForDebugger: true,
    run: () => "continue",
  };
  assert.equal(openMemoryRepl().run("1"), "quit");
  assert.equal(openMemoryRepl().run(":q", "1"), "quit");
  const { run, said } = openMemoryRepl({ commands: [debuggerCommand] });
  assert.equal(run(":?", ":c", "1"), "continue");
  assert.match(
    said.join(""),
    /this help menu\n\n {8}Debug mode commands\n {2}:c, :continue {4}Go until end of program, exception, or builtins.break\n\n$/,
  );
});

test("a scope that is given is there at once, and Ctrl-C forgets what was begun", () => {
  const { repl, run, said } = openMemoryRepl();
  repl.scope.set("given", 5);
  assert.equal(repl.take("["), undefined);
  assert.equal(repl.prompt, "        > ");
  repl.discard();
  assert.equal(repl.prompt, "nix-repl> ");
  run("given + 1");
  assert.equal(said.join(""), "\n\x1b[36;1m6\x1b[0m\n\n\n");
});

test("a build that waits is waited for, and what it fails with is told", async () => {
  const good = openMemoryRepl({ build: () => Promise.resolve([{ name: "out", path: "p" }]) });
  const waiting = good.repl.take(`:b ${derivation}`);
  assert.ok(waiting instanceof Promise);
  assert.equal(await waiting, undefined);
  assert.equal(good.said.join(""), "\nThis derivation produced the following outputs:\n  out -> p\n\n");

  const bad = openMemoryRepl({ build: () => Promise.reject(new Error("it broke")) });
  await bad.repl.take(`:b ${derivation}`);
  assert.equal(bad.said.join(""), "error: it broke\n\n");
});

test("a build that does not wait works in a REPL that does not", () => {
  const { run, said, started } = openMemoryRepl();
  run(`:bl ${derivation}`);
  assert.match(
    said.join(""),
    /^\nThis .* outputs:\n {2}\.\/repl-result-out -> built from \/nix\/store\/.*-x\.drv\n\n\n$/,
  );
  assert.match(started.join(""), /^keep built from .*-x\.drv repl-result-out$/);
});

test("shells and installing are other programs' work, with the derivation's path", () => {
  const files = { "/pkgs/default.nix": `{ }: { runCommand = name: attrs: text: ${derivation}; }` };
  const { run, said, started } = openMemoryRepl({ files });
  run(`:sh ${derivation}`, `:i ${derivation}`, `:log ${derivation}`);
  const path = /nix-shell (.*)$/.exec(started[0] ?? "")?.[1] ?? "none";
  assert.deepEqual(started, [`nix-shell ${path}`, `nix-env -i ${path}`]);
  assert.deepEqual(said, ["\n", "\n", `got build log for '${path}' from 'here'\n`, `log of ${path}\n\n`, "\n", "\n"]);
});

test("flakes that were loaded are loaded anew, behind the files", () => {
  const { run, said } = openMemoryRepl({ files: { "/set.nix": "{ a = 1; }" } });
  run(":lf one", ":l /set.nix", ":load-flake two", ":lf one", "flake", ":r", "flake");
  assert.deepEqual(said.join("").match(/Loading .*/g), [
    'Loading "/set.nix"...',
    "Loading flake 'two'...",
    "Loading flake 'one'...",
  ]);
  assert.equal(said.at(-3), '\x1b[35;1m"one"\x1b[0m\n');
});
