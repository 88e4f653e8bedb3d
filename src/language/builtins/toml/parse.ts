// TOML 1.0, read as toml11 reads it, which Nix uses. Bytes in and out; dates and times are kept as text. After a mistake it
// goes on (recovery.ts) and everything that it then takes for a mistake is reported as well; where reading goes on from is
// where the cursor was when the mistake was thrown.

import { EvalError, hint } from "../../errors/index.ts";
import { Cursor } from "./cursor.ts";
import { type Key, newTable, openArrayTable, openTable, setValue, type TomlTable, type TomlValue } from "./document.ts";
import { EndlessRecovery, skipComments, skipPair, skipUntilHeader, skipValue } from "./recovery.ts";
import { TomlProblem, TomlSource } from "./report.ts";
import { readScalar } from "./scalars.ts";
import { literal } from "./scanner.ts";
import { readShortString, readString } from "./strings.ts";
import {
  arrayTableHeader,
  bareKey,
  comment,
  commentLine,
  dotSeparator,
  emptyLine,
  newline,
  pairSeparator,
  tableHeader,
  whitespace,
} from "./syntax.ts";

export function parseToml(text: string): TomlTable {
  const parser = new TomlParser(text);
  try {
    const root = parser.parse();
    if (parser.problems.length === 0) return root;
  } catch (error) {
    if (!(error instanceof EndlessRecovery)) throw error;
  }
  const message = parser.problems.map((problem) => problem.print()).join("");
  throw new EvalError(hint`while parsing TOML: ${message}`);
}

class TomlParser {
  readonly problems: TomlProblem[] = [];
  private readonly cursor: Cursor;

  constructor(text: string) {
    // Each line then has an end.
    const source = /[\n\r]$|^$/.test(text) ? text : `${text}\n`;
    this.cursor = new Cursor(new TomlSource(source, "fromTOML"));
    if (source.startsWith("\xef\xbb\xbf")) this.cursor.at = 3;
  }

  parse(): TomlTable {
    const { cursor } = this;
    const root = newTable("header", cursor.here);
    this.firstComments();
    this.table(root);
    while (!cursor.isAtEnd) {
      this.skipBlank();
      this.section(root);
    }
    return root;
  }

  /** Notes a mistake after which reading goes on. */
  private report(error: unknown): void {
    if (!(error instanceof TomlProblem)) throw error;
    this.problems.push(error);
  }

  /** The comments before everything else, which toml11 keeps; it begins anew behind them only if they end in an empty line. */
  private firstComments(): void {
    const { cursor } = this;
    const start = cursor.at;
    while (!cursor.isAtEnd) {
      try {
        if (this.endInComment()) continue;
      } catch (error) {
        this.report(error);
        skipComments(cursor);
        continue;
      }
      if (!cursor.take(emptyLine)) cursor.at = start;
      return;
    }
  }

  /** A header and what is below it. */
  private section(root: TomlTable): void {
    const { cursor } = this;
    const header = this.header();
    if (header === undefined) {
      const isArray = cursor.isAt(literal("[["));
      const title = `toml::parse_file: invalid ${isArray ? "array-table" : "table"} key`;
      this.report(cursor.missing(title, isArray ? arrayTableHeader : tableHeader));
      skipUntilHeader(cursor);
      return;
    }
    try {
      this.endHeader();
    } catch (error) {
      this.report(error);
      skipUntilHeader(cursor);
      return;
    }
    this.table(this.open(root, header));
  }

  /** A table that cannot be opened is read all the same, for the mistakes in it. */
  private open(root: TomlTable, { isArray, key }: Header): TomlTable {
    try {
      return isArray ? openArrayTable(root, key) : openTable(root, key);
    } catch (error) {
      this.report(error);
      return newTable("header", key.place);
    }
  }

