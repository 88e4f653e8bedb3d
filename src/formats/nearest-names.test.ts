import assert from "node:assert/strict";
import { test } from "node:test";
import { listAlternatives, nearestNames, type NearestOptions } from "./nearest-names.ts";

const near = (wanted: string, names: readonly string[], options?: NearestOptions): string[] =>
  nearestNames(wanted, names, options).map(({ name }) => name);

test("the nearest names come first, and none that is far", () => {
  assert.deepEqual(near("biuld", ["build", "eval", "bundle", "builds"]), ["build"]);
  assert.deepEqual(near("evl", ["eval", "env", "log"]), ["eval", "env"]);
  assert.deepEqual(near("xyzzy", ["build"]), []);
});

test("the distance counts insertions, deletions and replacements", () => {
  assert.deepEqual(nearestNames("kitten", ["sitting"], { farthest: 3 }), [{ name: "sitting", distance: 3 }]);
  assert.deepEqual(near("kitten", ["sitting"]), []);
  assert.deepEqual(nearestNames("", ["ab"]), [{ name: "ab", distance: 2 }]);
});

test("a swap of neighbours is two edits, or one where that is asked for", () => {
  assert.deepEqual(near("gti", ["git"], { farthest: 1 }), []);
  assert.deepEqual(nearestNames("gti", ["git"], { farthest: 1, swaps: true }), [{ name: "git", distance: 1 }]);
});

test("a name that is given twice is there once, and there are as many as were asked for", () => {
  assert.deepEqual(near("a", ["b", "b", "c", "d"], { limit: 2 }), ["b", "c"]);
});

test("alternatives are listed as Nix lists them", () => {
  assert.equal(listAlternatives(["a"]), "a");
  assert.equal(listAlternatives(["a", "b", "c"]), "one of a, b or c");
});
