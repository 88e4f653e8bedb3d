import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { deleteTree } from "#host";
import { ParsedFiles } from "./parsed-files.ts";

const scratch = mkdtempSync(join(tmpdir(), "firn-parsed-"));
after(() => deleteTree(scratch));
let folders = 0;
const newFolder = (): string => join(scratch, String(folders++), "firn");
const by = { build: "one", reading: "{}" };
const text = Buffer.from("1 + 1");
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("latin1");

function keep(folder: string, packed: string, written = by): string {
  const files = new ParsedFiles(folder, written);
  const key = files.keyOf(text);
  files.add(key, packed);
  files.close();
  return key;
}

function find(folder: string, key: string, read = by): string | undefined {
  const files = new ParsedFiles(folder, read);
  const found = files.get(key);
  files.close();
  return found;
}

test("what one run parsed the next one finds, byte for byte", () => {
  const folder = newFolder();
  assert.equal(find(folder, keep(folder, everyByte)), everyByte);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test("small texts are worth a look from the first large one on", () => {
  const files = new ParsedFiles(newFolder(), by);
  assert.equal(files.isWorthwhile(100), false);
  assert.equal(files.isWorthwhile(10_000), true);
  files.keyOf(text);
  assert.equal(files.isWorthwhile(100), true);
});

test("another build of Firn finds nothing, and drops the old when it writes", () => {
  const folder = newFolder();
  const key = keep(folder, "old");
  const other = { ...by, build: "two" };
  assert.equal(find(folder, key, other), undefined);
  keep(folder, "new", other);
  assert.equal(find(folder, key, other), "new");
  assert.equal(find(folder, key), undefined);
});

test("the settings that parsing depends on are part of the key", () => {
  const pure = new ParsedFiles(newFolder(), { ...by, reading: '{"pureEval":true}' });
  assert.notEqual(pure.keyOf(text), new ParsedFiles(newFolder(), by).keyOf(text));
});

test("a file that is no database, or a part of one, or cannot be written, costs nothing but time", () => {
  const folder = newFolder();
  const key = keep(folder, everyByte.repeat(100));
  const file = join(folder, "parsed-v2.sqlite");
  truncateSync(file, 5000);
  assert.equal(find(folder, key), undefined);
  writeFileSync(file, "no database".repeat(1000));
  assert.equal(find(folder, keep(folder, "x")), undefined);
  // By then the damaged file is gone.
  assert.equal(find(folder, keep(folder, "x")), "x");
  const inTheWay = newFolder();
  writeFileSync(join(scratch, "file"), "");
  assert.equal(find(join(scratch, "file", inTheWay), keep(join(scratch, "file", inTheWay), "x")), undefined);
});

test("two runs that write at the same time both succeed", () => {
  const folder = newFolder();
  const runs = [new ParsedFiles(folder, by), new ParsedFiles(folder, by)] as const;
  runs[0].add("a", "1");
  runs[1].add("b", "2");
  assert.equal(runs[0].get("a"), undefined);
  assert.equal(runs[1].get("a"), undefined);
  for (const run of runs) run.close();
  assert.deepEqual([find(folder, "a"), find(folder, "b")], ["1", "2"]);
  assert.deepEqual(readdirSync(folder), ["parsed-v2.sqlite"]);
});
