import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Attrs, AttrsBuilder, emptyAttrs } from "../../values/attrs.ts";
import { SymbolTable } from "../../values/symbols.ts";
import { readNames } from "./read-names.ts";

const name = fc.string({ unit: fc.constantFrom("a", "b", "c", "-", "0", " ", "~"), maxLength: 5 });
const objects = fc.dictionary(name, name, { minKeys: 1, maxKeys: 60 });

/** As a lock is written: sorted, though JavaScript has small numbers first. */
function textOf(object: Readonly<Record<string, string>>): string {
  const sorted = Object.keys(object).toSorted((a, b) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted.map((key) => [key, object[key]])));
}

/** The set as it is made of any other text: each key becomes a symbol. */
function madeAtOnce(table: SymbolTable, text: string): Attrs {
  const builder = new AttrsBuilder();
  for (const [key, value] of Object.entries(JSON.parse(text) as Record<string, string>)) {
    builder.set(table.intern(key), value);
  }
  return builder.build();
}

test("a set whose names stay in the text is as one that was made at once, down to the numbers of symbols", () => {
  fc.assert(
    fc.property(objects, fc.array(name), fc.array(name), fc.array(name), (object, before, asked, after) => {
      const text = textOf(object);
      const [one, other] = [new SymbolTable(), new SymbolTable()];
      for (const known of before) assert.equal(one.intern(known), other.intern(known));
      const left = readNames(one, text);
      const made = madeAtOnce(other, text);
      assert.ok(left !== undefined && left.inText !== undefined);
      // What is asked for one by one, before the whole is looked at.
      for (const key of asked) {
        assert.equal(one.find(key) === undefined, other.find(key) === undefined);
        const [symbol, expected] = [one.intern(key), other.intern(key)];
        assert.equal(left.get(symbol), made.get(expected));
        assert.equal(left.has(symbol), made.has(expected));
        assert.equal(left.positionOf(symbol), 0);
      }
      const names = (table: SymbolTable, attrs: Attrs): string[] => attrs.symbols.map((symbol) => table.name(symbol));
      const order = (table: SymbolTable): string[] =>
        [...new Set([...Object.keys(object), ...before, ...asked, ...after])].toSorted(
          (a, b) => table.intern(a) - table.intern(b),
        );
      for (const key of after) {
        one.intern(key);
        other.intern(key);
      }
      assert.deepEqual(order(one), order(other));
      assert.deepEqual(names(one, left), names(other, made));
      assert.equal(left.inText, undefined);
      assert.deepEqual([...left.sortedEntries(one)], [...made.sortedEntries(other)]);
    }),
    { numRuns: 500 },
  );
});

test("such a set can be updated, and be what another one is updated with", () => {
  fc.assert(
    fc.property(
      objects,
      fc.array(fc.dictionary(name, name), { maxLength: 4 }),
      fc.boolean(),
      (object, others, isFirst) => {
        const table = new SymbolTable();
        const text = textOf(object);
        const inText = readNames(table, text) as Attrs;
        const sets = others.map((other) => madeAtOnce(table, JSON.stringify(other)));
        const chain = isFirst ? [inText, ...sets] : [...sets, inText];
        const objectsInOrder = isFirst ? [object, ...others] : [...others, object];
        const expected: Record<string, string> = Object.assign({}, ...objectsInOrder) as Record<string, string>;
        const updated = chain.reduce((result, set) => result.update(set), emptyAttrs);
        for (const [key, value] of Object.entries(expected)) assert.equal(updated.get(table.intern(key)), value);
        const sorted = Object.keys(expected).toSorted((a, b) => (a < b ? -1 : 1));
        assert.deepEqual(
          [...updated.sortedEntries(table)],
          sorted.map((key) => [key, expected[key]]),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("two such sets share the numbers of the names that both have", () => {
  const table = new SymbolTable();
  const first = readNames(table, '{"a":"1","b":"2"}') as Attrs;
  const second = readNames(table, '{"b":"3","c":"4"}') as Attrs;
  assert.deepEqual(
    [...first.update(second).sortedEntries(table)],
    [
      ["a", "1"],
      ["b", "3"],
      ["c", "4"],
    ],
  );
  assert.ok(table.intern("a") < table.intern("b") && table.intern("b") < table.intern("c"));
  assert.equal(table.name(table.intern("c")), "c");
});

test("every other text is left to the reader of JSON", () => {
  const texts = [
    "",
    "{}",
    "[]",
    '{"a":1}',
    '{"a":"1",}',
    '{"a":"1"',
    '{"a":"1"}x',
    '{"a":"1"}\u00a0',
    '{"a" :"1"}',
    ' {"a":"1"}',
    '{"a":"\\n"}',
    '{"\\u0061":"1"}',
    '{"a":"\n"}',
    '{"a":"\u00e9"}',
    '{"a":"1","a":"2"}',
    '{"b":"1","a":"2","b":"3"}',
    '{"c":"1","b":"2","a":"3"}',
    '{"a":{"b":"c"}}',
    '{"a":"1","b":null}',
    '{"a":"1',
    '{"a',
  ];
  for (const text of texts) assert.equal(readNames(new SymbolTable(), text), undefined, text);
  for (const text of ['{"a":"1"}', '{"a":"1"}\n', '{"2":"1","0a":"2"}', '{"b":"1","a":"2"}', '{"":""}'])
    assert.ok(readNames(new SymbolTable(), text) !== undefined, text);
});
