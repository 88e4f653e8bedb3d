import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { deleteTree } from "#host";
import { openLocalStore } from "#store";
import { CopiedTrees } from "./copied-trees.ts";

const folder = mkdtempSync(join(tmpdir(), "firn-copies-"));
const store = openLocalStore({ root: join(folder, "root"), settings: { fsyncMetadata: false } });
after(() => {
  store.close();
  deleteTree(folder);
});

const large = "x".repeat(1024 * 1024);

/** A run of a program a minute from now, when every file counts as left alone. */
class Run {
  copies = 0;
  private readonly trees: CopiedTrees;

  constructor(readOnly = false) {
    this.trees = new CopiedTrees({ folder: join(folder, "copies"), store, readOnly, now: Date.now() + 60_000 });
  }

  copy(path: string, name = "tree", method: "nar" | "flat" = "nar"): string {
    return this.trees.copy({ path, name, method, references: [] }, (filter) => {
      this.copies++;
      return store.addToStore(name, path, { method, algorithm: "sha256", filter }).path;
    });
  }
}

/** What a later run makes of `path`: the copy, and whether it was made anew. */
function again(path: string, readOnly = false): readonly [path: string, copies: number] {
  const run = new Run(readOnly);
  return [run.copy(path), run.copies];
}

test("a large file that was copied before is looked at and not read", () => {
  const file = join(folder, "large");
  writeFileSync(file, large);
  const first = new Run().copy(file);
  assert.deepEqual(again(file), [first, 0]);

  const run = new Run();
  assert.notEqual(run.copy(file, "other"), first);
  assert.notEqual(run.copy(file, "tree", "flat"), first);
  assert.equal(run.copies, 2);

  writeFileSync(file, large.replace("x", "y"));
  const [changed, copies] = again(file);
  assert.notEqual(changed, first);
  assert.equal(copies, 1);
  assert.deepEqual(again(file), [changed, 0]);

  chmodSync(file, 0o755);
  assert.notEqual(again(file)[0], changed);
});

test("a folder counts as copied while nothing in it was touched", () => {
  const tree = join(folder, "folder");
  mkdirSync(join(tree, "below"), { recursive: true });
  for (let n = 0; n < 64; n++) writeFileSync(join(tree, `below/${n}`), `${n}`);
  const first = new Run().copy(tree);
  assert.deepEqual(again(tree), [first, 0]);
  const changes = [
    () => writeFileSync(join(tree, "below/7"), "8"),
    () => writeFileSync(join(tree, "below/new"), ""),
    () => symlinkSync("below", join(tree, "link")),
    () => deleteTree(join(tree, "below/9")),
  ];
  const seen = new Set([first]);
  for (const change of changes) {
    change();
    const [path, copies] = again(tree);
    assert.equal(copies, 1, change.toString());
    seen.add(path);
    assert.deepEqual(again(tree), [path, 0]);
  }
  assert.equal(seen.size, 1 + changes.length);
});

test("what has only just been written, is small or lies behind a link is copied each time", () => {
  const file = join(folder, "young");
  writeFileSync(file, large);
  const now = (): CopiedTrees => new CopiedTrees({ folder: join(folder, "copies"), store, readOnly: false });
  const tree = { path: file, name: "young", method: "nar", references: [] } as const;
  now().copy(tree, () => store.addToStore("young", file, { method: "nar", algorithm: "sha256" }).path);
  assert.equal(now().find(tree), undefined);

  const small = join(folder, "small");
  writeFileSync(small, "small");
  symlinkSync("large", join(folder, "link"));
  for (const path of [small, join(folder, "link")]) {
    const first = new Run().copy(path);
    assert.deepEqual(again(path), [first, 1]);
  }
});

test("a copy that is not in the store any more is made again", () => {
  const file = join(folder, "collected");
  writeFileSync(file, `${large}!`);
  const other = openLocalStore({ root: join(folder, "other"), settings: { fsyncMetadata: false } });
  const inOther = new CopiedTrees({
    folder: join(folder, "copies"),
    store: other,
    readOnly: false,
    now: Date.now() + 60_000,
  });
  const first = new Run().copy(file);
  const tree = { path: file, name: "tree", method: "nar", references: [] } as const;
  assert.equal(inOther.find(tree), undefined);
  other.close();
  // A name is the same in any store.
  assert.deepEqual(again(file, true), [first, 0]);
});
