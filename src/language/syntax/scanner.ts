// Cuts source text into tokens, one at each call of `next`, as Nix's lexer.l does: the longest match wins, so `a/b` is a
// path, `x:x` a URI and `a->b` begins with the name `a-`. What comes next depends on where one is (code, string, indented
// string, path), which the scanner tracks by itself on a stack of modes.
//
// Peculiar: a NUL in code ends the text; an unclosed comment is no comment; and the place of the end of the text behind a
// path is the place where the path began, because Nix restores an old location there and its errors show it.

import { BaseError, hint } from "../errors/index.ts";
import type { Offset } from "./ast.ts";
import { character, characterFlags } from "./characters.ts";
import { CodeScanner } from "./code-scanner.ts";
import { scanIndentedStringPart, scanStringPart } from "./scan-string.ts";
import { mode } from "./scanner-base.ts";
import { token } from "./tokens.ts";

export interface DocComment {
  readonly start: Offset;
  /** Behind the closing slash. */
  readonly end: Offset;
}

const { identifierStart, pathPart, digit } = character;

export class Scanner extends CodeScanner {
  /** Doc comments by the offset of the token that each precedes. */
  readonly docComments = new Map<Offset, DocComment>();

  private docComment: DocComment | undefined;
  private commentsCanClose = true;

  /** Reads the next token into `kind`, `start`, `end` and `contents`. */
  next(): void {
    switch (this.mode) {
      case mode.code:
        this.scanCode();
        return;
      case mode.string:
        this.scanString();
        return;
      case mode.indentedString:
        this.scanIndentedString();
        return;
      case mode.path:
      case mode.pathAfterSlash:
        this.scanPathPart();
        return;
    }
  }

  private scanCode(): void {
    const text = this.text;
    const begin = this.position;
    const start = this.skipTrivia(begin);
    if (start >= text.length) {
      this.endText(begin, start);
      return;
    }
    this.start = start;
    if (this.docComment !== undefined) {
      this.docComments.set(start, this.docComment);
      this.docComment = undefined;
    }
    const code = text.charCodeAt(start);
    const flags = characterFlags[code] ?? 0;
    if ((flags & identifierStart) !== 0) {
      this.scanWord(start);
    } else if ((flags & pathPart) !== 0) {
      if (this.startsPath(start)) this.scanPath(start);
      else if ((flags & digit) !== 0) this.scanNumber(start);
      else this.scanDotPlusOrMinus(code, start);
    } else {
      this.scanSymbol(code, start);
    }
  }

  private endText(begin: Offset, end: Offset): void {
    if (this.pathEndedText) {
      this.kind = token.endOfFile;
      return;
    }
    this.start = end > begin ? begin : this.start;
    this.accept(token.endOfFile, end);
  }

  private skipTrivia(from: Offset): Offset {
    const text = this.text;
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 32 || code === 10 || code === 13 || code === 9) {
        at++;
      } else if (code === 35 /* # */) {
        at = endOfLine(text, at + 1);
      } else if (code === 47 /* / */ && text.charCodeAt(at + 1) === 42 /* * */) {
        const end = this.endOfComment(at);
        if (end === undefined) return at;
        at = end;
      } else {
        return at;
      }
    }
  }

  private endOfComment(start: Offset): Offset | undefined {
    if (!this.commentsCanClose) return undefined;
    const close = this.text.indexOf("*/", start + 2);
    if (close === -1) {
      this.commentsCanClose = false;
      return undefined;
    }
    const end = close + 2;
    if (this.text.charCodeAt(start + 2) === 42 && end - start > 4 && this.text.charCodeAt(start + 3) !== 42) {
      this.docComment = { start, end };
    }
    return end;
  }

  private scanString(): void {
    const text = this.text;
    const start = this.position;
    if (start >= text.length) {
      this.endText(start, start);
      return;
    }
    this.start = start;
    const code = text.charCodeAt(start);
    if (code === 34) {
      this.accept(token.quote, start + 1);
      this.pop();
      return;
    }
    if (code === 36 && text.charCodeAt(start + 1) === 123) {
      this.accept(token.interpolation, start + 2);
      this.push(mode.code);
      return;
    }
    const part = scanStringPart(text, start);
    if (part.end === start) {
      // A lone `$` or `\` that the end of the text cut off: the end of the text lies behind it.
      this.accept(token.endOfFile, text.length);
      return;
    }
    if (part.hasNul) this.failForNul(part.contents, start);
    this.contents = part.contents;
    this.accept(token.string, part.end);
  }

  private scanIndentedString(): void {
    const text = this.text;
    const start = this.position;
    if (start >= text.length) {
      this.endText(start, start);
      return;
    }
    this.start = start;
    if (text.charCodeAt(start) === 36 && text.charCodeAt(start + 1) === 123) {
      this.accept(token.interpolation, start + 2);
      this.push(mode.code);
      return;
    }
    const part = scanIndentedStringPart(text, start);
    if (part === "close") {
      this.accept(token.indentedStringClose, start + 2);
      this.pop();
      return;
    }
    if (part.hasNul) this.failForNul(part.contents, start);
    this.contents = part.contents;
    this.hasIndentation = part.hasIndentation;
    this.accept(token.indentedString, part.end);
  }

  private failForNul(contents: string, offset: Offset): never {
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
