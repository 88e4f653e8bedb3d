import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { EvaluationFolder } from "./evaluation-folder.ts";
import { FactRecorder } from "./fact-recorder.ts";
import { decodeEntry, encodeEntry, type RememberedEntry } from "./remembered-entry.ts";

function makeEntry(t: TestContext): RememberedEntry {
  const folder = scratch(t);
  writeFileSync(join(folder, "file"), "contents");
  const recorder = new FactRecorder(Date.now() + 60_000);
  recorder.readFile(join(folder, "file"));
  recorder.sawType("/nothing/\xe4", "absent");
  recorder.sawVariable("A", "value");
  recorder.beginTree({ path: folder, name: "n", method: "nar", references: [] }).end("0-n" as never);
  const facts = recorder.finish();
  assert.ok(facts !== undefined);
  return { facts, answer: [["text \xe4"], { kind: "message", level: "warn", text: "w" }] };
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "firn-folder-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("an entry is read as it was written, and with any byte changed or cut off it is none", (t) => {
  const entry = makeEntry(t);
  const bytes = encodeEntry(entry);
  assert.deepEqual(decodeEntry(bytes), JSON.parse(JSON.stringify(entry)));
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
    assert.equal(decodeEntry(damaged), undefined, `byte ${at}`);
    assert.equal(decodeEntry(bytes.subarray(0, at)), undefined, `cut at ${at}`);
  }
});

test("an entry of another shape is none, its checksum being right", (t) => {
  const { facts, answer } = makeEntry(t);
  const check = (change: object) => {
    const entry = { facts: { ...facts, ...change }, answer };
    assert.equal(decodeEntry(encodeEntry(entry)), undefined, JSON.stringify(change));
  };
  assert.ok(decodeEntry(encodeEntry({ facts, answer })) !== undefined);
  check({ files: "x" });
  check({ files: [{ type: "regular" }] });
  check({ files: [{ path: "/", type: "folder" }] });
  check({ files: [{ path: "/", stamp: [1, 2, 3, 4] }] });
  check({ files: [{ path: "/", other: 1 }] });
  check({ trees: [{ ...facts.trees[0], members: [["", 1]] }] });
  check({ variables: [["A"]] });
  check({ valid: [1] });
  check({ expires: "never" });
  assert.equal(decodeEntry(encodeEntry({ facts, answer: 1 as unknown as [] })), undefined);
});

test("the folder keeps the entries that were used last, and nothing that a dead process left", (t) => {
  const folder = join(scratch(t), "evaluations");
  const entry = makeEntry(t);
  const kept = new EvaluationFolder(folder, { files: 2, bytes: 2 ** 20, age: 60_000 });
  const age = (name: string, seconds: number) => {
    const then = Date.now() / 1000 - seconds;
    utimesSync(join(folder, name), then, then);
  };
  kept.write("a", entry);
  kept.write("b", entry);
  age("a", 20);
  age("b", 10);
  // Being asked for makes it the younger one.
  assert.ok(kept.read("a") !== undefined);
  kept.write("c", entry);
  assert.deepEqual(readdirSync(folder).toSorted(), ["a", "c"]);
  age("a", 100);
  writeFileSync(join(folder, "d.new-1-1"), "");
  age("d.new-1-1", 7200);
  kept.write("e", entry);
  assert.deepEqual(readdirSync(folder).toSorted(), ["c", "e"]);
  new EvaluationFolder(folder, { files: 9, bytes: 100, age: 60_000 }).write("f", entry);
  assert.ok(!readdirSync(folder).includes("f"), "too large for the folder");
});
