// How toml11 gets on after a mistake: what it skips before it reads again. The skipping is rough, so a mistake may be
// followed by reports that only it explains; they are as much a part of the message as the first one.

import type { Cursor } from "./cursor.ts";
import { literal } from "./scanner.ts";
import { arrayTableHeader, newline, tableHeader, whitespace } from "./syntax.ts";

/**
 * Thrown where toml11 would not come to an end: it does not get past a comment while it skips. What was found so far is then
 * all there is to tell.
 */
export class EndlessRecovery extends Error {}

export function skipComments(cursor: Cursor): void {
  while (!cursor.isAtEnd) {
    cursor.take(whitespace);
    if (cursor.char === "#") throw new EndlessRecovery();
    if (!cursor.take(newline)) return;
  }
}

export function skipPair(cursor: Cursor): void {
  while (!cursor.isAtEnd && cursor.char !== "\n") {
    if (cursor.char === "=") {
      skipValue(cursor);
      return;
    }
    cursor.advance();
  }
}

export function skipValue(cursor: Cursor): void {
  switch (cursor.char) {
    case '"':
    case "'":
      skipString(cursor);
      return;
    case "[":
      skipArray(cursor);
      return;
    case "{":
      skipInlineTable(cursor);
      return;
    default:
      while (!cursor.isAtEnd && !"\n,]}".includes(cursor.char)) cursor.advance();
  }
}

function skipString(cursor: Cursor): void {
  const quote = cursor.char;
  const long = literal(quote.repeat(3));
  if (cursor.take(long)) {
    while (!cursor.isAtEnd && !cursor.take(long)) cursor.advance();
    return;
  }
  while (!cursor.isAtEnd) {
    cursor.advance();
    if (cursor.char === quote || cursor.char === "\n") {
      cursor.advance();
      return;
    }
  }
}

function isAtHeader(cursor: Cursor): boolean {
  return cursor.isAt(tableHeader) || cursor.isAt(arrayTableHeader);
}

function skipArray(cursor: Cursor): void {
  cursor.advance();
  while (!cursor.isAtEnd && cursor.char !== "]") {
    if (cursor.char === "[" && isAtHeader(cursor)) return;
    if (cursor.char === "=") {
      // No pair stands in an array: its line is taken for one that comes after an array without end.
      cursor.at = cursor.source.text.lastIndexOf("\n", cursor.at) + 1;
      return;
    }
    skipInside(cursor);
  }
}

function skipInlineTable(cursor: Cursor): void {
  cursor.advance();
  while (!cursor.isAtEnd && cursor.char !== "\n" && cursor.char !== "}") {
    if (cursor.char === "[" && isAtHeader(cursor)) return;
    skipInside(cursor);
  }
}

/** One step inside an array or table. What is skipped of an inner one ends before its bracket. */
function skipInside(cursor: Cursor): void {
  if (cursor.char === "#") skipComments(cursor);
  else if (`"'[{`.includes(cursor.char)) skipValue(cursor);
  else cursor.advance();
}

export function skipUntilHeader(cursor: Cursor): void {
  while (!cursor.isAtEnd) {
    if (cursor.char === "\n") {
      cursor.advance();
      const lineStart = cursor.at;
      cursor.take(whitespace);
      if (isAtHeader(cursor)) {
        cursor.at = lineStart;
        return;
      }
    }
    cursor.advance();
  }
}
