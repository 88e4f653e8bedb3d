import assert from "node:assert/strict";
import { test } from "node:test";
import { flagTable, parseCommandLine, switchFlag, valueFlag } from "./command-line.ts";

function parse(words: readonly string[]) {
  const seen: string[] = [];
  const flags = flagTable({
    "-j --max-jobs": valueFlag((value) => seen.push(`jobs=${value}`)),
    "-k": switchFlag(() => seen.push("k")),
    "--option": { arity: 2, handle: (name, value) => void seen.push(`${name}=${value}`) },
  });
  parseCommandLine(words, flags, (word, take) => {
    if (word === "-A") seen.push(`A=${take(word)}`);
    else if (word.startsWith("-") && word !== "-q" && word !== "-a") return false;
    else seen.push(word);
    return true;
  });
  return seen;
}

test("flags stand alone, in one word, with their number, and before or after arguments", () => {
  const check = (line: string, expected: string[]) => assert.deepEqual(parse(line.split(" ")), expected, line);
  check("-j 3", ["jobs=3"]);
  check("-j3", ["jobs=3"]);
  check("-qaA x", ["-q", "-a", "A=x"]);
  check("-kj4 y", ["k", "jobs=4", "y"]);
  check("x --option cores 2 y", ["x", "cores=2", "y"]);
});

test("a flag that nobody knows, or that lacks its argument, is an error in Nix's words", () => {
  const check = (line: string, message: string) => assert.throws(() => parse(line.split(" ")), { message });
  check("-z", "unrecognised flag '-z'");
  check("--wrong", "unrecognised flag '--wrong'");
  check("--option cores", "flag '--option' requires 2 argument(s), but only 1 were given");
  check("-A", "'-A' requires an argument");
});
