import assert from "node:assert/strict";
import { test } from "node:test";
import { sortIntegers } from "./sort-integers.ts";

const cases: readonly (readonly [title: string, item: (index: number) => number])[] = [
  ["near each other", (index) => (index * 7919) % 10007],
  ["all the same", () => -5],
  ["on both sides of zero", (index) => ((index * 7919) % 10007) * (index % 2 === 0 ? 1 : -1)],
  ["as far apart as 32 bits reach", (index) => (index % 2) * (2 ** 32 - 1) - (index % 3)],
  ["farther apart", (index) => ((index * 7919) % 10007) * 2 ** 39],
  ["as large as a number holds", (index) => Number.MAX_SAFE_INTEGER - ((index * 7919) % 10007)],
];

for (const [title, item] of cases) {
  test(`many integers ${title} are sorted`, () => {
    for (const length of [1, 100, 10_000]) {
      const items = Array.from({ length }, (_, index) => item(index));
      assert.deepEqual(
        sortIntegers(items),
        items.toSorted((a, b) => a - b),
      );
    }
  });
}
