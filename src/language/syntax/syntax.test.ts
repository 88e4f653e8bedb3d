// Every form of the language and every kind of error in it, against what the real Nix prints: see golden/README.md.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { BaseError, renderError, renderWarning } from "../errors/index.ts";
import { parseFile, printExpr } from "./index.ts";

/** Byte strings all; `printed` and `warning` may stand together, `error` stands alone. */
interface GoldenCase {
  readonly source: string;
  readonly printed?: string;
  readonly warning?: string;
  readonly error?: string;
}

const folder = new URL("golden/", import.meta.url);

for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".json"))) {
  test(`${name.replace(".json", "").replaceAll("-", " ")} parse and fail as in Nix`, () => {
    const cases = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as GoldenCase[];
    assert.notEqual(cases.length, 0);
    for (const expected of cases) assert.deepEqual(parseCase(expected.source), expected);
  });
}

/** What `cd /base; nix-instantiate --parse -` would answer with HOME=/root and pipe operators. */
function parseCase(source: string): GoldenCase {
  const warnings: string[] = [];
  try {
    const { expr } = parseFile({
      origin: { kind: "stdin" },
      text: source,
      baseDirectory: "/base",
      homeDirectory: "/root",
      features: new Set(["pipe-operators"]),
      warn: (warning) => warnings.push(renderWarning(warning)),
    });
    const printed = printExpr(expr);
    return warnings.length === 0 ? { source, printed } : { source, printed, warning: warnings.join("\n") };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return { source, error: [...warnings, renderError(error)].join("\n") };
  }
}
