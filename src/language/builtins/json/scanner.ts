// JSON tokens, read as nlohmann's lexer reads them, because its complaints are what users see: they tell how far it had
// read when it stopped, and the text since the last number or string began.

import { describeControlCharacter, hexadecimal } from "./control-characters.ts";

export type Token =
  | "literal"
  | "string"
  | "unsigned"
  | "integer"
  | "float"
  | "["
  | "{"
  | "]"
  | "}"
  | ":"
  | ","
  | "error"
  | "end";

export class JsonScanner {
  private readonly text: string;
  /** Behind the last character read; one more than the length once the end was met. */
  private at = 0;
  /** Where the text begins that a complaint quotes. */
  private tokenStart = 0;
  /** Why the last token is an error. */
  complaint = "";
  /** The value of a literal; the text of a string or number. */
  literal: boolean | null = null;
  string = "";
  /** Whether the last string has characters that were escaped; only such a one can have a NUL. */
  isEscaped = false;

  constructor(text: string) {
    this.text = text;
    if (text.startsWith("\xef\xbb\xbf")) this.at = 3;
    else if (text.startsWith("\xef")) this.brokenMark = true;
  }

  private brokenMark = false;

  get isEmptyInput(): boolean {
    return this.text === "";
  }

  /** What was read since the last number or string began, control characters spelled out. */
  get lastRead(): string {
    return this.text
      .slice(this.tokenStart, this.at)
      .replace(/[\x00-\x1f]/g, (char) => `<U+${hexadecimal(char.charCodeAt(0), 4)}>`);
  }

  /** `line 1, column 2`: how many characters of the line had been read. */
  describePosition(token: Token): string {
    const isNumber = token === "unsigned" || token === "integer" || token === "float";
    const read = this.text.slice(0, this.at);
    const line = read.split("\n").length;
    // Behind a number the lexer has looked at the next character; taking back a newline leaves the column at 0.
    if (isNumber && this.text[this.at] === "\n") return `line ${line}, column 0`;
    return `line ${line}, column ${this.at - (read.lastIndexOf("\n") + 1)}`;
  }

  next(): Token {
    if (this.brokenMark) {
      this.brokenMark = false;
      this.at = this.text[1] === "\xbb" ? 3 : 2;
      return this.fail("invalid BOM; must be 0xEF 0xBB 0xBF if given");
    }
    const text = this.text;
    let code: number;
    do code = text.charCodeAt(this.at++);
    while (code === 0x20 || code === 9 || code === 10 || code === 13);
    switch (code) {
      case 0x5b:
        return "[";
      case 0x7b:
        return "{";
      case 0x5d:
        return "]";
      case 0x7d:
        return "}";
      case 0x3a:
        return ":";
      case 0x2c:
        return ",";
      case 0x22:
        return this.scanString();
      case 0x74:
        return this.scanLiteral("true", true);
      case 0x66:
        return this.scanLiteral("false", false);
      case 0x6e:
        return this.scanLiteral("null", null);
      case 0:
        return "end";
    }
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.scanNumber();
    if (Number.isNaN(code)) {
      this.at = text.length + 1;
      return "end";
    }
    return this.fail("invalid literal");
  }

  private fail(complaint: string): Token {
    this.complaint = complaint;
    return "error";
  }

  private scanLiteral(word: string, value: boolean | null): Token {
    for (let i = 1; i < word.length; i++) {
      if (this.text[this.at++] !== word[i]) return this.fail("invalid literal");
    }
    this.literal = value;
    return "literal";
  }

  private scanNumber(): Token {
    const text = this.text;
    const start = this.at - 1;
    this.tokenStart = start;
    const isNegative = text[start] === "-";
    if (isNegative && !this.isDigit()) return this.failBehind("invalid number; expected digit after '-'");
    const leading = isNegative ? text[this.at++] : text[start];
    if (leading !== "0") this.skipDigits();
    let token: Token = isNegative ? "integer" : "unsigned";
    if (text[this.at] === ".") {
      this.at++;
      if (!this.isDigit()) return this.failBehind("invalid number; expected digit after '.'");
      this.skipDigits();
      token = "float";
    }
    if (text[this.at] === "e" || text[this.at] === "E") {
      this.at++;
      if (text[this.at] === "+" || text[this.at] === "-") {
        this.at++;
        if (!this.isDigit()) return this.failBehind("invalid number; expected digit after exponent sign");
      } else if (!this.isDigit()) {
        return this.failBehind("invalid number; expected '+', '-', or digit after exponent");
      }
      this.skipDigits();
      token = "float";
    }
    this.string = text.slice(start, this.at);
    return token;
  }

