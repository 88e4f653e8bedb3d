// npm run playground: as a folder, and served to this machine.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

const script = join(import.meta.dirname, "../../tools/playground.ts");
const names = ["index.html", "page.js", "style.css", "worker.js"];

test("the playground is written as a folder", () => {
  const scratch = mkdtempSync(join(tmpdir(), "firn-playground-"));
  try {
    const folder = join(scratch, "a/b");
    const { status, stdout } = spawnSync(process.execPath, [script, "--out", folder], { encoding: "utf8" });
    assert.equal(status, 0);
    assert.match(stdout, /^The playground is in /);
    assert.deepEqual(readdirSync(folder).toSorted(), names);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test("the playground is served, and nothing else is", async () => {
  const child = spawn(process.execPath, [script, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const { value: line } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(String(line))?.[0];
    assert.ok(url !== undefined, String(line));
    for (const name of ["", ...names]) {
      const response: Response = await fetch(url + name);
      assert.equal(response.status, 200, name);
      assert.ok((await response.text()).length > 1000, name);
    }
    for (const name of ["package.json", "../package.json", "%2e%2e/package.json", "//x/y"]) {
      const response: Response = await fetch(url + name);
      assert.equal(response.status, 404, name);
    }
  } finally {
    child.kill();
  }
});
