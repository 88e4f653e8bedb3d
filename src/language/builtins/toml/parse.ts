// TOML 1.0. Bytes in and out; dates and times are kept as text.

import { encodeUtf8 } from "../json/scanner.ts";
import { type Key, newTable, TomlDocument, type TomlTable, type TomlValue } from "./document.ts";
import { parseScalar } from "./scalars.ts";
import { TomlError, tomlError } from "./toml-error.ts";

/** Throws TomlError. */
export function parseToml(source: string): TomlTable {
  return new TomlParser(source).parse();
}

/** All that a number, date or time consists of; a date may be joined to a time by a space. */
const scalarToken = /\d{4}-\d{2}-\d{2} \d{2}:[0-9:.]+(?:[Zz]|[+-]\d{2}:\d{2})?|[+-]?[0-9A-Za-z_.:+-]+/y;

const keyTitle = `toml::parse_simple_key: invalid key: key must be "quoted", 'quoted-literal', or bare key.`;
const keyRemark = "expected alpha [a-zA-Z], digit [0-9], -, or _";
const keyHint = "non-ASCII scripts are allowed in toml v1.1.0, but not in v1.0.0.";
const headerRemark = `expected basic key([a-zA-Z0-9_-]) or quoted key(" or ')`;

/** Names with dots between them: each bare, a literal string, or a basic one with its escapes. */
const headerKey = (() => {
  const rest = String.raw`\x00-\x08\x0a-\x1f\x7f`;
  const escape = String.raw`\\(?:["\\bfnrt]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})`;
  const name = String.raw`(?:[A-Za-z0-9_-]+|'[^'${rest}]*'|"(?:[^"\\${rest}]|${escape})*")`;
  return new RegExp(String.raw`${name}(?:[ \t]*\.[ \t]*${name})*`, "y");
})();

/** What is said where a line goes on. The second text ends in the line end that it names. */
const afterPair = ["toml::parse_table: newline (LF / CRLF) or EOF is expected", "here"] as const;
const afterHeader = ["toml::parse_file: newline (or EOF) expected", "expected 0x0a(LINE FEED) or \r\n"] as const;

const numberWords = "from `1` to `9` or digit [0-9] or inf or nan";

/** By the letter that a value begins with: the word that it seems to mean, and what could stand there. */
const misspelled: Readonly<Record<string, readonly [word: string, expected: string]>> = {
  i: ["inf", numberWords],
  I: ["inf", numberWords],
  n: ["nan", numberWords],
  N: ["nan", numberWords],
  T: ["true", "true or false"],
  F: ["false", "true or false"],
};

class TomlParser {
  private readonly source: string;
  private readonly document: TomlDocument;
  private at = 0;

  constructor(source: string) {
    this.source = source;
    this.document = new TomlDocument(source);
    if (source.startsWith("\xef\xbb\xbf")) this.at = 3;
  }

  parse(): TomlTable {
    let open = this.document.root;
    for (;;) {
      this.skipBlank();
      if (this.at >= this.source.length) return this.document.root;
      if (this.source[this.at] === "[") {
        open = this.header();
        this.endLine(afterHeader);
      } else {
        this.keyValue(open);
        this.endLine(afterPair);
      }
    }
  }

  private fail(title: string, at: number, remark: string, hints: readonly string[] = []): TomlError {
    return tomlError(this.source, title, [{ place: { start: at, end: at + 1 }, text: remark }], hints);
  }

  private get char(): string | undefined {
    return this.source[this.at];
  }

