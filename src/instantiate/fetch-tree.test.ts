// `fetchTree`, `fetchGit` and `fetchTarball` against what Nix 2.34.8 said of the same sources: values with their store
// paths, or the error's last line. golden/fetch-tree.sh makes the sources; @ stands for their folder.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fromByteString } from "#formats";
import { deleteTree } from "#host";
import { BaseError, printAmbiguous } from "#language";
import { openLocalStore } from "#store";
import { createEvaluator } from "./index.ts";

interface Case {
  readonly source: string;
  readonly value?: string;
  readonly error?: string;
}

const golden = new URL("golden/", import.meta.url);
const cases = JSON.parse(readFileSync(new URL("fetch-tree.json", golden), "utf8")) as Case[];
const folder = mkdtempSync(join(tmpdir(), "firn-fetch-tree-"));
const store = openLocalStore({ root: join(folder, "root"), settings: { fsyncMetadata: false } });
after(() => {
  store.close();
  deleteTree(folder);
});
const sources = join(folder, "sources");
execFileSync("sh", [new URL("fetch-tree.sh", golden).pathname, sources]);
process.env["XDG_CACHE_HOME"] = join(folder, "cache");

function evaluate(source: string): string {
  const experimentalFeatures = new Set(["flakes", "fetch-tree"]);
  const evaluator = createEvaluator({ store, settings: { experimentalFeatures }, emit: () => undefined });
  try {
    const value = evaluator.evalExpr(source, sources);
    evaluator.forceDeep(value);
    return printAmbiguous(evaluator, value);
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return fromByteString(error.message);
  }
}

test("inputs are fetched to the same store paths, with the same said of them, as by Nix", () => {
  const failed: string[] = [];
  for (const { source, value, error } of cases) {
    const expected = value ?? error ?? "";
    const actual = evaluate(source.replaceAll("@", sources)).replaceAll(sources, "@");
    if (actual !== expected) failed.push(`${source}\n--- Nix\n${expected}\n--- Firn\n${actual}`);
  }
  assert.equal(failed.length, 0, `${failed.length} of ${cases.length}:\n\n${failed.join("\n\n")}`);
});
