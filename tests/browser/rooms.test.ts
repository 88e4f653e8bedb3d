// The rooms below the line in a page: their own tests, with every golden that the real Nix made for them, run in a worker of
// a real browser, whose stack and globals are those that the playground has.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { knownDifferences } from "../../src/language/builtins/golden/known-differences.test-support.ts";
import { buildPlayground, servePage } from "../../tools/playground.ts";
import { launchBrowser, withoutBrowser } from "./browser.ts";
import type { TestResult } from "./in-page/test.ts";
import { bundleRoomTests } from "./rooms-bundle.ts";

test("what the rooms' tests say in a page", { skip: withoutBrowser }, async (t) => {
  const files = new Map([...(await buildPlayground()), ["room-tests.js", await bundleRoomTests()]]);
  const { server, url } = await servePage(files, 0);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    const results = await page.evaluate<TestResult[]>(`new Promise((resolve, reject) => {
      const worker = new Worker("room-tests.js", { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage("run");
    })`);
    t.diagnostic(`${countGoldens()} answers of the real Nix about the language, and the goldens of the formats`);
    for (const { name, failure } of results) await t.test(name, () => assert.equal(failure, undefined));
  } finally {
    await browser.close();
    server.close();
  }
});

/** How many times the page is asked for what Nix printed; an expression of machine/ is evaluated strictly and lazily. */
function countGoldens(): number {
  const language = join(import.meta.dirname, "../../src/language");
  const cases = ["builtins", "syntax"].flatMap((room) => {
    const folder = join(language, room, "golden");
    const names = readdirSync(folder).filter((name) => name.endsWith(".json") && name !== "files.json");
    return names.flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as unknown[]);
  });
  const expressions = readFileSync(join(language, "machine/golden/expressions.jsonl"), "utf8").trimEnd().split("\n");
  return cases.length - knownDifferences.size + 2 * (expressions.length - 1);
}
