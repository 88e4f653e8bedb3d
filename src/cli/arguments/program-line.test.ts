import assert from "node:assert/strict";
import { test } from "node:test";
import { flagTable, switchFlag, valueFlag } from "./command-line.ts";
import { collectWords, readProgramLine } from "./program-line.ts";

function read(line: string, runsProgram = false) {
  const seen: string[] = [];
  const flags = flagTable({
    "-k": switchFlag(() => seen.push("k")),
    "--file": valueFlag((file) => seen.push(`file=${file}`)),
  });
  return { seen, ...readProgramLine(line.split(" "), { flags, takeArgument: collectWords(seen), runsProgram }) };
}

test("help and the version end the command line, and what is wrong behind them is nobody's concern", () => {
  assert.deepEqual(read("-k --help --frob"), { seen: ["k"], asked: "help", behind: [] });
  assert.deepEqual(read("a --version --file"), { seen: ["a"], asked: "version", behind: [] });
  assert.throws(() => read("--frob --help"), { message: "unrecognised flag '--frob'" });
  assert.equal(read("--file --help").asked, undefined);
});

test("behind -- stands another program's command line, or else words that are no flags", () => {
  assert.deepEqual(read("a -k -- b --help -k", true), {
    seen: ["a", "k"],
    asked: undefined,
    behind: ["b", "--help", "-k"],
  });
  assert.deepEqual(read("a -- b"), { seen: ["a", "b"], asked: undefined, behind: [] });
  assert.throws(() => read("a -- -x"), { message: "unexpected argument '-x'" });
});
