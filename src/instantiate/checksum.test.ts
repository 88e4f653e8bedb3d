import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { checksum } from "./checksum.ts";

test("bytes have one checksum wherever they lie, and another when one of them changes or the length does", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, change) => {
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      const sum = checksum(Uint8Array.from(bytes));
      assert.equal(checksum(shifted.subarray(1)), sum);
      const changed = Uint8Array.from(bytes);
      changed[at % bytes.length] = (changed[at % bytes.length] as number) ^ change;
      assert.notEqual(checksum(changed), sum);
      assert.notEqual(checksum(shifted), sum);
    }),
  );
});
