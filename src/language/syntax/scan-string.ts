// The insides of strings: from one offset up to an interpolation, an escape or the closing quotes.

import type { Offset } from "./ast.ts";

export interface StringPart {
  /** Escapes undone; a byte string. */
  readonly contents: string;
  readonly end: Offset;
  /** A NUL stands in the text, which no Nix string can hold. */
  readonly hasNul: boolean;
}

export interface IndentedStringPart extends StringPart {
  readonly hasIndentation: boolean;
}

const dollar = 36;
const quote = 34;
const apostrophe = 39;
const backslash = 92;
const braceOpen = 123;
const carriageReturn = 13;
const lineFeed = 10;

/**
 * The contents of a `"…"` string up to `"`, `${` or the end of the text; empty when an escape is cut off right away. CR
 * and CRLF become LF (unescapeStr).
 */
export function scanStringPart(text: string, start: Offset): StringPart {
  let contents = "";
  let hasNul = false;
  let copied = start;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) break;
    if (code === dollar) {
      const following = text.charCodeAt(at + 1);
      if (following === braceOpen || at + 1 >= text.length) break;
      if (following === backslash) {
        if (at + 2 >= text.length) break;
        at++;
      } else if (following === quote || following === 0 || following === carriageReturn) {
        at++;
      } else {
        at += 2;
      }
    } else if (code === backslash) {
      if (at + 1 >= text.length) break;
      contents += text.slice(copied, at) + unescape(text.charAt(at + 1));
      at += 2;
      copied = at;
    } else if (code === carriageReturn) {
      contents += text.slice(copied, at) + "\n";
      at += text.charCodeAt(at + 1) === lineFeed ? 2 : 1;
      copied = at;
    } else {
      if (code === 0) hasNul = true;
      at++;
    }
  }
  return { contents: contents + text.slice(copied, at), end: at, hasNul };
}

function unescape(escaped: string): string {
  switch (escaped) {
    case "n":
      return "\n";
    case "r":
      return "\r";
    case "t":
      return "\t";
    default:
      return escaped;
  }
}

/**
 * The next piece of an indented string, which is text or a single escape, or `close` at its closing quotes. The caller
 * has looked for `${` and the end of the text.
 */
export function scanIndentedStringPart(text: string, start: Offset): IndentedStringPart | "close" {
  const end = endOfIndentedText(text, start);
  if (end > start) {
    const contents = text.slice(start, end);
    return { contents, end, hasNul: contents.includes("\0"), hasIndentation: true };
  }
  const escape = (contents: string, length: number): IndentedStringPart => ({
    contents,
    end: start + length,
    hasNul: false,
    hasIndentation: false,
  });
  if (text.charCodeAt(start) === dollar) return escape("$", 1);
  if (text.charCodeAt(start + 1) !== apostrophe) return escape("'", 1);
  switch (text.charCodeAt(start + 2)) {
    case dollar:
      return escape("$", 3);
    case apostrophe:
      return escape("''", 3);
    case backslash:
      return start + 3 < text.length ? escape(unescape(text.charAt(start + 3)), 4) : "close";
    default:
      return "close";
  }
}

function endOfIndentedText(text: string, start: Offset): Offset {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === dollar || code === apostrophe) {
      const following = text.charCodeAt(at + 1);
      if (at + 1 >= text.length || following === apostrophe) break;
      if (following === (code === dollar ? braceOpen : dollar)) break;
      at += 2;
    } else {
      at++;
    }
  }
  return at;
}
