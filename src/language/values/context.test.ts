import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ContextCollector,
  displayContextElement,
  parseContextElement,
  printContextElement,
  StringContext,
} from "./context.ts";

const opaque = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-source";
const drv = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-x.drv";

test("elements are written and read back as Nix writes them", () => {
  for (const text of [opaque, `=${drv}`, `!out!${drv}`, `!dev!!out!${drv}`]) {
    assert.equal(printContextElement(parseContextElement(text)), text);
  }
});

function shown(text: string): string {
  return displayContextElement("/nix/store", parseContextElement(text));
}

test("elements are shown in the syntax of users", () => {
  assert.equal(shown(opaque), `/nix/store/${opaque}`);
  assert.equal(shown(`!out!${drv}`), `/nix/store/${drv}^out`);
});

test("a context is a sorted set: opaque before deep before built", () => {
  const context = StringContext.ofWritten([`!out!${drv}`, `=${drv}`, opaque, `!dev!${drv}`, opaque]);
  assert.deepEqual(context.elements, [opaque, `=${drv}`, `!dev!${drv}`, `!out!${drv}`]);
});

test("merging shares what already holds everything", () => {
  const small = StringContext.ofWritten([opaque]);
  const large = StringContext.ofWritten([opaque, `=${drv}`]);
  assert.equal(large.merge(small), large);
  assert.equal(small.merge(large), large);
  const collector = new ContextCollector();
  collector.add(small);
  assert.equal(collector.context, small);
});
