import assert from "node:assert/strict";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { byteStringOfHostText, deleteTree } from "#host";
import { unpackZip } from "./unpack-zip.ts";

const folder = mkdtempSync(join(tmpdir(), "firn-zip-"));
after(() => deleteTree(byteStringOfHostText(folder)));

interface Entry {
  readonly name: string;
  readonly contents?: string;
  readonly mode?: number;
  readonly size?: number;
  readonly flags?: number;
}

/** Every file deflated, changed on 1 January 2020 at noon, UTC. */
function zipOf(entries: readonly Entry[]): Buffer {
  const files: Buffer[] = [];
  const list: Buffer[] = [];
  let offset = 0;
  for (const { name, contents = "", mode = 0o100644, size = contents.length, flags = 0 } of entries) {
    const data = deflateRawSync(contents);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const extra = Buffer.alloc(9);
    extra.writeUInt16LE(0x5455, 0);
    extra.writeUInt16LE(5, 2);
    extra.writeUInt8(1, 4);
    extra.writeInt32LE(1577880000, 5);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt8(3, 5);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt16LE(mode, 40);
    entry.writeUInt32LE(offset, 42);
    files.push(local, Buffer.from(name, "latin1"), data);
    list.push(entry, Buffer.from(name, "latin1"), extra);
    offset += 30 + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...list, end]);
}

let count = 0;
function unpack(bytes: Buffer): { readonly into: string; readonly modified: number } {
  const into = join(folder, `tree-${count++}`);
  mkdirSync(into);
  writeFileSync(`${into}.zip`, bytes);
  return { into, modified: unpackZip(byteStringOfHostText(`${into}.zip`), byteStringOfHostText(into)) };
}

test("files, folders and links, with the date of the newest", () => {
  const { into, modified } = unpack(
    zipOf([
      { name: "top/", mode: 0o40755 },
      { name: "top/a", contents: "alpha" },
      { name: "top/deep/run", contents: "#!", mode: 0o100755 },
      { name: "top/link", contents: "a", mode: 0o120777 },
    ]),
  );
  assert.equal(modified, 1577880000);
  assert.deepEqual(readdirSync(join(into, "top")), ["a", "deep", "link"]);
  assert.equal(readFileSync(join(into, "top/a"), "latin1"), "alpha");
  assert.equal(lstatSync(join(into, "top/deep/run")).mode & 0o111, 0o111);
  assert.equal(lstatSync(join(into, "top/a")).mode & 0o111, 0);
  assert.equal(readlinkSync(join(into, "top/link")), "a");
});

test("names that lead outside are refused", () => {
  for (const name of ["../out", "/etc/out", "a/../../out", "a//b", "./a", ".."])
    assert.throws(() => unpack(zipOf([{ name, contents: "x" }])), /not a name that a file may have/);
});

test("nothing is written through a link", () => {
  const entries = [
    { name: "link", contents: "..", mode: 0o120777 },
    { name: "link/escaped", contents: "x" },
  ];
  assert.throws(() => unpack(zipOf(entries)), /'link' is both a file and a folder/);
  assert.equal(readdirSync(folder).includes("escaped"), false);
});

test("broken archives are refused", () => {
  const good = zipOf([{ name: "a", contents: "alpha".repeat(100) }]);
  assert.throws(() => unpack(Buffer.from("no zip")), /has no list of files/);
  assert.throws(() => unpack(good.subarray(10)), /cannot be unpacked/);
  assert.throws(() => unpack(zipOf([{ name: "a", contents: "alpha", size: 3 }])), /cannot be decompressed/);
  assert.throws(() => unpack(zipOf([{ name: "a", contents: "alpha", size: 30 }])), /not the size/);
  assert.throws(() => unpack(zipOf([{ name: "a", contents: "alpha", flags: 1 }])), /encrypted/);
  assert.throws(() => unpack(zipOf([{ name: "a" }, { name: "a" }])), /'a' twice/);
});
