// TOML's strings. The text is looked at as a whole first, up to its closing quotes, and then its escapes are put in place.

import { encodeUtf8 } from "../json/scanner.ts";
import { Cursor } from "./cursor.ts";
import { TomlProblem, TomlSource } from "./report.ts";
import { escapedNewline, strings } from "./syntax.ts";

type Kind = keyof typeof strings;

/** The cursor is at a quote. */
export function readString(cursor: Cursor): string {
  const { text } = cursor.source;
  if (cursor.char === '"') return readKind(cursor, text.startsWith('"""', cursor.at) ? "ml_basic" : "basic");
  return readKind(cursor, text.startsWith("'''", cursor.at) ? "ml_literal" : "literal");
}

/** A key: with three quotes it is an empty one and something behind it. */
export function readShortString(cursor: Cursor): string {
  return readKind(cursor, cursor.char === '"' ? "basic" : "literal");
}

function readKind(cursor: Cursor, kind: Kind): string {
  const whole = cursor.read(strings[kind]);
  if (whole === undefined) {
    throw cursor.missing(`toml::parse_${kind}_string: invalid string format`, strings[kind]);
  }
  const isLong = kind === "ml_basic" || kind === "ml_literal";
  const inner = isLong ? whole.slice(3, -3).replace(/^\r?\n/, "") : whole.slice(1, -1);
  return kind === "literal" || kind === "ml_literal" ? inner : unescape(inner);
}

function unescape(text: string): string {
  let result = "";
  let from = 0;
  for (let at = text.indexOf("\\"); at >= 0; at = text.indexOf("\\", from)) {
    result += text.slice(from, at);
    const lineEnd = escapedNewline.scan(text, at);
    if (lineEnd >= 0) {
      from = lineEnd;
      continue;
    }
    const letter = text.charAt(at + 1);
    const length = { u: 4, U: 8 }[letter] ?? 0;
    from = at + 2 + length;
    result += length > 0 ? codePoint(text, at, from) : (simple[letter] as string);
  }
  return result + text.slice(from);
}

const simple: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  '"': '"',
  "\\": "\\",
};

/** Its bytes. What is wrong with it is shown in the text behind the backslash, which toml11 looks at apart. */
function codePoint(text: string, start: number, end: number): string {
  const code = Number.parseInt(text.slice(start + 2, end), 16);
  const wrong = (what: string, remark: string): TomlProblem => {
    const place = new TomlSource(text.slice(start), "internal temporary").span(1, end - start);
    return new TomlProblem(`toml::parse_utf8_codepoint: ${what}`, [{ place, text: remark }]);
  };
  if (code >= 0xd800 && code <= 0xdfff) throw wrong("[0xD800, 0xDFFF] is not a valid UTF-8", "here");
  if (code > 0x10ffff) throw wrong("input codepoint is too large.", "must be in range [0x00, 0x10FFFF]");
  return encodeUtf8(code);
}
