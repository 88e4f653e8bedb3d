import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { deleteTree } from "./delete-tree.ts";

function folder(t: { after(f: () => void): void }): string {
  const made = mkdtempSync(join(tmpdir(), "firn-host-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe("deleting a tree", () => {
  test("takes read-only and inaccessible directories, odd names and links, and leaves what links point at", (t) => {
    const top = folder(t);
    mkdirSync(`${top}/tree/a/b`, { recursive: true });
    writeFileSync(`${top}/tree/a/b/file`, "x");
    writeFileSync(Buffer.from(`${top}/tree/\xff\n`, "latin1"), "x");
    writeFileSync(`${top}/kept`, "kept");
    mkdirSync(`${top}/keptDirectory`);
    writeFileSync(`${top}/keptDirectory/inner`, "kept");
    symlinkSync(`${top}/kept`, `${top}/tree/link`);
    symlinkSync(`${top}/keptDirectory`, `${top}/tree/a/linked`);
    symlinkSync("nowhere", `${top}/tree/dangling`);
    chmodSync(`${top}/tree/a/b`, 0o000);
    chmodSync(`${top}/tree/a`, 0o555);
    deleteTree(`${top}/tree`);
    assert.equal(existsSync(`${top}/tree`), false);
    assert.equal(readFileSync(`${top}/keptDirectory/inner`, "utf8"), "kept");
    symlinkSync(`${top}/keptDirectory`, `${top}/root-link`);
    deleteTree(`${top}/root-link`);
    assert.equal(existsSync(`${top}/root-link`), false);
    assert.equal(readFileSync(`${top}/keptDirectory/inner`, "utf8"), "kept");
  });

  test("counts the bytes of files with one or two hard links, as Nix does", (t) => {
    const top = folder(t);
    mkdirSync(`${top}/tree`);
    writeFileSync(`${top}/tree/one`, "1".repeat(1000));
    writeFileSync(`${top}/two`, "2".repeat(200));
    linkSync(`${top}/two`, `${top}/tree/two`);
    writeFileSync(`${top}/three`, "3".repeat(30));
    linkSync(`${top}/three`, `${top}/three-again`);
    linkSync(`${top}/three`, `${top}/tree/three`);
    assert.equal(deleteTree(`${top}/tree`), 1200);
  });

  test("does nothing when there is nothing, and refuses what is no path below the root", (t) => {
    const top = folder(t);
    assert.equal(deleteTree(`${top}/none`), 0);
    assert.equal(deleteTree(`${top}/none/none`), 0);
    for (const path of ["/", "", "relative", `${top}/..`, `${top}/.`, `${top}/`]) {
      assert.throws(() => deleteTree(path), RangeError, path);
    }
  });

  // CVE-2025-46415: a directory swapped for a link while it was being deleted led the deletion elsewhere.
  test("cannot be led elsewhere by swapping a directory for a link", async (t) => {
    // On a busy machine the deletion may be through before the swap; then that was no attempt.
    while (!(await swapWhileDeleting(folder(t))));
  });
});

/** Whether the swap came in time; fails when the deletion then followed the link. */
async function swapWhileDeleting(top: string): Promise<boolean> {
  const count = 3000;
  for (const place of ["tree/inner", "victim"]) {
    mkdirSync(`${top}/${place}`, { recursive: true });
    for (let i = 0; i < count; i++) writeFileSync(`${top}/${place}/${i}`, "");
  }
  symlinkSync(`${top}/victim`, `${top}/link`);
  // Waits until the deletion is in the middle of the directory, then puts the link in its place.
  const swapper = new Worker(
    `const { renameSync, readdirSync } = require("node:fs");
     const { workerData: { top, count }, parentPort } = require("node:worker_threads");
     parentPort.postMessage("ready");
     try {
       while (readdirSync(top + "/tree/inner").length > count - 10);
       renameSync(top + "/tree/inner", top + "/aside");
       renameSync(top + "/link", top + "/tree/inner");
       parentPort.postMessage("swapped");
     } catch {
       parentPort.postMessage("too late");
     }`,
    { eval: true, workerData: { top, count } },
  );
  await once(swapper, "message");
  const answer = once(swapper, "message");
  let failure: unknown;
  try {
    deleteTree(`${top}/tree`);
  } catch (error) {
    failure = error;
  }
  assert.equal(readdirSync(`${top}/victim`).length, count);
  if ((await answer)[0] !== "swapped") return false;
  assert.notEqual(failure, undefined, "a directory that became a link is not removed as one");
  return true;
}
