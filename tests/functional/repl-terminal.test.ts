// `nix repl` on a terminal: the line editor, completion, history, Ctrl-C during an evaluation and at the prompt.

import assert from "node:assert/strict";
import { closeSync, createReadStream, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { openPseudoTerminal } from "#host";
import { openScene, type Scene } from "./program.ts";

interface Typist {
  /** Types keys. */
  readonly type: (keys: string) => void;
  /** Waits until the screen shows the text behind what was waited for before; gives what came until then. */
  readonly see: (text: string) => Promise<string>;
  /** Waits for the end and gives the exit status. */
  readonly ended: Promise<number | null>;
}

function sitDown(t: TestContext, scene: Scene, args: readonly string[]): Typist {
  const { master, slave } = openPseudoTerminal();
  const child = scene.startOn(slave, "nix", ["repl", ...args]);
  closeSync(slave);
  let screen = "";
  let wake = (): void => undefined;
  const input = createReadStream("", { fd: master });
  input.on("data", (chunk) => {
    screen += chunk.toString().replaceAll("\r", "");
    wake();
  });
  // The terminal is gone when its last writer is.
  input.on("error", () => undefined);
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  t.after(() => {
    child.kill("SIGKILL");
    input.destroy();
  });
  return {
    ended,
    type: (keys) => void writeSync(master, keys),
    async see(text) {
      for (let found = screen.indexOf(text); ; found = screen.indexOf(text)) {
        if (found >= 0) {
          const shown = screen.slice(0, found + text.length);
          screen = screen.slice(found + text.length);
          return shown;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

const prompt = "nix-repl> \x1b[11G";
/** Halves of an evaluation that does not end before people lose their patience. */
const forever = "let f = n: if n == 0 then 7 else builtins.seq (f (n - 1)) (f (n - 1)); in f";

test("lines are edited, completed and remembered", { timeout: 60_000 }, async (t) => {
  const scene = openScene(t);
  const { type, see, ended } = sitDown(t, scene, []);
  await see("Nix 2.34.8\nType :? for help.\n");
  await see(prompt);
  type("uncommon = 40 + 3\x7f2\r");
  await see(prompt);
  type("unc");
  await see("unc");
  type("\t");
  await see("ommon");
  type("\r");
  assert.match(await see(prompt), /\x1b\[36;1m42\x1b\[0m/);
  type("[\r");
  await see("        > ");
  type("1 ]\r");
  await see(prompt);
  type("\x04");
  assert.equal(await ended, 0);
  const history = readFileSync(join(scene.folder, "home/.local/share/nix/repl-history"), "utf8");
  assert.equal(history, "uncommon = 40 + 2\nuncommon\n[\n1 ]\n");

  const next = sitDown(t, scene, []);
  await next.see(prompt);
  next.type("\x1b[A\x1b[A\x1b[A");
  await next.see("uncommon");
  next.type("\x03");
  await next.see(prompt);
  next.type(":q\r");
  assert.equal(await next.ended, 0);
});

test("Ctrl-C stops an evaluation, and the same value can be asked for again", { timeout: 60_000 }, async (t) => {
  const scene = openScene(t);
  const { type, see, ended } = sitDown(t, scene, []);
  await see(prompt);
  type(`f = ${forever}\r`);
  await see(prompt);
  type("x = f 60\r");
  await see(prompt);
  for (let round = 0; round < 2; round++) {
    type("x\r");
    await see("x\n");
    type("typed ahead\x03");
    const shown = await see(prompt);
    assert.match(shown, /^\x1b\[31;1merror:\x1b\[0m interrupted by the user\n\n/);
    assert.doesNotMatch(shown, /typed ahead/);
  }
  type("f 3\r");
  assert.match(await see(prompt), /\x1b\[36;1m7\x1b\[0m/);
  type("begun [\x03");
  await see(`\n\x1b[1G\x1b[0J${prompt}`);
  type("1\r");
  assert.match(await see(prompt), /\x1b\[36;1m1\x1b\[0m/);
  type(":q\r");
  assert.equal(await ended, 0);
});

test("Ctrl-C stops a build, and the next one goes on", { timeout: 60_000 }, async (t) => {
  const scene = openScene(t);
  const { type, see, ended } = sitDown(t, scene, []);
  await see(prompt);
  type(
    'make = name: text: derivation { inherit name; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" text ]; }\r',
  );
  await see(prompt);
  type(':b make "slow" "PATH=/bin:/usr/bin; sleep 100"\r');
  await see("1 running");
  type("\x03");
  await see("interrupted by the user");
  await see(prompt);
  type(':b make "quick" "echo > $out"\r');
  await see("This derivation produced the following outputs:");
  await see(prompt);
  type(":q\r");
  assert.equal(await ended, 0);
});

test("what is typed during an evaluation is read behind it", { timeout: 60_000 }, async (t) => {
  const scene = openScene(t);
  const { type, see, ended } = sitDown(t, scene, []);
  await see(prompt);
  type(`(${forever}) 20\r`);
  await see("20\n");
  type("5 + 6\r");
  await see("\x1b[36;1m7\x1b[0m");
  await see("\x1b[36;1m11\x1b[0m");
  type("\x04");
  assert.equal(await ended, 0);
});

test("another program has the terminal as it was", { timeout: 60_000 }, async (t) => {
  const scene = openScene(t);
  scene.write("set.nix", "{ a = 1; }");
  scene.write("editor.sh", "stty -a | grep -o -e '-*icanon'; read answer; echo read $answer");
  const { type, see, ended } = sitDown(t, scene, []);
  await see(prompt);
  type(":e ./set.nix\r");
  await see("icanon");
  type("an answer\n");
  await see("read an answer");
  await see(prompt);
  type("\x04");
  assert.equal(await ended, 0);
});
