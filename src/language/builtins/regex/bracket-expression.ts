// `[…]`: which bytes it takes. Follows libstdc++'s reading of POSIX in the C locale: bytes are compared as signed chars,
// `-` may begin or end the list or end a range but not start one, a backslash is itself, `[=a=]` ignores case.

import { invalidRegex, type ByteSet } from "./syntax.ts";

/** The names that `[.name.]` knows beside single letters: those of the POSIX portable character set, by code. */
const collatingNames = [
  "NUL",
  "SOH",
  "STX",
  "ETX",
  "EOT",
  "ENQ",
  "ACK",
  "alert",
  "backspace",
  "tab",
  "newline",
  "vertical-tab",
  "form-feed",
  "carriage-return",
  "SO",
  "SI",
  "DLE",
  "DC1",
  "DC2",
  "DC3",
  "DC4",
  "NAK",
  "SYN",
  "ETB",
  "CAN",
  "EM",
  "SUB",
  "ESC",
  "IS4",
  "IS3",
  "IS2",
  "IS1",
  "space",
  "exclamation-mark",
  "quotation-mark",
  "number-sign",
  "dollar-sign",
  "percent-sign",
  "ampersand",
  "apostrophe",
  "left-parenthesis",
  "right-parenthesis",
  "asterisk",
  "plus-sign",
  "comma",
  "hyphen",
  "period",
  "slash",
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "colon",
  "semicolon",
  "less-than-sign",
  "equals-sign",
  "greater-than-sign",
  "question-mark",
  "commercial-at",
  "A",
  "B",
  "C",
  "D",
  "E",
  "F",
  "G",
  "H",
  "I",
  "J",
  "K",
  "L",
  "M",
  "N",
  "O",
  "P",
  "Q",
  "R",
  "S",
  "T",
  "U",
  "V",
  "W",
  "X",
  "Y",
  "Z",
  "left-square-bracket",
  "backslash",
  "right-square-bracket",
  "circumflex",
  "underscore",
  "grave-accent",
  "a",
  "b",
  "c",
  "d",
  "e",
  "f",
  "g",
  "h",
  "i",
  "j",
  "k",
  "l",
  "m",
  "n",
  "o",
  "p",
  "q",
  "r",
  "s",
  "t",
  "u",
  "v",
  "w",
  "x",
  "y",
  "z",
  "left-curly-bracket",
  "vertical-line",
  "right-curly-bracket",
  "tilde",
  "DEL",
];

const isIn = (byte: number, first: string, last: string): boolean =>
  byte >= first.charCodeAt(0) && byte <= last.charCodeAt(0);
const isUpper = (byte: number): boolean => isIn(byte, "A", "Z");
const isLower = (byte: number): boolean => isIn(byte, "a", "z");
const isDigit = (byte: number): boolean => isIn(byte, "0", "9");
const isAlnum = (byte: number): boolean => isUpper(byte) || isLower(byte) || isDigit(byte);
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 9 && byte <= 13);

/** `d`, `s` and `w` are libstdc++'s own. */
const classes: ReadonlyMap<string, (byte: number) => boolean> = new Map([
  ["d", isDigit],
  ["w", (byte) => isAlnum(byte) || byte === 0x5f],
  ["s", isSpace],
  ["alnum", isAlnum],
  ["alpha", (byte) => isUpper(byte) || isLower(byte)],
  ["blank", (byte) => byte === 0x20 || byte === 9],
  ["cntrl", (byte) => byte < 0x20 || byte === 0x7f],
  ["digit", isDigit],
  ["graph", (byte) => isIn(byte, "!", "~")],
  ["lower", isLower],
  ["print", (byte) => isIn(byte, " ", "~")],
  ["punct", (byte) => isIn(byte, "!", "~") && !isAlnum(byte)],
  ["space", isSpace],
  ["upper", isUpper],
  ["xdigit", (byte) => isDigit(byte) || isIn(byte, "a", "f") || isIn(byte, "A", "F")],
]);

type Token =
  | { readonly kind: "byte"; readonly byte: number }
  | { readonly kind: "dash" }
  | { readonly kind: "close" }
  | { readonly kind: "class" | "equivalence" | "collating"; readonly name: string };

const signed = (byte: number): number => (byte > 127 ? byte - 256 : byte);
const toLower = (byte: number): number => (isUpper(byte) ? byte + 32 : byte);

/** Reads from behind the `[`; returns the set and the offset behind the `]`. */
export function parseBracketExpression(pattern: string, start: number): { set: ByteSet; end: number } {
  let at = start;
  const isNegated = pattern[at] === "^";
  if (isNegated) at++;
  let isFirst = true;
  const set: ByteSet = new Uint8Array(256);

  function readName(closer: string): string {
    const end = pattern.indexOf(closer, at);
    if (end < 0 || pattern[end + 1] !== "]") throw invalidRegex();
    const name = pattern.slice(at, end);
    at = end + 2;
    return name;
  }
  function next(): Token {
    const byte = pattern.charCodeAt(at++);
    if (Number.isNaN(byte)) throw invalidRegex();
    const char = pattern[at - 1];
    const wasFirst = isFirst;
    isFirst = false;
    if (char === "-") return { kind: "dash" };
    if (char === "]" && !wasFirst) return { kind: "close" };
    if (char !== "[") return { kind: "byte", byte };
    const opener = pattern[at];
    if (opener === undefined) throw invalidRegex();
    if (opener !== "." && opener !== ":" && opener !== "=") return { kind: "byte", byte };
    at++;
    const name = readName(opener);
    return { kind: opener === "." ? "collating" : opener === ":" ? "class" : "equivalence", name };
  }

  /** A byte that may yet turn out to begin a range; "class" says that what stands there cannot. */
  let pending: number | "class" | undefined;
  const flush = (): void => {
    if (typeof pending === "number") set[pending] = 1;
  };
  let token = next();
  if (token.kind === "dash") {
    pending = 0x2d;
    token = next();
  }
  for (;;) {
    if (token.kind === "close") break;
    if (token.kind === "dash") {
      const end = next();
      if (end.kind === "close") {
        flush();
        pending = 0x2d;
        break;
      }
      if (typeof pending !== "number" || (end.kind !== "byte" && end.kind !== "dash")) throw invalidRegex();
      const last = signed(end.kind === "dash" ? 0x2d : end.byte);
      if (signed(pending) > last) throw invalidRegex();
      for (let value = signed(pending); value <= last; value++) set[value & 255] = 1;
      pending = undefined;
    } else {
      flush();
      if (token.kind === "byte") {
        pending = token.byte;
      } else if (token.kind === "collating") {
        pending = collatingElement(token.name);
      } else {
        pending = "class";
        addClass(set, token.kind, token.name);
      }
    }
    token = next();
  }
  flush();
  if (isNegated) for (let byte = 0; byte < 256; byte++) set[byte] = set[byte] === 1 ? 0 : 1;
  return { set, end: at };
}

function collatingElement(name: string): number {
  const code = collatingNames.indexOf(name);
  if (code < 0) throw invalidRegex();
  return code;
}

function addClass(set: ByteSet, kind: "class" | "equivalence", name: string): void {
  if (kind === "equivalence") {
    const wanted = toLower(collatingElement(name));
    for (let byte = 0; byte < 256; byte++) if (toLower(byte) === wanted) set[byte] = 1;
    return;
  }
  const accepts = classes.get(name.toLowerCase());
  if (accepts === undefined) throw invalidRegex();
  for (let byte = 0; byte < 256; byte++) if (accepts(byte)) set[byte] = 1;
}
