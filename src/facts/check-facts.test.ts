// Each kind of fact by itself, against the change that only it can notice.

import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { StorePath } from "#formats";
import { computeSourcePath, DummyStore } from "#store";
import { checkFacts } from "./check-facts.ts";
import { FactRecorder } from "./fact-recorder.ts";
import type { Facts } from "./facts.ts";
import { kindOf } from "./look.ts";

const later = 60_000;

interface Case {
  /** What the evaluation asks. */
  readonly see: (recorder: FactRecorder, at: (name: string) => string) => void;
  /** What happens then, and must be noticed. */
  readonly change: (at: (name: string) => string) => void;
  /** What also happens in other runs, and must not be. */
  readonly leaveAlone?: (at: (name: string) => string) => void;
}

/** Every case begins in a folder with `file` ("one"), `link` → file, `folder/a`, `tree/{kept,left}`. */
const cases: Readonly<Record<string, Case>> = {
  "that an entry is a file": {
    see: (recorder, at) => recorder.sawType(at("file"), "regular"),
    change: (at) => replace(at("file"), (path) => symlinkSync("folder/a", path)),
    leaveAlone: (at) => writeFileSync(at("file"), "other"),
  },
  "that nothing is there": {
    see: (recorder, at) => recorder.sawType(at("absent"), "absent"),
    change: (at) => writeFileSync(at("absent"), ""),
    leaveAlone: (at) => writeFileSync(at("present"), ""),
  },
  "whether a file may be executed": {
    see: (recorder, at) => {
      recorder.sawType(at("file"), "regular");
      recorder.sawExecutable(at("file"), false);
    },
    change: (at) => chmodSync(at("file"), 0o755),
    leaveAlone: (at) => chmodSync(at("file"), 0o600),
  },
  "how large a file is": {
    see: (recorder, at) => {
      recorder.sawType(at("file"), "regular");
      recorder.sawSize(at("file"), 3);
    },
    change: (at) => truncateSync(at("file"), 2),
    leaveAlone: (at) => writeFileSync(at("file"), "two"),
  },
  "where a link points": {
    see: (recorder, at) => recorder.sawTarget(at("link"), readlinkSync(at("link"))),
    change: (at) => replace(at("link"), (path) => symlinkSync("folder/a", path)),
    leaveAlone: (at) => replace(at("link"), (path) => symlinkSync("file", path)),
  },
  "where a path really is": {
    see: (recorder, at) => {
      recorder.lookWhereReally(at("link"));
      assert.equal(realpathSync(at("link")), realpathSync(at("file")));
    },
    change: (at) => replace(at("link"), (path) => symlinkSync("folder/a", path)),
    leaveAlone: (at) => writeFileSync(at("file"), "other"),
  },
  "what is there when a link is followed": {
    see: (recorder, at) => assert.equal(recorder.lookBehind(at("link")), "regular"),
    change: (at) => replace(at("file"), (path) => mkdirSync(path)),
    leaveAlone: (at) => writeFileSync(at("file"), "other"),
  },
  "what a file contains": {
    see: (recorder, at) => assert.equal(recorder.readFile(at("file")), "one"),
    change: (at) => writeFileSync(at("file"), "two"),
    leaveAlone: (at) => utimesSync(at("file"), 1, 1),
  },
  "what a file contains, its size and date put back": {
    see: (recorder, at) => {
      utimesSync(at("file"), 1000, 1000);
      recorder.readFile(at("file"));
    },
    change: (at) => {
      waitForTick();
      writeFileSync(at("file"), "two");
      utimesSync(at("file"), 1000, 1000);
    },
  },
  "what lies in a folder": {
    see: (recorder, at) => seeListing(recorder, at("folder")),
    change: (at) => renameSync(at("folder/a"), at("folder/b")),
    leaveAlone: (at) => {
      writeFileSync(at("folder/b"), "");
      unlinkSync(at("folder/b"));
    },
  },
  "of what kind the entries of a folder are": {
    see: (recorder, at) => seeListing(recorder, at("folder")),
    change: (at) => replace(at("folder/a"), (path) => mkdirSync(path)),
    leaveAlone: (at) => writeFileSync(at("folder/a"), "other"),
  },
  "what a tree contains": {
    see: (recorder, at) => seeTree(recorder, at("tree"), () => true),
    change: (at) => writeFileSync(at("tree/kept"), "changed"),
    leaveAlone: (at) => utimesSync(at("tree/kept"), 1, 1),
  },
  "what a filter is asked, also where the answer is no": {
    see: (recorder, at) => seeTree(recorder, at("tree"), (path) => !path.endsWith("/left")),
    // The object would be the same; but the filter might answer another question otherwise.
    change: (at) => replace(at("tree/left"), (path) => mkdirSync(path)),
    leaveAlone: (at) => writeFileSync(at("tree/left"), "changed"),
  },
  "where a link points that is copied": {
    see: (recorder, at) => seeTree(recorder, at("link"), () => true),
    change: (at) => replace(at("link"), (path) => symlinkSync("folder/a", path)),
    leaveAlone: (at) => writeFileSync(at("file"), "other"),
  },
};

