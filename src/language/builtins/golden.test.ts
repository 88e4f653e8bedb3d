// Every builtin against what Nix 2.34.8 printed for the same expressions: value, or the whole of stderr. The cases are in
// golden/, by subject; tools/golden-language.ts makes them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { filterAnsiEscapes, UsageError } from "#formats";
import { BaseError, renderError } from "../errors/index.ts";
import { MemoryIO } from "../io-memory.ts";
import { createEvaluator } from "../machine/evaluator.ts";
import { printAmbiguous } from "../values/print.ts";
import { createBuiltins } from "./index.ts";
import { knownDifferences } from "./golden/known-differences.test-support.ts";

interface Case {
  readonly source: string;
  /** Experimental features, with spaces between them. */
  readonly features?: string;
  readonly showTrace?: boolean;
  readonly value?: string;
  readonly error?: string;
}

const folder = new URL("golden/", import.meta.url);
const files = JSON.parse(readFileSync(new URL("files.json", folder), "utf8")) as Record<string, string>;

/** What a user sees: the value, or messages and error as they go to stderr. */
function evaluate({ source, features = "", showTrace = false }: Case): string {
  const io = new MemoryIO({ files });
  const settings = { showTrace, experimentalFeatures: new Set(features.split(" ")) };
  const evaluator = createEvaluator({ io, builtins: createBuiltins(), settings });
  try {
    const value = evaluator.evalExpr(source, "/base");
    evaluator.forceDeep(value);
    return printAmbiguous(evaluator, value);
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    const prefixes: Record<string, string> = { warn: "warning: ", trace: "trace: " };
    const messages = io.messages.map(
      ({ level, text }) => `${filterAnsiEscapes(`${prefixes[level] ?? ""}${text}`, "all")}\n`,
    );
    const usage = error.cause instanceof UsageError ? "\nTry 'nix-instantiate --help' for more information." : "";
    return messages.join("") + renderError(error, { showTrace }) + usage;
  }
}

const listedAndSeen = new Set<string>();

for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".json") && entry !== "files.json")) {
  const subject = name.slice(0, -5);
  const cases = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Case[];
  test(`what Nix says of ${subject}`, () => {
    const failed: string[] = [];
    for (const golden of cases) {
      const { source, value, error } = golden;
      const reason = knownDifferences.get(source);
      if (reason !== undefined) listedAndSeen.add(source);
      const expected = value ?? error ?? "";
      const actual = evaluate(golden);
      if (reason === undefined && actual !== expected)
        failed.push(`${source}\n--- Nix\n${expected}\n--- Firn\n${actual}`);
      if (reason !== undefined && actual === expected)
        failed.push(`${source}\n  agrees now; it is still listed: ${reason}`);
    }
    assert.equal(failed.length, 0, `${failed.length} of ${cases.length}:\n\n${failed.join("\n\n")}`);
  });
}

test("every known difference is one of the cases", () => {
  assert.deepEqual([...listedAndSeen].toSorted(), [...knownDifferences.keys()].toSorted());
});
