import assert from "node:assert/strict";
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { copyDisk } from "./copy-disk.ts";

test("a copied disk has the same on it, and what was empty takes no room", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "firn-disk-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [disk, copy] = [join(folder, "disk"), join(folder, "copy")];
  const file = openSync(disk, "wx", 0o444);
  ftruncateSync(file, 64 * 1024 * 1024 + 5);
  for (const [at, text] of [
    [0, "first"],
    [20_000_000, "middle"],
    [64 * 1024 * 1024, "the end"],
  ] as const)
    writeSync(file, text, at);
  closeSync(file);
  copyDisk(disk, copy);
  assert.ok(readFileSync(copy).equals(readFileSync(disk)));
  assert.ok(statSync(copy).blocks * 512 < 4 * 1024 * 1024 + 65_536);
  assert.equal(statSync(copy).mode & 0o777, 0o600);
  writeFileSync(copy, "used");
  assert.throws(() => copyDisk(disk, copy), { code: "EEXIST" });
  assert.equal(readFileSync(copy, "utf8"), "used");
});
