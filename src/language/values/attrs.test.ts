import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type Attrs, AttrsBuilder, emptyAttrs } from "./attrs.ts";
import { SymbolTable } from "./symbols.ts";

const table = new SymbolTable();

function attrsOf(entries: Iterable<readonly [string, number]>, pos = 0): Attrs {
  const builder = new AttrsBuilder();
  for (const [name, value] of entries) builder.set(table.intern(name), value, pos);
  return builder.build();
}

function entriesOf(attrs: Attrs): [string, unknown][] {
  return [...attrs.sortedEntries(table)];
}

const names = fc.integer({ min: 0, max: 120 }).map((n) => `n${n}`);
const sets = fc.array(fc.tuple(names, fc.integer()), { maxLength: 80 });

test("a chain of updates holds what the last one with each name said", () => {
  fc.assert(
    fc.property(fc.array(sets, { maxLength: 12 }), (chain) => {
      const expected = new Map<string, number>();
      let attrs = emptyAttrs;
      for (const entries of chain) {
        attrs = attrs.update(attrsOf(entries));
        for (const [name, value] of entries) expected.set(name, value);
        // Looked up while in layers, before the whole set is looked at.
        for (const [name, value] of expected) assert.equal(attrs.get(table.intern(name)), value);
        assert.equal(attrs.get(table.intern("absent")), undefined);
      }
      const sorted = [...expected].toSorted(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(entriesOf(attrs), sorted);
    }),
  );
});

test("an update keeps both operands as they were", () => {
  const base = attrsOf(Array.from({ length: 100 }, (_, i) => [`n${i}`, i] as const));
  const before = entriesOf(base);
  const over = attrsOf([["n5", -1]]);
  const merged = base.update(over);
  assert.equal(merged.size, 100);
  assert.deepEqual(entriesOf(base), before);
  assert.deepEqual(entriesOf(over), [["n5", -1]]);
});

test("positions follow their attributes through updates", () => {
  const base = attrsOf(
    Array.from({ length: 100 }, (_, i) => [`n${i}`, i] as const),
    7,
  );
  const merged = base.update(attrsOf([["n5", -1]], 9));
  assert.equal(merged.positionOf(table.intern("n5")), 9);
  assert.equal(merged.positionOf(table.intern("n6")), 7);
  assert.equal(merged.flat().positionOf(table.intern("n5")), 9);
});

test("of twenty thousand updates of a large set hardly any copies it", () => {
  let copies = 0;
  let attrs = attrsOf(Array.from({ length: 5000 }, (_, i) => [`n${i}`, i] as const));
  for (let i = 0; i < 20_000; i++) {
    attrs = attrs.update(attrsOf([[`m${i}`, i]]));
    // A set in layers has no slots of its own.
    if (attrs.values.length > 0) copies++;
  }
  assert.equal(attrs.size, 25_000);
  assert.ok(copies <= 8, `${copies} copies`);
});

test("names are listed by their bytes, whatever order they were met in", () => {
  const attrs = attrsOf([
    ["b", 1],
    ["a", 2],
    ["B", 3],
    ["a\xe9", 4],
    ["aa", 5],
  ]);
  assert.deepEqual(
    entriesOf(attrs).map(([name]) => name),
    ["B", "a", "aa", "a\xe9", "b"],
  );
});

test("a set is built like another one of the same names, in whatever order they come", () => {
  const build = (...symbols: readonly number[]): AttrsBuilder => {
    const builder = new AttrsBuilder();
    for (const symbol of symbols) builder.set(symbol, `${symbol}`);
    return builder;
  };
  const first = build(3, 1, 2).build();
  for (const symbols of [
    [1, 2, 3],
    [3, 1, 2],
  ]) {
    const like = build(...symbols).buildLike(first);
    assert.equal(like.shape, first.shape);
    assert.deepEqual(like.values, ["1", "2", "3"]);
  }
  const other = build(1, 2, 4).buildLike(first);
  assert.deepEqual(
    [other.symbols, other.values],
    [
      [1, 2, 4],
      ["1", "2", "4"],
    ],
  );
});

test("a set of many attributes is built as one of few, and each counts once", () => {
  for (const count of [1, 8, 9, 10, 100]) {
    const builder = new AttrsBuilder();
    for (let i = count; i > 0; i--) builder.set(i, 0);
    for (let i = 1; i <= count; i++) builder.set(i, i);
    assert.equal(builder.size, count);
    assert.equal(builder.has(count), true);
    assert.equal(builder.has(count + 1), false);
    const expected = Array.from({ length: count }, (_, index) => index + 1);
    const built = builder.build();
    assert.deepEqual([built.symbols, built.values], [expected, expected]);
  }
});

test("a set can be built of very many attributes in any order, some of them twice", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3000), { minLength: 1500, maxLength: 4000 }), fc.boolean(), (numbers, isSorted) => {
      const inOrder = isSorted ? numbers.toSorted((a, b) => a - b) : numbers;
      const builder = new AttrsBuilder();
      const expected = new Map<number, number>();
      for (const [value, number] of inOrder.entries()) {
        builder.set(table.known.key + number, value, number);
        expected.set(number, value);
        assert.ok(builder.has(table.known.key + number));
      }
      for (let number = 0; number <= 3000; number += 7) {
        assert.equal(builder.positionOf(table.known.key + number), expected.has(number) ? number : undefined);
      }
      const attrs = builder.build();
      const sorted = [...expected].toSorted(([a], [b]) => a - b);
      assert.deepEqual(
        attrs.symbols,
        sorted.map(([number]) => table.known.key + number),
      );
      assert.deepEqual(
        attrs.values,
        sorted.map(([, value]) => value),
      );
    }),
    { numRuns: 30 },
  );
});
