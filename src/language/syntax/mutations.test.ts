// Whatever the text, the parser yields a tree or a language error, and a syntax error names the token that was not expected:
// the automaton behind the wording stops where the parser stops.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import * as fc from "fast-check";

import { BaseError, isKnownPosition, ParseError } from "../errors/index.ts";
import { parseFile, printExpr } from "./index.ts";

const folder = new URL("golden/", import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as { source: string }[])
  .map(({ source }) => source);

const words =
  "{ } ( ) [ ] \" '' ${ $ \\ ; : , . ... ? @ = == < <= ++ // / -> ! && || |> or let in rec with if then else a 1 1.5 ./a <a> a:b # /*";
const insertion = fc.oneof(fc.constantFrom(...words.split(" ")), fc.constantFrom(...sources));

/** A source with one piece cut out and another put in its place. */
const mutated = fc
  .record({ source: fc.constantFrom(...sources), at: fc.nat(100), cut: fc.nat(6), insertion })
  .map(({ source, at, cut, insertion: put }) => {
    const start = Math.floor((at / 100) * source.length);
    return `${source.slice(0, start)} ${put} ${source.slice(start + cut)}`;
  });

test("any text parses or fails with an error of the language that has a place in it", () => {
  fc.assert(
    fc.property(mutated, (text) => {
      try {
        const features = new Set(["pipe-operators"]);
        printExpr(
          parseFile({ origin: { kind: "string" }, text, baseDirectory: "/", homeDirectory: "/", features }).expr,
        );
      } catch (error) {
        assert.ok(error instanceof BaseError);
        assert.ok(isKnownPosition(error.position));
        if (error instanceof ParseError) assert.notEqual(error.message, "syntax error");
      }
    }),
    { numRuns: 5000 },
  );
});