  private take(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  private skipSpaces(): void {
    while (this.char === " " || this.char === "\t") this.at++;
  }

  private skipComment(): void {
    if (this.char !== "#") return;
    const end = this.source.indexOf("\n", this.at);
    this.at = end < 0 ? this.source.length : end;
  }

  /** Spaces, comments and line ends. */
  private skipBlank(): void {
    for (;;) {
      this.skipSpaces();
      this.skipComment();
      if (!this.take("\n") && !this.take("\r\n")) return;
    }
  }

  private endLine([title, remark]: readonly [title: string, remark: string]): void {
    this.skipSpaces();
    const before = this.at;
    this.skipComment();
    if (this.at >= this.source.length || this.char === "\n" || this.source.startsWith("\r\n", this.at)) return;
    throw this.fail(title, before, remark);
  }

  /** A header is looked at as a whole before its names are read: a quoted one that has no end, or no meaning, is none. */
  private header(): TomlTable {
    const start = this.at;
    const isArray = this.take("[[");
    if (!isArray) this.at++;
    const title = `toml::parse_file: invalid ${isArray ? "array-table" : "table"} key`;
    this.skipSpaces();
    const keyStart = this.at;
    headerKey.lastIndex = keyStart;
    if (!headerKey.test(this.source)) throw this.fail(title, this.at, headerRemark);
    const keyEnd = headerKey.lastIndex;
    this.at = keyEnd;
    this.skipSpaces();
    const close = isArray ? "]]" : "]";
    if (!this.take(close)) throw this.fail(title, this.at, `expected ${close}`);
    const place = { start, end: this.at };
    const key = this.headerNames(keyStart, keyEnd);
    this.at = place.end;
    return isArray ? this.document.openArrayTable(key, place) : this.document.openTable(key, place);
  }

  /** What looked like a name may still say a character that there is none of. */
  private headerNames(start: number, end: number): Key {
    this.at = start;
    try {
      return this.key();
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      throw this.fail("toml::parse_file: invalid table key", end, "expected [");
    }
  }

  private keyValue(open: TomlTable): void {
    const key = this.key();
    this.skipSpaces();
    if (!this.take("=")) {
      throw this.fail("toml::parse_key_value_pair: invalid key value separator `=`", this.at, "expected =");
    }
    this.skipSpaces();
    this.document.setValue(open, key, this.value());
  }

  private key(): Key {
    const start = this.at;
    const names = [this.simpleKey()];
    let end = this.at;
    for (;;) {
      this.skipSpaces();
      if (!this.take(".")) break;
      this.skipSpaces();
      names.push(this.simpleKey());
      end = this.at;
    }
    this.at = Math.max(end, this.at);
    return { names, place: { start, end } };
  }

  private simpleKey(): string {
    if (this.char === '"') return this.basicString();
    if (this.char === "'") return this.literalString();
    const bare = /^[A-Za-z0-9_-]+/.exec(this.source.slice(this.at, this.at + 1024))?.[0];
    if (bare === undefined) throw this.fail(keyTitle, this.at, keyRemark, [keyHint]);
    this.at += bare.length;
    return bare;
  }

  private value(): TomlValue {
    const start = this.at;
    const scalar = (value: string | boolean): TomlValue => ({ kind: "scalar", place: { start, end: this.at }, value });
    switch (this.char) {
      case '"':
        return scalar(this.source.startsWith('"""', this.at) ? this.longBasicString() : this.basicString());
      case "'":
        return scalar(this.source.startsWith("'''", this.at) ? this.longLiteralString() : this.literalString());
      case "[":
        return this.list(start);
      case "{":
        return this.inlineTable(start);
      case "t":
      case "f":
        if (this.take("true")) return scalar(true);
        if (this.take("false")) return scalar(false);
        throw this.fail(
          'toml::parse_boolean: invalid boolean: boolean must be `true` or `false`, in lowercase. string must be surrounded by `"`',
          start,
          "expected true or false",
        );
      default:
        return this.numberOrTime(start);
    }
  }

  /** What begins as one of the known words is taken for it in the wrong case. */
  private unknownValue(start: number): Error {
    const known = misspelled[this.source.charAt(start)];
    if (known === undefined) return this.fail("bad format: unknown value appeared", start, "here");
    const [word, expected] = known;
    const message = `toml::parse_value: \`${word}\` must be in lowercase. A string must be surrounded by quotes.`;
    return this.fail(message, start, `expected ${expected}`);
  }

  private numberOrTime(start: number): TomlValue {
    scalarToken.lastIndex = start;
    const token = scalarToken.exec(this.source)?.[0];
    const parsed = token === undefined ? undefined : parseScalar(token);
    if (token === undefined || parsed === undefined) {
      throw this.unknownValue(start);
    }
    if ("problem" in parsed) {
      const { title, at, remark, hints } = parsed.problem;
      throw this.fail(title, start + at, remark, hints);
    }
    this.at = start + token.length;
    return { kind: "scalar", place: { start, end: this.at }, value: parsed.value };
  }

  private list(start: number): TomlValue {
    this.at++;
    const items: TomlValue[] = [];
    for (;;) {
      this.skipBlank();
      if (this.take("]")) break;
      if (this.char === undefined) {
        throw this.fail("toml::parse_array: missing closing bracket `]`", this.at, "expected `]`, reached EOF");
      }
      items.push(this.value());
      const behind = this.at;
      this.skipBlank();
      if (this.take(",")) continue;
      if (this.take("]")) break;
      const title = "toml::parse_array: expected value-separator `,` or closing `]`";
      throw this.fail(title, this.char === undefined ? behind : this.at, "here");
    }
    return { kind: "list", place: { start, end: this.at }, items };
  }

  private inlineTable(start: number): TomlValue {
    this.at++;
    const table = newTable("inline", { start, end: start });
    this.skipSpaces();
    while (!this.take("}")) {
      this.keyValue(table);
      this.skipSpaces();
      if (this.take(",")) {
        this.skipSpaces();
        if (this.char === "}") {
          throw this.fail("toml::parse_inline_table: trailing comma is not allowed in TOML-v1.0.0)", this.at, "here");
        }
      } else if (this.char !== "}") {
        throw this.fail("toml::parse_inline_table: expected value-separator `,` or closing `}`", this.at, "here");
      }
    }
    closeInlineTables(table);
    table.place = { start, end: this.at };
    return table;
  }

  private basicString(): string {
    const start = this.at++;
    let result = "";
    for (;;) {
      const char = this.char;
      if (char === '"') {
        this.at++;
        return result;
      }
      if (char === "\\") {
        const escaped = this.escape();
        if (escaped === undefined) throw this.badString("basic", start, this.at, '"');
        result += escaped;
      } else if (char === undefined || isControl(char)) {
        throw this.badString("basic", start, this.at, '"');
      } else {
        result += char;
        this.at++;
      }
    }
  }

  private literalString(): string {
    const start = this.at++;
    const end = this.source.indexOf("'", this.at);
    const text = this.source.slice(this.at, end < 0 ? undefined : end);
    const bad = text.split("").findIndex(isControl);
    if (end < 0 || bad >= 0) throw this.badString("literal", start, this.at + (bad >= 0 ? bad : text.length), "'");
    this.at = end + 1;
    return text;
  }

  private longLiteralString(): string {
    return this.long("'''", () => undefined);
  }

  private longBasicString(): string {
    return this.long('"""', () => {
      if (this.char !== "\\") return undefined;
      const lineEnd = /^\\[ \t]*\r?\n[ \t\r\n]*/.exec(this.source.slice(this.at));
      if (lineEnd === null) return this.escape();
      this.at += lineEnd[0].length;
      return "";
    });
  }

  /** Up to two further quotes may stand before the three that end it. */
  private long(quotes: string, special: () => string | undefined): string {
    const kind = quotes === '"""' ? "ml_basic" : "ml_literal";
    const start = this.at;
    this.at += 3;
    if (!this.take("\n")) this.take("\r\n");
    let result = "";
    for (;;) {
      if (this.take(quotes)) {
        for (let i = 0; i < 2 && this.char === quotes[0]; i++) {
          result += quotes[0];
          this.at++;
        }
        return result;
      }
      const replaced = special();
      if (replaced !== undefined) {
        result += replaced;
        continue;
      }
      const char = this.char;
      const isLineEnd = char === "\n" || this.source.startsWith("\r\n", this.at);
      const isEscape = char === "\\" && quotes === '"""';
      if (char === undefined || isEscape || (isControl(char) && !isLineEnd)) {
        throw this.badString(kind, start, this.at, quotes);
      }
      result += char;
      this.at++;
    }
  }

  /** The bytes of an escape sequence; undefined, and the place kept, when it is none. */
  private escape(): string | undefined {
    const simple: Readonly<Record<string, string>> = {
      b: "\b",
      t: "\t",
      n: "\n",
      f: "\f",
      r: "\r",
      '"': '"',
      "\\": "\\",
    };
    const letter = this.source[this.at + 1] ?? "";
    const known = simple[letter];
    if (known !== undefined) {
      this.at += 2;
      return known;
    }
    const length = letter === "u" ? 4 : letter === "U" ? 8 : 0;
    const digits = this.source.slice(this.at + 2, this.at + 2 + length);
    if (length === 0 || digits.length !== length || !/^[0-9A-Fa-f]+$/.test(digits)) return undefined;
    const code = Number.parseInt(digits, 16);
    if (code >= 0xd800 && code <= 0xdfff)
      throw badCodePoint(letter + digits, "[0xD800, 0xDFFF] is not a valid UTF-8", "here");
    if (code > 0x10ffff) {
      throw badCodePoint(letter + digits, "input codepoint is too large.", "must be in range [0x00, 0x10FFFF]");
    }
    this.at += 2 + length;
    return encodeUtf8(code);
  }

  private badString(kind: string, start: number, at: number, expected: string): TomlError {
    return this.fail(`toml::parse_${kind}_string: invalid string format`, Math.max(at, start), `expected ${expected}`);
  }
}

/** toml11 looks at an escape sequence apart from the text that it stands in. */
function badCodePoint(sequence: string, what: string, remark: string): TomlError {
  const source = `\\${sequence}`;
  return tomlError(
    source,
    `toml::parse_utf8_codepoint: ${what}`,
    [{ place: { start: 1, end: source.length }, text: remark }],
    [],
    "internal temporary",
  );
}

/** Dotted keys inside an inline table make tables that are as closed as it is. */
function closeInlineTables(table: TomlTable): void {
  for (const value of table.entries.values()) {
    if (value.kind !== "table" || value.origin !== "dotted") continue;
    value.origin = "inline";
    closeInlineTables(value);
  }
}

function isControl(char: string): boolean {
  const code = char.charCodeAt(0);
  return (code < 0x20 && code !== 9) || code === 0x7f;
}
