// The debugger as a user has it: the REPL opens where an evaluation stops. What each stop shows is compared with the real
// Nix in src/language/instruments; here a few of the same sessions go through the program, to the byte.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScene } from "./program.ts";

interface Session {
  readonly source: string;
  readonly flags?: string;
  readonly input: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

const golden = join(import.meta.dirname, "../../src/language/instruments/golden/debugger.json");
const sessions = JSON.parse(readFileSync(golden, "utf8")) as Session[];
const readsNoFile = sessions.filter(({ source }) => !source.includes("import"));

// Some of each kind: one in ten.
for (const { source, flags = "", input, stdout, stderr, status } of readsNoFile.filter(
  (_, index) => index % 10 === 0,
)) {
  test(`nix eval --debugger ${flags} --expr '${source}'`, (t) => {
    const scene = openScene(t);
    const words = ["eval", "--debugger", "--impure", ...flags.split(" ").filter((word) => word !== "")];
    const text = Buffer.from(source, "latin1").toString();
    const answer = scene.run("nix", [...words, "--expr", text], { input: Buffer.from(input, "latin1") });
    const expected = (bytes: string): string => Buffer.from(bytes, "latin1").toString();
    assert.equal(answer.stdout, expected(stdout));
    assert.equal(answer.stderr, expected(stderr));
    assert.equal(answer.status, status);
  });
}

test("nix repl --debugger opens a second REPL at an error, and goes on in the first one", (t) => {
  const scene = openScene(t);
  const { stdout } = scene.run("nix", ["repl", "--debugger"], {
    input: 'a = 1\nlet b = a; in throw "x"\nb\n:c\na + 1\n',
  });
  const prompts = stdout.replaceAll(/\x1b\[[0-9;]*m/g, "").split("nix-repl> ");
  assert.deepEqual(prompts.slice(3), ["b\n1\n\n", ":c\n\n", "a + 1\n2\n\n", "\n"]);
});
