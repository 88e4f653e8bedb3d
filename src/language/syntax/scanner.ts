// Cuts source text into tokens, one at each call of `next`, as Nix's lexer.l does: the longest match wins, so `a/b` is a
// path, `x:x` a URI and `a->b` begins with the name `a-`. What comes next depends on where one is (code, string, indented
// string, path), which the scanner tracks by itself on a stack of modes. Strings are read in scan-string.ts.
//
// Peculiar: a NUL in code ends the text; an unclosed comment is no comment; and the place of the end of the text behind a
// path is the place where the path began, because Nix restores an old location there and its errors show it.

import { BaseError, hint, ParseError, type Hint } from "../errors/index.ts";
import type { Offset, SourceFile } from "./ast.ts";
import { character, characterFlags } from "./characters.ts";
import { readFloat, readInteger } from "./literals.ts";
import { scanIndentedStringPart, scanStringPart } from "./scan-string.ts";
import { token, type TokenKind } from "./tokens.ts";

export interface DocComment {
  readonly start: Offset;
  /** Behind the closing slash. */
  readonly end: Offset;
}

export interface ScannerOptions {
  readonly pipeOperators: boolean;
}

const inCode = 0;
const inString = 1;
const inIndentedString = 2;
const inPath = 3;
const inPathAfterSlash = 4;
type Mode = 0 | 1 | 2 | 3 | 4;

const { identifierStart, identifierPart, pathPart, uriPart, digit, space } = character;

export class Scanner {
  readonly file: SourceFile;
  readonly text: string;
  /** The token that was read last, and where it begins and ends. */
  kind: TokenKind = token.endOfFile;
  start: Offset = 0;
  end: Offset = 0;
  /** The contents of string tokens, escapes undone; a byte string. */
  contents = "";
  /** The value of integers and floats. */
  number: number | bigint = 0;
  /** Whether leading spaces of an indented string's part count as indentation: not those of an escape. */
  hasIndentation = false;
  /** Doc comments by the offset of the token that each precedes. */
  readonly docComments = new Map<Offset, DocComment>();

  readonly #options: ScannerOptions;
  #position: Offset = 0;
  #mode: Mode = inCode;
  readonly #outerModes: Mode[] = [];
  /** All bytes from the current token to here may be part of a path; what follows decides whether it is one. */
  #runEnd: Offset = 0;
  /** The last `_` before `#runEnd`: there is no URI scheme that holds it. */
  #runUnderscore: Offset = -1;
  #commentsCanClose = true;
  #docComment: DocComment | undefined;
  /** Where the token before the last part of a path began. */
  #startBeforePart: Offset = 0;
  #pathEndedText = false;

  constructor(file: SourceFile, options: ScannerOptions) {
    this.file = file;
    this.text = file.text;
    this.#options = options;
  }

  /** Reads the next token into `kind`, `start`, `end` and `contents`. */
  next(): void {
    switch (this.#mode) {
      case inCode:
        this.#scanCode();
        return;
      case inString:
        this.#scanString();
        return;
      case inIndentedString:
        this.#scanIndentedString();
        return;
      case inPath:
      case inPathAfterSlash:
        this.#scanPathPart();
        return;
    }
  }

  /** Whether the current token is of this kind. */
  is(kind: TokenKind): boolean {
    return this.kind === kind;
  }

  /** The text of the current token as it stands. */
  tokenText(): string {
    return this.text.slice(this.start, this.end);
  }

  fail(message: string | Hint, offset: Offset): never {
    throw new ParseError(message, { file: this.file, offset });
  }

