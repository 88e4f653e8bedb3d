// The stand-in for node:assert must fail where Node's fails: otherwise what passes in a page says nothing.

import strict from "node:assert/strict";
import { test } from "node:test";
import standIn from "./assert.ts";

class Point {
  readonly x = 1;
}

/** Others each time, but alike: what is compared with itself says little. */
function makeValues(): readonly unknown[] {
  const groups: readonly (readonly unknown[])[] = [
    [undefined, null, 0, -0, 1, 1n, NaN, "", "1", true, Symbol.iterator],
    [[], [1], [1, 2], [undefined], {}, { x: 1 }, { x: undefined }, { x: 1, y: [2] }, { x: 1, y: [3] }, new Point()],
    [new Map(), new Map([["a", [1]]]), new Map([["a", [2]]]), new Map([["b", [1]]]), new Map([["a", undefined]])],
    [new Set(), new Set([1]), new Set([2]), new Set([[1]]), new Set([[2]])],
    [Uint8Array.of(), Uint8Array.of(1), Uint8Array.of(2), Uint16Array.of(1), /a/, /a/g],
    [new Error("a"), new Error("b"), new TypeError("a"), Object.create(null), Object.assign([1], { x: 1 })],
  ];
  return groups.flat();
}

function passes(call: () => void): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

test("the stand-in finds equal what Node finds equal, and nothing else", () => {
  const values = makeValues();
  const copies = makeValues();
  for (const [i, a] of values.entries()) {
    for (const [j, b] of copies.entries()) {
      for (const name of ["equal", "notEqual", "deepEqual"] as const) {
        const ofNode = passes(() => Reflect.apply(strict[name], strict, [a, b]));
        strict.equal(
          passes(() => standIn[name](a, b)),
          ofNode,
          `${name} ${i} ${j}`,
        );
      }
    }
    strict.equal(
      passes(() => standIn(a)),
      passes(() => strict(a)),
    );
    strict.equal(
      passes(() => standIn.ok(a)),
      passes(() => strict.ok(a)),
    );
  }
});

test("the stand-in takes for the right error what Node takes for it, and nothing else", () => {
  const thrown = [new Error("a b"), new TypeError("a b"), Object.assign(new Error("c"), { code: "bad" })];
  const expected = [
    /a b/,
    /^Error/,
    Error,
    TypeError,
    { message: "a b" },
    { message: /b/ },
    { code: "bad" },
    { code: 1 },
  ];
  const checks = [(error: unknown) => error instanceof TypeError, () => false];
  for (const [index, want] of [...expected, ...checks].entries()) {
    for (const error of thrown) {
      const call = (): never => {
        throw error;
      };
      strict.equal(
        passes(() => standIn.throws(call, want)),
        passes(() => strict.throws(call, want)),
        `expectation ${index}`,
      );
    }
    strict.equal(
      passes(() => standIn.throws(() => undefined, want)),
      false,
    );
  }
  strict.equal(
    passes(() => standIn.throws(() => undefined)),
    false,
  );
});

test("the stand-in matches as Node matches", () => {
  for (const name of ["match", "doesNotMatch"] as const) {
    for (const text of ["ab", "b"]) {
      strict.equal(
        passes(() => standIn[name](text, /a/)),
        passes(() => strict[name](text, /a/)),
      );
    }
  }
});
