// How errors look, against the real Nix: golden/rendered.json holds sources, and what Nix 2.34.8 wrote of each to a pipe
// (`plain`, and `trace` with --show-trace) and to a terminal (`color`) for `nix-instantiate --eval --strict -`. The errors
// are made here by hand as the evaluator would make them, so that this tests the looks alone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bestMatches, EvalError, hint, literalHint, renderError, ThrownError, TypeError, uncolored } from "./index.ts";
import type { BaseError, Position } from "./index.ts";

interface GoldenCase {
  readonly name: string;
  readonly source: string;
  readonly plain: string;
  readonly color: string;
  readonly trace?: string;
}

/** A place in the source of a case: where a text first stands. */
type Place = (text: string) => Position;

const golden = JSON.parse(readFileSync(new URL("golden/rendered.json", import.meta.url), "utf8")) as GoldenCase[];

const errorsByName: Record<string, (at: Place) => BaseError> = {
  "a missing attribute with its neighbours": (at) =>
    missing("fop", at("{"), ["foo", "fob", "foz", "fooo", "food", "fo", "bar"]),
  "one neighbour": (at) => missing("fop", at("{"), ["foo"]),
  "two neighbours": (at) => missing("fop", at("{"), ["foo", "fooo"]),
  "a neighbour too far away": (at) => missing("fop", at("{"), ["foobar"]),
  "a name that needs quotes": (at) =>
    new EvalError(hint`attribute '${'"a c"'}' missing`, at("{")).withSuggestions(bestMatches(["a b"], "a c")),
  "an error on a middle line": (at) =>
    new TypeError(hint`expected a set but found ${"an integer"}: ${uncolored("\x1b[36;1m1\x1b[0m")}`).addTrace(
      at("x.y"),
      literalHint("while selecting an attribute"),
    ),
  "tabs in source and message": (at) => thrown("a\tb", at("throw")),
  "carriage returns": (at) => thrown("a\r\nb", at("throw")),
  "wide characters before a tab": (at) => thrown("e\xcc\x81\tx", at("throw")),
  "a message of several lines": (at) => thrown("a\nb\n\n  c  \nd\n\n", at("throw")),
  "an empty message": (at) => thrown("", at("throw")),
  "context from the program": (at) => inContext(thrown("x", at("throw")), ["inner", "outer"]),
  "empty context": (at) => inContext(thrown("x", at("throw")), [""]),
  "more context than is shown": (at) =>
    inContext(
      thrown("x", at("throw")),
      Array.from({ length: 8 }, (_, index) => `c ${index + 1}`),
    ),
  "context that repeats often": (at) => inContext(thrown("x", at("throw")), Array(8).fill("c")),
  "context that repeats seldom": (at) => inContext(thrown("x", at("throw")), Array(3).fill("c")),
  "context that alternates": (at) =>
    inContext(
      thrown("x", at("throw")),
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? "odd" : "even")),
    ),
  "escape sequences in a message": (at) => thrown("a\x1b[31mred\x1b[0m b\x07c\x1b]8;;u\x1b\\d", at("throw")),
};

function missing(name: string, position: Position, names: readonly string[]): BaseError {
  return new EvalError(hint`attribute '${name}' missing`, { position, suggestions: bestMatches(names, name) });
}

function thrown(message: string, position: Position): BaseError {
  return new ThrownError(message).addTrace(position, hint`while calling the '${"throw"}' builtin`);
}

function inContext(error: BaseError, contexts: readonly string[]): BaseError {
  for (const context of contexts) error.addTrace(undefined, context, "always");
  return error;
}

for (const { name, source, plain, color, trace } of golden) {
  test(`${name} is shown as Nix shows it`, () => {
    const file = { origin: { kind: "stdin" } as const, text: source };
    const make = errorsByName[name];
    assert.ok(make !== undefined);
    const error = make((text) => ({ file, offset: source.indexOf(text) }));
    assert.equal(renderError(error), plain);
    assert.equal(renderError(error, { color: true }), color);
    if (trace !== undefined) assert.equal(renderError(error, { showTrace: true }), trace);
  });
}

test("every error of the golden file is made here", () => {
  assert.deepEqual(Object.keys(errorsByName).toSorted(), golden.map(({ name }) => name).toSorted());
});