  /** undefined when there is none; what looks like one may still name a character that does not exist. */
  private header(): Header | undefined {
    const { cursor } = this;
    for (const [scanner, width] of [
      [arrayTableHeader, 2],
      [tableHeader, 1],
    ] as const) {
      const start = cursor.at;
      if (!cursor.take(scanner)) continue;
      const end = cursor.at;
      const place = cursor.since(start);
      cursor.at = start + width;
      cursor.take(whitespace);
      try {
        const { names } = this.key();
        cursor.at = end;
        return { isArray: width === 2, key: { names, place } };
      } catch (error) {
        // The second look begins where the first one stopped.
        if (!(error instanceof TomlProblem)) throw error;
      }
    }
    return undefined;
  }

  private endHeader(): void {
    const { cursor } = this;
    if (this.endInComment()) return;
    cursor.take(whitespace);
    if (!cursor.isAtEnd && !cursor.take(newline)) {
      throw cursor.missing("toml::parse_file: newline (or EOF) expected", newline);
    }
  }

  /** Whether the line ends in a comment; then it is behind it. */
  private endInComment(): boolean {
    const { cursor } = this;
    const start = cursor.at;
    cursor.take(whitespace);
    if (!cursor.take(comment)) {
      cursor.at = start;
      return false;
    }
    if (cursor.isAtEnd || cursor.take(newline)) return true;
    while (!cursor.isAtEnd) {
      cursor.advance();
      if (cursor.char === "\n") {
        cursor.advance();
        break;
      }
    }
    throw cursor.problem(
      "toml::parse_comment_line: newline (LF / CRLF) or EOF is expected",
      "but got this",
      "Hint: most of the control characters are not allowed in comments",
    );
  }

  /** Whether there was a line end among spaces, comments and line ends. */
  private skipBlank(): boolean {
    const { cursor } = this;
    let sawNewline = false;
    for (;;) {
      const start = cursor.at;
      cursor.take(whitespace);
      if (cursor.take(commentLine) || cursor.take(newline)) sawNewline = true;
      else if (cursor.at === start) return sawNewline;
    }
  }

  /** The pairs up to the next header. After a mistake in them the lines up to the next header but this one are left out. */
  private table(table: TomlTable): void {
    const before = this.problems.length;
    try {
      this.pairs(table);
    } catch (error) {
      this.report(error);
    }
    if (this.problems.length > before) skipUntilHeader(this.cursor);
  }

  private pairs(table: TomlTable): void {
    const { cursor } = this;
    let isNewLine = true;
    while (!cursor.isAtEnd) {
      const start = cursor.at;
      if (this.skipBlank()) isNewLine = true;
      if (cursor.isAtEnd) return;
      if (cursor.char === "[") {
        cursor.at = start;
        return;
      }
      if (!isNewLine) throw cursor.problem("toml::parse_table: newline (LF / CRLF) or EOF is expected", "here");
      isNewLine = this.pair(table);
    }
  }

  /** Whether the line is at its end too. */
  private pair(table: TomlTable): boolean {
    let isLineEnded = false;
    try {
      const key = this.keyOfPair();
      const value = this.value();
      try {
        isLineEnded = this.endInComment();
      } catch (error) {
        this.report(error);
      }
      this.set(table, key, value);
    } catch (error) {
      this.report(error);
      skipPair(this.cursor);
    }
    return isLineEnded;
  }

  /** Whether it could be set. */
  private set(table: TomlTable, key: Key, value: TomlValue): boolean {
    try {
      setValue(table, key, value);
      return true;
    } catch (error) {
      this.report(error);
      return false;
    }
  }

  /** Up to the value. */
  private keyOfPair(): Key {
    const { cursor } = this;
    const start = cursor.at;
    try {
      const key = this.key();
      if (cursor.take(pairSeparator)) return key;
      throw cursor.missing("toml::parse_key_value_pair: invalid key value separator `=`", pairSeparator);
    } catch (error) {
      cursor.at = start;
      throw error;
    }
  }

  private key(): Key {
    const { cursor } = this;
    const start = cursor.at;
    const names: string[] = [];
    do {
      if (cursor.isAtEnd) break;
      names.push(this.simpleKey());
    } while (cursor.take(dotSeparator));
    if (names.length > 0) return { names, place: cursor.since(start) };
    throw cursor.problem("toml::parse_key: expected a new key, but got nothing", "reached EOF");
  }

