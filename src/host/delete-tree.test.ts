import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
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
    const top = folder(t);
    mkdirSync(`${top}/victim`);
    for (let i = 0; i < 50; i++) writeFileSync(`${top}/victim/${i}`, "precious");
    const swapper = new Worker(
      `const { renameSync, symlinkSync, rmSync } = require("node:fs");
       const { workerData: top, parentPort } = require("node:worker_threads");
       symlinkSync(top + "/victim", top + "/link");
       parentPort.postMessage("ready");
       for (;;) {
         try { renameSync(top + "/tree/inner", top + "/aside"); renameSync(top + "/link", top + "/tree/inner"); } catch {}
         try { renameSync(top + "/tree/inner", top + "/link"); renameSync(top + "/aside", top + "/tree/inner"); } catch {}
         try { rmSync(top + "/aside", { recursive: true, force: true }); symlinkSync(top + "/victim", top + "/link"); } catch {}
       }`,
      { eval: true, workerData: top },
    );
    t.after(() => swapper.terminate());
    await new Promise((resolve) => swapper.once("message", resolve));
    for (let round = 0; round < 200; round++) {
      mkdirSync(`${top}/tree/inner`, { recursive: true });
      for (let i = 0; i < 5; i++) {
        try {
          writeFileSync(`${top}/tree/inner/garbage${i}`, "", { flag: "wx" });
        } catch {
          // The swapper was here.
        }
      }
      rmSync(`${top}/victim/garbage0`, { force: true });
      try {
        deleteTree(`${top}/tree`);
      } catch {
        // A race that ends in an error is no harm.
      }
    }
    await swapper.terminate();
    for (let i = 0; i < 50; i++) assert.equal(readFileSync(`${top}/victim/${i}`, "utf8"), "precious");
  });
});