  #accept(kind: TokenKind, end: Offset): void {
    this.kind = kind;
    this.end = end;
    this.#position = end;
  }

  #push(mode: Mode): void {
    this.#outerModes.push(this.#mode);
    this.#mode = mode;
  }

  #pop(): void {
    this.#mode = this.#outerModes.pop() ?? inCode;
  }

  #flags(at: Offset): number {
    return at < this.text.length ? (characterFlags[this.text.charCodeAt(at)] ?? 0) : 0;
  }

  #scanCode(): void {
    const text = this.text;
    const begin = this.#position;
    const start = this.#skipTrivia(begin);
    if (start >= text.length) {
      this.#endText(begin, start);
      return;
    }
    this.start = start;
    if (this.#docComment !== undefined) {
      this.docComments.set(start, this.#docComment);
      this.#docComment = undefined;
    }
    const code = text.charCodeAt(start);
    const flags = characterFlags[code] ?? 0;
    if ((flags & identifierStart) !== 0) {
      this.#scanWord(start);
    } else if ((flags & pathPart) !== 0) {
      if (this.#startsPath(start)) this.#scanPath(start);
      else if ((flags & digit) !== 0) this.#scanNumber(start);
      else this.#scanDotPlusOrMinus(code, start);
    } else {
      this.#scanSymbol(code, start);
    }
  }

  #endText(begin: Offset, end: Offset): void {
    if (this.#pathEndedText) {
      this.kind = token.endOfFile;
      return;
    }
    this.start = end > begin ? begin : this.start;
    this.#accept(token.endOfFile, end);
  }

  #skipTrivia(from: Offset): Offset {
    const text = this.text;
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 32 || code === 10 || code === 13 || code === 9) {
        at++;
      } else if (code === 35 /* # */) {
        at = endOfLine(text, at + 1);
      } else if (code === 47 /* / */ && text.charCodeAt(at + 1) === 42 /* * */) {
        const end = this.#endOfComment(at);
        if (end === undefined) return at;
        at = end;
      } else {
        return at;
      }
    }
  }

  #endOfComment(start: Offset): Offset | undefined {
    if (!this.#commentsCanClose) return undefined;
    const close = this.text.indexOf("*/", start + 2);
    if (close === -1) {
      this.#commentsCanClose = false;
      return undefined;
    }
    const end = close + 2;
    if (this.text.charCodeAt(start + 2) === 42 && end - start > 4 && this.text.charCodeAt(start + 3) !== 42) {
      this.#docComment = { start, end };
    }
    return end;
  }

  /**
   * Whether a path begins here: bytes of a path, then `/`, then either more of it or an interpolation. The bytes are
   * looked at once for all tokens among them, so that long chains like `a.b.c` stay linear.
   */
  #startsPath(start: Offset): boolean {
    this.#measureRun(start);
    return this.text.charCodeAt(this.#runEnd) === 47 && this.#continuesPath(this.#runEnd + 1);
  }

  #continuesPath(at: Offset): boolean {
    if ((this.#flags(at) & pathPart) !== 0) return true;
    return this.text.charCodeAt(at) === 36 /* $ */ && this.text.charCodeAt(at + 1) === 123; /* { */
  }

  #measureRun(start: Offset): void {
    if (start < this.#runEnd) return;
    const text = this.text;
    const length = text.length;
    let end = start;
    while (end < length && ((characterFlags[text.charCodeAt(end)] ?? 0) & pathPart) !== 0) end++;
    this.#runEnd = end;
    if (text.charCodeAt(end) === 58 /* : */) {
      let underscore = end - 1;
      while (underscore >= start && text.charCodeAt(underscore) !== 95) underscore--;
      this.#runUnderscore = underscore;
    }
  }

  /** A name, a keyword, a path or a URI. */
  #scanWord(start: Offset): void {
    const text = this.text;
    this.#measureRun(start);
    const follower = text.charCodeAt(this.#runEnd);
    if (follower === 47 && this.#continuesPath(this.#runEnd + 1)) {
      this.#scanPath(start);
      return;
    }
    if (follower === 58 && start > this.#runUnderscore && (this.#flags(this.#runEnd + 1) & uriPart) !== 0) {
      let end = this.#runEnd + 2;
      while ((this.#flags(end) & uriPart) !== 0) end++;
      this.#accept(token.uri, end);
      return;
    }
    const length = text.length;
    let end = start + 1;
    while (end < length && ((characterFlags[text.charCodeAt(end)] ?? 0) & identifierPart) !== 0) end++;
    this.#accept(keywordOrIdentifier(text, start, end), end);
  }

  /** A path whose first `/` is at the end of the run. */
  #scanPath(start: Offset): void {
    this.#acceptPath(token.path, start, this.#runEnd);
  }

  #acceptPath(kind: TokenKind, start: Offset, slash: Offset): void {
    const end = this.#endOfPath(slash);
    this.start = start;
    this.#accept(kind, end);
    this.#push(this.text.charCodeAt(end - 1) === 47 ? inPathAfterSlash : inPath);
  }

  /** Behind `/x/y`, and behind one `/` more if there is one. */
  #endOfPath(slash: Offset): Offset {
    let at = slash;
    while (this.text.charCodeAt(at) === 47 && (this.#flags(at + 1) & pathPart) !== 0) {
      at += 2;
      while ((this.#flags(at) & pathPart) !== 0) at++;
    }
    return this.text.charCodeAt(at) === 47 ? at + 1 : at;
  }

  /** What follows the first part of a path, or an interpolation in it. */
  #scanPathPart(): void {
    const text = this.text;
    const at = this.#position;
    if (text.charCodeAt(at) === 36 && text.charCodeAt(at + 1) === 123) {
      this.start = at;
      this.#accept(token.interpolation, at + 2);
      this.#mode = inPath;
      this.#push(inCode);
      return;
    }
    let run = at;
    while ((this.#flags(run) & pathPart) !== 0) run++;
    const end = text.charCodeAt(run) === 47 ? this.#endOfPath(run) : run;
    if (end > at) {
      this.#startBeforePart = this.start;
      this.start = at;
      this.contents = text.slice(at, end);
      this.#accept(token.string, end);
      this.#mode = text.charCodeAt(end - 1) === 47 ? inPathAfterSlash : inPath;
      return;
    }
    const atEnd = at >= text.length;
    if (this.#mode === inPathAfterSlash) this.fail("path has a trailing slash", atEnd ? this.start : at);
    this.#pop();
    this.kind = token.pathEnd;
    if (atEnd) {
      this.end = this.start;
      this.start = this.#startBeforePart;
      this.#pathEndedText = true;
    }
  }

  #scanNumber(start: Offset): void {
    const text = this.text;
    let end = this.#skipDigits(start);
    const startsFloat =
      text.charCodeAt(end) === 46 /* . */ &&
      (text.charCodeAt(start) !== 48 || (end === start + 1 && (this.#flags(end + 1) & digit) !== 0));
    if (!startsFloat) {
      this.#acceptInteger(end);
      return;
    }
    end = this.#skipDigits(end + 1);
    this.#acceptFloat(this.#skipExponent(end));
  }

  #acceptInteger(end: Offset): void {
    this.#accept(token.integer, end);
    const literal = this.tokenText();
    this.number = readInteger(literal) ?? this.fail(hint`invalid integer '${literal}'`, this.start);
  }

  #acceptFloat(end: Offset): void {
    this.#accept(token.float, end);
    const literal = this.tokenText();
    this.number = readFloat(literal) ?? this.fail(hint`invalid float '${literal}'`, this.start);
  }

  #skipDigits(from: Offset): Offset {
    let at = from;
    while ((this.#flags(at) & digit) !== 0) at++;
    return at;
  }

  #skipExponent(from: Offset): Offset {
    const code = this.text.charCodeAt(from);
    if (code !== 69 /* E */ && code !== 101 /* e */) return from;
    const sign = this.text.charCodeAt(from + 1);
    const digits = sign === 43 || sign === 45 ? from + 2 : from + 1;
    return (this.#flags(digits) & digit) === 0 ? from : this.#skipDigits(digits);
  }

  #scanDotPlusOrMinus(code: number, start: Offset): void {
    const following = this.text.charCodeAt(start + 1);
    switch (code) {
      case 46 /* . */:
        if ((this.#flags(start + 1) & digit) !== 0) {
          this.#acceptFloat(this.#skipExponent(this.#skipDigits(start + 1)));
        } else if (following === 46 && this.text.charCodeAt(start + 2) === 46) {
          this.#accept(token.ellipsis, start + 3);
        } else {
          this.#accept(token.dot, start + 1);
        }
        return;
      case 43 /* + */:
        if (following === 43) this.#accept(token.concat, start + 2);
        else this.#accept(token.plus, start + 1);
        return;
      default:
        if (following === 62 /* > */) this.#accept(token.implies, start + 2);
        else this.#accept(token.minus, start + 1);
    }
  }

  #scanSymbol(code: number, start: Offset): void {
    const following = this.text.charCodeAt(start + 1);
    switch (code) {
      case 0:
        this.#accept(token.endOfFile, start + 1);
        return;
      case 33 /* ! */:
        this.#acceptOneOrTwo(start, following === 61, token.exclamation, token.notEqual);
        return;
      case 34 /* " */:
        this.#accept(token.quote, start + 1);
        this.#push(inString);
        return;
      case 36 /* $ */:
        this.#acceptOneOrTwo(start, following === 123, token.invalid, token.interpolation);
        if (following === 123) this.#push(inCode);
        return;
      case 38 /* & */:
        this.#acceptOneOrTwo(start, following === 38, token.invalid, token.and);
        return;
      case 39 /* ' */:
        if (following === 39) this.#openIndentedString(start);
        else this.#accept(token.invalid, start + 1);
        return;
      case 40 /* ( */:
        this.#accept(token.parenOpen, start + 1);
        return;
      case 41 /* ) */:
        this.#accept(token.parenClose, start + 1);
        return;
      case 42 /* * */:
        this.#accept(token.times, start + 1);
        return;
      case 44 /* , */:
        this.#accept(token.comma, start + 1);
        return;
      case 47 /* / */:
        if (this.#continuesPath(start + 1)) this.#acceptPath(token.path, start, start);
        else this.#acceptOneOrTwo(start, following === 47, token.divide, token.update);
        return;
      case 58 /* : */:
        this.#accept(token.colon, start + 1);
        return;
      case 59 /* ; */:
        this.#accept(token.semicolon, start + 1);
        return;
      case 60 /* < */:
        this.#scanLess(start);
        return;
      case 61 /* = */:
        this.#acceptOneOrTwo(start, following === 61, token.assign, token.equal);
        return;
      case 62 /* > */:
        this.#acceptOneOrTwo(start, following === 61, token.greater, token.greaterOrEqual);
        return;
      case 63 /* ? */:
        this.#accept(token.question, start + 1);
        return;
      case 64 /* @ */:
        this.#accept(token.at, start + 1);
        return;
      case 91 /* [ */:
        this.#accept(token.bracketOpen, start + 1);
        return;
      case 93 /* ] */:
        this.#accept(token.bracketClose, start + 1);
        return;
      case 123 /* { */:
        this.#accept(token.braceOpen, start + 1);
        this.#push(inCode);
        return;
      case 124 /* | */:
        if (following === 62) this.#acceptPipe(token.pipeInto, start);
        else this.#acceptOneOrTwo(start, following === 124, token.invalid, token.or);
        return;
      case 125 /* } */:
        this.#accept(token.braceClose, start + 1);
        this.#pop();
        return;
      case 126 /* ~ */:
        if (following === 47 && this.#continuesPath(start + 2)) this.#acceptPath(token.homePath, start, start + 1);
        else this.#accept(token.invalid, start + 1);
        return;
      default:
        this.#accept(token.invalid, start + 1);
    }
  }

  #acceptOneOrTwo(start: Offset, isTwo: boolean, one: TokenKind, two: TokenKind): void {
    if (isTwo) this.#accept(two, start + 2);
    else this.#accept(one, start + 1);
  }

  /** `<`, `<=`, `<|` or a search path like `<nixpkgs/lib>`. */
  #scanLess(start: Offset): void {
    const text = this.text;
    let at = start + 1;
    while ((this.#flags(at) & pathPart) !== 0) {
      while ((this.#flags(at) & pathPart) !== 0) at++;
      if (text.charCodeAt(at) === 62 /* > */) {
        this.#accept(token.searchPath, at + 1);
        return;
      }
      if (text.charCodeAt(at) === 47) at++;
    }
    const following = text.charCodeAt(start + 1);
    if (following === 124 /* | */) this.#acceptPipe(token.pipeFrom, start);
    else this.#acceptOneOrTwo(start, following === 61, token.less, token.lessOrEqual);
  }

  #acceptPipe(kind: TokenKind, start: Offset): void {
    if (!this.#options.pipeOperators) {
      const feature = "pipe-operators";
      const advice = hint`add '--extra-experimental-features ${feature}' to enable it`;
      this.fail(hint`experimental Nix feature '${feature}' is disabled; ${advice}`, start);
    }
    this.#accept(kind, start + 2);
  }

  /** Spaces behind the opening quotes belong to them if nothing else stands on the line. */
  #openIndentedString(start: Offset): void {
    let end = start + 2;
    while (this.text.charCodeAt(end) === 32) end++;
    this.#accept(token.indentedStringOpen, this.text.charCodeAt(end) === 10 ? end + 1 : start + 2);
    this.#push(inIndentedString);
  }

  #scanString(): void {
    const text = this.text;
    const start = this.#position;
    if (start >= text.length) {
      this.#endText(start, start);
      return;
    }
    this.start = start;
    const code = text.charCodeAt(start);
    if (code === 34) {
      this.#accept(token.quote, start + 1);
      this.#pop();
      return;
    }
    if (code === 36 && text.charCodeAt(start + 1) === 123) {
      this.#accept(token.interpolation, start + 2);
      this.#push(inCode);
      return;
    }
    const part = scanStringPart(text, start);
    if (part.end === start) {
      // A lone `$` or `\` that the end of the text cut off: the end of the text lies behind it.
      this.#accept(token.endOfFile, text.length);
      return;
    }
    if (part.hasNul) this.#failForNul(part.contents, start);
    this.contents = part.contents;
    this.#accept(token.string, part.end);
  }

  #scanIndentedString(): void {
    const text = this.text;
    const start = this.#position;
    if (start >= text.length) {
      this.#endText(start, start);
      return;
    }
    this.start = start;
    if (text.charCodeAt(start) === 36 && text.charCodeAt(start + 1) === 123) {
      this.#accept(token.interpolation, start + 2);
      this.#push(inCode);
      return;
    }
    const part = scanIndentedStringPart(text, start);
    if (part === "close") {
      this.#accept(token.indentedStringClose, start + 2);
      this.#pop();
      return;
    }
    if (part.hasNul) this.#failForNul(part.contents, start);
    this.contents = part.contents;
    this.hasIndentation = part.hasIndentation;
    this.#accept(token.indentedString, part.end);
  }

  #failForNul(contents: string, offset: Offset): never {
    const shown = contents.replaceAll("\0", "\xe2\x90\x80");
    throw new BaseError(
      hint`input string '${shown}' cannot be represented as Nix string because it contains null bytes`,
      { file: this.file, offset },
    );
  }
}

function endOfLine(text: string, from: Offset): Offset {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) break;
  }
  return at;
}

function keywordOrIdentifier(text: string, start: Offset, end: Offset): TokenKind {
  const length = end - start;
  if (length > 7 || length < 2) return token.identifier;
  switch (text.charCodeAt(start)) {
    case 97:
      return length === 6 && text.startsWith("assert", start) ? token.assert : token.identifier;
    case 101:
      return length === 4 && text.startsWith("else", start) ? token.else : token.identifier;
    case 105:
      if (length === 2) {
        const second = text.charCodeAt(start + 1);
        return second === 102 ? token.if : second === 110 ? token.in : token.identifier;
      }
      return length === 7 && text.startsWith("inherit", start) ? token.inherit : token.identifier;
    case 108:
      return length === 3 && text.startsWith("let", start) ? token.let : token.identifier;
    case 111:
      return length === 2 && text.charCodeAt(start + 1) === 114 ? token.orKeyword : token.identifier;
    case 114:
      return length === 3 && text.startsWith("rec", start) ? token.rec : token.identifier;
    case 116:
      return length === 4 && text.startsWith("then", start) ? token.then : token.identifier;
    case 119:
      return length === 4 && text.startsWith("with", start) ? token.with : token.identifier;
    default:
      return token.identifier;
  }
}