  private simpleKey(): string {
    const { cursor } = this;
    if (cursor.char === '"' || cursor.char === "'") return readShortString(cursor);
    const name = cursor.read(bareKey);
    if (name !== undefined) return name;
    throw cursor.missing(
      `toml::parse_simple_key: invalid key: key must be "quoted", 'quoted-literal', or bare key.`,
      bareKey,
      "Hint: non-ASCII scripts are allowed in toml v1.1.0, but not in v1.0.0.\n",
    );
  }

  private value(): TomlValue {
    const { cursor } = this;
    const start = cursor.at;
    switch (cursor.char) {
      case "[":
        return this.list(start);
      case "{":
        return this.inlineTable(start);
      default: {
        const value = cursor.char === '"' || cursor.char === "'" ? readString(cursor) : readScalar(cursor);
        return { kind: "scalar", place: cursor.since(start), value };
      }
    }
  }

  private list(start: number): TomlValue {
    const { cursor } = this;
    const before = this.problems.length;
    const items: TomlValue[] = [];
    cursor.advance();
    this.skipBlank();
    let sawComma = true;
    while (!cursor.isAtEnd && cursor.char !== "]") {
      if (!sawComma) throw cursor.problem("toml::parse_array: expected value-separator `,` or closing `]`", "here");
      try {
        items.push(this.value());
      } catch (error) {
        this.report(error);
        // What cannot be skipped is taken for what comes after a list without end.
        const { at } = cursor;
        skipValue(cursor);
        if (cursor.at === at) break;
        continue;
      }
      this.skipBlank();
      sawComma = cursor.take(literal(","));
      try {
        this.endInComment();
      } catch (error) {
        this.report(error);
      }
      if (sawComma) this.skipBlank();
    }
    if (cursor.char !== "]") {
      throw cursor.problem("toml::parse_array: missing closing bracket `]`", "expected `]`, reached EOF");
    }
    cursor.advance();
    // The last report is made once more by whoever catches it.
    if (this.problems.length > before) throw this.problems.at(-1) as TomlProblem;
    return { kind: "list", isOfHeaders: false, place: cursor.since(start), items };
  }

  private inlineTable(start: number): TomlValue {
    const { cursor } = this;
    const before = this.problems.length;
    const table = newTable("inline", cursor.here);
    cursor.advance();
    cursor.take(whitespace);
    let isEmpty = true;
    let sawComma = false;
    while (!cursor.isAtEnd && cursor.char !== "}") {
      if (!sawComma && !isEmpty) {
        throw cursor.problem("toml::parse_inline_table: expected value-separator `,` or closing `}`", "here");
      }
      isEmpty = false;
      let key: Key;
      let value: TomlValue;
      try {
        key = this.keyOfPair();
        value = this.value();
      } catch (error) {
        this.report(error);
        while (!cursor.isAtEnd && cursor.char !== "}" && cursor.char !== "\n") cursor.advance();
        sawComma = false;
        break;
      }
      if (this.set(table, key, value)) {
        cursor.take(whitespace);
        sawComma = cursor.take(literal(","));
        cursor.take(whitespace);
      } else {
        // The comma itself is left where it is, and taken for a key.
        while (!cursor.isAtEnd && !",\n}".includes(cursor.char)) cursor.advance();
        if (!cursor.isAtEnd) sawComma = cursor.char === ",";
      }
    }
    if (cursor.char === "}" && sawComma) {
      throw cursor.problem("toml::parse_inline_table: trailing comma is not allowed in TOML-v1.0.0)", "here");
    }
    if (cursor.char !== "}") {
      throw cursor.problem("toml::parse_inline_table: missing closing bracket `}`", "expected `}`, reached line end");
    }
    cursor.advance();
    if (this.problems.length > before) throw this.problems.pop() as TomlProblem;
    table.place = cursor.since(start);
    return table;
  }
}

interface Header {
  readonly isArray: boolean;
  readonly key: Key;
}
