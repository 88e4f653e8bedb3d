import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { FirnError, fromByteString, JsonNumber, parseJson, printIndentedJson, printJson } from "./index.ts";
import type { JsonValue } from "./index.ts";

test("keys come in the order of their bytes, whatever they look like", () => {
  const value = { "10": 1, "9": 2, b: 3, Z: 4, "\u{1f642}": 5, "\uffff": 6, ["__proto__"]: 7, "": 8 };
  const printed = '{"":8,"10":1,"9":2,"Z":4,"__proto__":7,"b":3,"\uffff":6,"\u{1f642}":5}';
  assert.equal(fromByteString(printJson(value)), printed);
});

test("only what has to be is escaped", () => {
  assert.equal(printJson('"\\/\b\f\n\r\t\x00\x1f\x7f'), '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f"');
  assert.equal(printJson("ü"), '"\xc3\xbc"');
});

test("numbers that JavaScript would change stay as they were written", () => {
  const text = "[1,1.0,-0,1e5,9007199254740993,18446744073709551615,0.1]";
  assert.equal(printJson(parseJson(text)), text);
  assert.equal(printJson([12345678901234567890n, new JsonNumber("1.50")]), "[12345678901234567890,1.50]");
});

test("indented JSON is what JSON.stringify prints of sorted keys", () => {
  const value: JsonValue = { a: [], b: {}, c: [1, [true, null]], d: { e: "x", f: { g: 1.5 } } };
  assert.equal(printIndentedJson(value, 2), JSON.stringify(value, undefined, 2));
});

test("any JSON is printed and read back", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
      assert.deepEqual(JSON.parse(fromByteString(printJson(plain))), plain);
      assert.deepEqual(JSON.parse(fromByteString(printIndentedJson(plain, 2))), plain);
    }),
  );
});

test("what is not JSON is refused, and so is what nests too deep", () => {
  for (const text of ["", "{", "[1,]", "{'a':1}", "nul", "[".repeat(100_000) + "]".repeat(100_000)]) {
    assert.throws(() => parseJson(text), FirnError);
  }
});