  private isDigit(): boolean {
    const code = this.text.charCodeAt(this.at);
    return code >= 0x30 && code <= 0x39;
  }

  private skipDigits(): void {
    while (this.isDigit()) this.at++;
  }

  /** Fails after having read one more character. */
  private failBehind(complaint: string): Token {
    this.at++;
    return this.fail(complaint);
  }

  private scanString(): Token {
    const text = this.text;
    this.tokenStart = this.at - 1;
    let result = "";
    let copied = this.at;
    for (;;) {
      const code = text.charCodeAt(this.at++);
      if (code >= 0x20 && code < 0x80) {
        if (code === 0x22) {
          this.isEscaped = copied !== this.tokenStart + 1;
          this.string = result + text.slice(copied, this.at - 1);
          return "string";
        }
        if (code !== 0x5c) continue;
        result += text.slice(copied, this.at - 1);
        const escaped = this.scanEscape();
        if (escaped === undefined) return "error";
        result += escaped;
        copied = this.at;
      } else if (code >= 0x80) {
        if (!this.skipUtf8(code)) return this.fail("invalid string: ill-formed UTF-8 byte");
      } else if (Number.isNaN(code)) {
        return this.fail("invalid string: missing closing quote");
      } else {
        return this.fail(describeControlCharacter(code));
      }
    }
  }

  /** The bytes that an escape sequence stands for; undefined after a complaint. */
  private scanEscape(): string | undefined {
    const char = this.text[this.at++];
    switch (char) {
      case '"':
      case "\\":
      case "/":
        return char;
      case "b":
        return "\b";
      case "f":
        return "\f";
      case "n":
        return "\n";
      case "r":
        return "\r";
      case "t":
        return "\t";
      case "u":
        return this.scanCodePoint();
      default:
        this.fail("invalid string: forbidden character after backslash");
        return undefined;
    }
  }

  private scanCodePoint(): string | undefined {
    const first = this.scanHex();
    if (first === undefined) return undefined;
    if (first >= 0xdc00 && first <= 0xdfff) {
      this.fail("invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF");
      return undefined;
    }
    if (first < 0xd800 || first > 0xdbff) return encodeUtf8(first);
    const alone = "invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF";
    if (this.text[this.at++] !== "\\" || this.text[this.at++] !== "u") {
      this.fail(alone);
      return undefined;
    }
    const second = this.scanHex();
    if (second === undefined) return undefined;
    if (second < 0xdc00 || second > 0xdfff) {
      this.fail(alone);
      return undefined;
    }
    return encodeUtf8(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
  }

  private scanHex(): number | undefined {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const digit = "0123456789abcdef".indexOf((this.text[this.at++] ?? "x").toLowerCase());
      if (digit < 0) {
        this.fail("invalid string: '\\u' must be followed by 4 hex digits");
        return undefined;
      }
      value = value * 16 + digit;
    }
    return value;
  }

  private skipUtf8(first: number): boolean {
    const ranges = continuationRanges(first);
    if (ranges === undefined) return false;
    for (const [low, high] of ranges) {
      const code = this.text.charCodeAt(this.at++);
      if (!(code >= low && code <= high)) return false;
    }
    return true;
  }
}

type ByteRange = readonly [low: number, high: number];
const any: ByteRange = [0x80, 0xbf];

/** Which bytes may follow the first byte of a UTF-8 sequence; undefined when it cannot begin one. */
export function continuationRanges(first: number): readonly ByteRange[] | undefined {
  if (first < 0xc2 || first > 0xf4) return undefined;
  if (first <= 0xdf) return [any];
  if (first === 0xe0) return [[0xa0, 0xbf], any];
  if (first === 0xed) return [[0x80, 0x9f], any];
  if (first <= 0xef) return [any, any];
  if (first === 0xf0) return [[0x90, 0xbf], any, any];
  if (first === 0xf4) return [[0x80, 0x8f], any, any];
  return [any, any, any];
}

export function encodeUtf8(codePoint: number): string {
  if (codePoint < 0x80) return String.fromCharCode(codePoint);
  const last = 0x80 | (codePoint & 0x3f);
  if (codePoint < 0x800) return String.fromCharCode(0xc0 | (codePoint >> 6), last);
  const middle = 0x80 | ((codePoint >> 6) & 0x3f);
  if (codePoint < 0x10000) return String.fromCharCode(0xe0 | (codePoint >> 12), middle, last);
  return String.fromCharCode(0xf0 | (codePoint >> 18), 0x80 | ((codePoint >> 12) & 0x3f), middle, last);
}
