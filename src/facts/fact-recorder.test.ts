import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { StorePath } from "#formats";
import { DummyStore } from "#store";
import { checkFacts } from "./check-facts.ts";
import { FactRecorder } from "./fact-recorder.ts";

const later = 60_000;

function scratchFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "firn-facts-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "file");
  writeFileSync(file, "one");
  return file;
}

function holds(recorder: FactRecorder): boolean {
  const facts = recorder.finish();
  if (facts === undefined) assert.fail(recorder.refusal ?? "no reason");
  return checkFacts(facts, { store: new DummyStore(), variable: () => undefined, now: Date.now() + later }).holds;
}

function waitForTick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 11);
}

test("a file that is written between its stamp and its reading is judged by what was read", (t) => {
  const file = scratchFile(t);
  const recorder = new FactRecorder(Date.now() + later);
  recorder.willRead(file);
  waitForTick();
  writeFileSync(file, "two");
  recorder.sawContents(file, readFileSync(file, "latin1"));
  assert.ok(holds(recorder), "what was read is what is there");
  writeFileSync(file, "one");
  assert.ok(!holds(recorder), "what was there before it was read is not");
});

test("a file that is written after it was read does not pass for what was read", (t) => {
  const file = scratchFile(t);
  const recorder = new FactRecorder(Date.now() + later);
  recorder.willRead(file);
  const contents = readFileSync(file, "latin1");
  waitForTick();
  writeFileSync(file, "two");
  recorder.sawContents(file, contents);
  assert.ok(!holds(recorder));
});

test("a file that is written within the tick in which it was read, its size and date kept, is found out", (t) => {
  const file = scratchFile(t);
  for (let tries = 0; tries < 50; tries++) {
    writeFileSync(file, "one");
    utimesSync(file, 1000, 1000);
    const recorder = new FactRecorder();
    recorder.willRead(file);
    recorder.sawContents(file, readFileSync(file, "latin1"));
    writeFileSync(file, "two");
    utimesSync(file, 1000, 1000);
    assert.ok(!holds(recorder));
  }
});

test("a file that gives two answers in one evaluation leaves no facts", (t) => {
  const file = scratchFile(t);
  const recorder = new FactRecorder();
  recorder.sawContents(file, "one");
  recorder.sawContents(file, "two");
  assert.equal(recorder.finish(), undefined);
  assert.equal(recorder.refusal, `'${file}' changed during the evaluation`);
});

test("what a download gave is to be asked for again when its time is over", () => {
  const recorder = new FactRecorder();
  recorder.expiresIn(3600);
  recorder.expiresIn(60);
  const facts = recorder.finish();
  assert.ok(facts !== undefined);
  const check = (seconds: number) =>
    checkFacts(facts, { store: new DummyStore(), variable: () => undefined, now: Date.now() + seconds * 1000 });
  assert.ok(check(59).holds);
  assert.deepEqual(check(61), { holds: false, reason: "what was downloaded may be outdated" });
});

test("store paths that were not valid must not be, and what one refers to must be the same", () => {
  const path = "00000000000000000000000000000000-a" as StorePath;
  const other = "11111111111111111111111111111111-b" as StorePath;
  const check = (see: (recorder: FactRecorder) => void, store: Partial<DummyStore>): boolean => {
    const recorder = new FactRecorder();
    see(recorder);
    const facts = recorder.finish();
    assert.ok(facts !== undefined);
    const all = Object.assign(new DummyStore(), { addTempRoot: () => undefined }, store);
    return checkFacts(facts, { store: all, variable: () => undefined }).holds;
  };
  const valid = { isValidPath: () => true };
  assert.ok(check((recorder) => recorder.sawValidity(path, false), {}));
  assert.ok(!check((recorder) => recorder.sawValidity(path, false), valid));
  assert.ok(check((recorder) => recorder.sawValidity(path, true), valid));
  assert.ok(!check((recorder) => recorder.sawValidity(path, true), {}));
  const referringTo = (...references: StorePath[]) =>
    ({ queryPathInfoIfValid: () => ({ references }) }) as unknown as Partial<DummyStore>;
  assert.ok(check((recorder) => recorder.sawReferences(path, [other]), referringTo(other)));
  assert.ok(!check((recorder) => recorder.sawReferences(path, [other]), referringTo()));
  assert.ok(!check((recorder) => recorder.sawReferences(path, []), {}));
});

test("of what an evaluation wrote only that has to be valid to which nothing else it wrote refers", () => {
  const name = (digit: string) => `${digit.repeat(32)}-n` as StorePath;
  const recorder = new FactRecorder();
  recorder.wrote(name("0"), []);
  recorder.wrote(name("1"), [name("0"), name("1")]);
  recorder.wrote(name("2"), [name("1"), name("3")]);
  recorder.sawValidity(name("0"), true);
  assert.deepEqual(recorder.finish()?.valid, [name("2")]);
});
