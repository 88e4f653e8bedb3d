import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  addIntegers,
  divideIntegers,
  type Integer,
  multiplyIntegers,
  normaliseInteger,
  subtractIntegers,
} from "./integer.ts";

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }),
  fc.bigInt({ min: -100n, max: 100n }),
);

const operations: readonly [
  string,
  (a: Integer, b: Integer) => Integer | undefined,
  (a: bigint, b: bigint) => bigint,
][] = [
  ["adding", addIntegers, (a, b) => a + b],
  ["subtracting", subtractIntegers, (a, b) => a - b],
  ["multiplying", multiplyIntegers, (a, b) => a * b],
  ["dividing", divideIntegers, (a, b) => a / b],
];

for (const [name, compute, exact] of operations) {
  test(`${name} is exact to 64 bits and tells an overflow`, () => {
    fc.assert(
      fc.property(int64, int64, (a, b) => {
        fc.pre(name !== "dividing" || b !== 0n);
        const result = compute(normaliseInteger(a) as Integer, normaliseInteger(b) as Integer);
        assert.equal(result, normaliseInteger(exact(a, b)));
        assert.ok(!Object.is(result, -0));
      }),
    );
  });
}
