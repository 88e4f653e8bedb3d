import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { KeyTree } from "./key-tree.ts";

const treeOf = (keys: readonly number[]): { readonly tree: KeyTree<number, string>; readonly isNew: boolean[] } => {
  const tree = new KeyTree<number, string>((a, b) => a < b);
  return { tree, isNew: keys.map((key) => tree.insert(key, `element ${key}`)) };
};

test("each key is there once, and they come in order with what they were inserted with", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (keys) => {
      const { tree, isNew } = treeOf(keys);
      assert.deepEqual(
        isNew,
        keys.map((key, index) => keys.indexOf(key) === index),
      );
      const sorted = [...new Set(keys)].toSorted((a, b) => a - b);
      assert.deepEqual(
        [...tree.entries()].map(({ key, element }) => [key, element]),
        sorted.map((key) => [key, `element ${key}`]),
      );
    }),
  );
});

test("an insertion into a thousand keys in order compares with few of them", () => {
  let compared = 0;
  const tree = new KeyTree<number, undefined>((a, b) => {
    compared++;
    return a < b;
  });
  for (let key = 0; key < 1000; key++) tree.insert(key, undefined);
  compared = 0;
  tree.insert(1000, undefined);
  assert.ok(compared <= 21, `${compared} comparisons`);
});

test("a comparison that fails leaves the tree as it was", () => {
  const tree = new KeyTree<number | string, undefined>((a, b) => {
    if (typeof a !== typeof b) throw new Error("of different kinds");
    return a < b;
  });
  for (const key of [2, 1, 3]) tree.insert(key, undefined);
  assert.throws(() => tree.insert("x", undefined), /of different kinds/);
  assert.deepEqual(
    [...tree.entries()].map(({ key }) => key),
    [1, 2, 3],
  );
});