for (const [what, { see, change, leaveAlone }] of Object.entries(cases)) {
  test(`a change is noticed: ${what}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), "firn-check-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const name of ["folder", "tree"]) mkdirSync(join(folder, name));
    for (const name of ["file", "folder/a", "tree/kept", "tree/left"]) writeFileSync(join(folder, name), "one");
    symlinkSync("file", join(folder, "link"));
    const at = (name: string): string => join(folder, name);
    // A recording in the future: its stamps count, however young the files are.
    const recorder = new FactRecorder(Date.now() + later);
    see(recorder, at);
    const facts = recorder.finish();
    if (facts === undefined) assert.fail(recorder.refusal ?? "no reason");
    const isTrue = (): boolean => check(facts).holds;
    assert.ok(isTrue(), "nothing has changed");
    leaveAlone?.(at);
    assert.ok(isTrue(), "nothing that was asked has changed");
    change(at);
    assert.ok(!isTrue(), "it was asked, and has changed");
  });
}

test("contents that had to be read again get a newer stamp, and none while they are young", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "firn-check-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "file");
  writeFileSync(file, "one");
  const recorder = new FactRecorder();
  recorder.readFile(file);
  const facts = recorder.finish();
  assert.ok(facts !== undefined);
  assert.equal(facts.files[0]?.stamp, undefined, "just written: a stamp would prove nothing");
  assert.deepEqual(check(facts, Date.now()), { holds: true, refreshed: undefined });
  const verdict = check(facts);
  assert.ok(verdict.holds && verdict.refreshed?.files[0]?.stamp !== undefined);
  assert.deepEqual(check(facts), { holds: true, refreshed: undefined });
});

test("a file without times to rely on is read each time", () => {
  const recorder = new FactRecorder(Date.now() + later);
  recorder.readFile("/proc/sys/kernel/ostype");
  const facts = recorder.finish();
  assert.equal(facts?.files[0]?.stamp, undefined);
  assert.ok(facts !== undefined && check(facts).holds);
});

test("a variable is the one it was: set to the same, or not set", () => {
  const recorder = new FactRecorder();
  recorder.sawVariable("SET", "value");
  recorder.sawVariable("UNSET", undefined);
  const facts = recorder.finish();
  assert.ok(facts !== undefined);
  const holdsWith = (variables: Readonly<Record<string, string>>): boolean =>
    checkFacts(facts, { store: new DummyStore(), variable: (name) => variables[name] }).holds;
  assert.ok(holdsWith({ SET: "value", OTHER: "x" }));
  assert.ok(!holdsWith({ SET: "other" }));
  assert.ok(!holdsWith({}));
  assert.ok(!holdsWith({ SET: "value", UNSET: "" }));
});

test("a store path is kept from a collector before it is asked for", () => {
  const path = "00000000000000000000000000000000-a" as StorePath;
  const asked: string[] = [];
  const store = Object.assign(new DummyStore(), {
    addTempRoot: () => void asked.push("root"),
    isValidPath: () => asked.push("valid") > 0,
  });
  const recorder = new FactRecorder();
  recorder.sawValidity(path, true);
  const facts = recorder.finish();
  assert.ok(facts !== undefined && checkFacts(facts, { store, variable: () => undefined }).holds);
  assert.deepEqual(asked, ["root", "valid"]);
});

function check(facts: Facts, now = Date.now() + later): ReturnType<typeof checkFacts> {
  return checkFacts(facts, { store: new DummyStore(), variable: () => undefined, now });
}

function replace(path: string, make: (path: string) => void): void {
  rmSync(path, { recursive: true });
  make(path);
}

function waitForTick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 11);
}

function seeListing(recorder: FactRecorder, path: string): void {
  recorder.willRead(path);
  const entries = readdirSync(path, { withFileTypes: true });
  recorder.sawListing(
    path,
    entries.map((entry) => [entry.name, kindOf(entry)]),
  );
}

/** As the window copies a tree: the filter is asked through the recorder. */
function seeTree(recorder: FactRecorder, path: string, filter: (path: string) => boolean): void {
  const { storeDir } = new DummyStore();
  const tree = recorder.beginTree({ path, name: "tree", method: "nar", references: [] });
  const named = computeSourcePath(storeDir, "tree", path, {
    method: "nar",
    algorithm: "sha256",
    filter: (file, type) => tree.ask(file.slice(path.length), type, () => filter(file)),
  });
  tree.end(named.path);
}
