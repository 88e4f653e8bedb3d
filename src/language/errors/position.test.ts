// Lines and columns; that Nix counts them in the same way is held by the goldens of syntax, whose errors show them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { codeLines, isKnownPosition, printPosition, snippet } from "./index.ts";

const check = (text: string, offset: number, place: string, lines: readonly (string | undefined)[]): void => {
  const position = { file: { origin: { kind: "path", path: "/f.nix" } as const, text }, offset };
  assert.equal(printPosition(position), `/f.nix:${place}`);
  const { previous, current, next } = codeLines(position);
  assert.deepEqual([previous, current, next], lines);
};

test("lines end at LF, CR and CRLF, and columns count bytes from 1", () => {
  check("ab", 1, "1:2", [undefined, "ab", undefined]);
  check("a\nb\nc", 2, "2:1", ["a", "b", "c"]);
  check("a\r\nb\rc", 3, "2:1", ["a", "b", "c"]);
  check("a\r\nb\rc", 2, "1:3", [undefined, "a", "b"]);
  check("\xc3\xa9x", 2, "1:3", [undefined, "\xc3\xa9x", undefined]);
  check("a\n", 2, "2:1", ["a", "", undefined]);
  check("a\n\r", 3, "3:1", ["", "", undefined]);
  check("", 0, "1:1", [undefined, undefined, undefined]);
});

test("a node without a place has no position", () => {
  const file = { origin: { kind: "stdin" } as const, text: "ab" };
  assert.ok(!isKnownPosition({ file, offset: -1 }));
  assert.ok(!isKnownPosition({ file, offset: 3 }));
  assert.ok(!isKnownPosition(undefined));
  assert.ok(isKnownPosition({ file, offset: 2 }));
});

test("a snippet has line feeds for line ends", () => {
  const file = { origin: { kind: "stdin" } as const, text: "ab\r\nc\rd" };
  assert.equal(snippet(file, 1, 7), "b\nc\nd");
});
