import assert from "node:assert/strict";
import { test } from "node:test";
import { Joiner } from "./joiner.ts";

test("many strings are joined as few are", () => {
  for (const count of [0, 1, 2, 255, 256, 257, 512, 1000]) {
    const parts = Array.from({ length: count }, (_, index) => `${index}`);
    const joiner = new Joiner(", ");
    for (const part of parts) joiner.add(part);
    assert.equal(joiner.joined(), parts.join(", "));
  }
});
