import assert from "node:assert/strict";
import { test } from "node:test";
import { Visited } from "./visited.ts";

test("a place is new once, however many there are", () => {
  const visited = new Visited(10);
  const places = Array.from({ length: 35 }, () => ({}));
  for (const place of places) assert.equal(visited.add(place), true);
  for (const place of places) assert.equal(visited.add(place), false);
  assert.equal(visited.add({}), true);
});
