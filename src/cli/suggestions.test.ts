import assert from "node:assert/strict";
import { test } from "node:test";
import { editDistance, listNames, nearestNames } from "./suggestions.ts";

test("the nearest names come first, and none that is far", () => {
  assert.deepEqual(nearestNames("biuld", ["build", "eval", "bundle", "builds"]), ["build"]);
  assert.deepEqual(nearestNames("evl", ["eval", "env", "log"]), ["eval", "env"]);
  assert.deepEqual(nearestNames("xyzzy", ["build"]), []);
});

test("the distance counts letters to change", () => {
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("", "abc"), 3);
});

test("names are listed as Nix lists them", () => {
  assert.equal(listNames(["a"]), "a");
  assert.equal(listNames(["a", "b", "c"]), "one of a, b or c");
});
