// Tokens outside of strings: words, numbers, operators and brackets.

import { hint } from "../errors/index.ts";
import type { Offset } from "./ast.ts";
import { character, characterFlags } from "./characters.ts";
import { readFloat, readInteger } from "./literals.ts";
import { PathScanner } from "./path-scanner.ts";
import { mode } from "./scanner-base.ts";
import { token, type TokenKind } from "./tokens.ts";

const { identifierPart, pathPart, uriPart, digit } = character;

export abstract class CodeScanner extends PathScanner {
  /** A name, a keyword, a path or a URI. */
  protected scanWord(start: Offset): void {
    const text = this.text;
    this.measureRun(start);
    const follower = text.charCodeAt(this.runEnd);
    if (follower === 47 && this.continuesPath(this.runEnd + 1)) {
      this.scanPath(start);
      return;
    }
    if (follower === 58 && start > this.runUnderscore && (this.flags(this.runEnd + 1) & uriPart) !== 0) {
      let end = this.runEnd + 2;
      while ((this.flags(end) & uriPart) !== 0) end++;
      this.accept(token.uri, end);
      return;
    }
    const length = text.length;
    let end = start + 1;
    while (end < length && ((characterFlags[text.charCodeAt(end)] ?? 0) & identifierPart) !== 0) end++;
    this.accept(keywordOrIdentifier(text, start, end), end);
  }

  protected scanNumber(start: Offset): void {
    const text = this.text;
    let end = this.skipDigits(start);
    const startsFloat =
      text.charCodeAt(end) === 46 /* . */ &&
      (text.charCodeAt(start) !== 48 || (end === start + 1 && (this.flags(end + 1) & digit) !== 0));
    if (!startsFloat) {
      this.acceptInteger(end);
      return;
    }
    end = this.skipDigits(end + 1);
    this.acceptFloat(this.skipExponent(end));
  }

  private acceptInteger(end: Offset): void {
    this.accept(token.integer, end);
    const literal = this.tokenText();
    this.number = readInteger(literal) ?? this.fail(hint`invalid integer '${literal}'`, this.start);
  }

  private acceptFloat(end: Offset): void {
    this.accept(token.float, end);
    const literal = this.tokenText();
    this.number = readFloat(literal) ?? this.fail(hint`invalid float '${literal}'`, this.start);
  }

  private skipDigits(from: Offset): Offset {
    let at = from;
    while ((this.flags(at) & digit) !== 0) at++;
    return at;
  }

  private skipExponent(from: Offset): Offset {
    const code = this.text.charCodeAt(from);
    if (code !== 69 /* E */ && code !== 101 /* e */) return from;
    const sign = this.text.charCodeAt(from + 1);
    const digits = sign === 43 || sign === 45 ? from + 2 : from + 1;
    return (this.flags(digits) & digit) === 0 ? from : this.skipDigits(digits);
  }

  protected scanDotPlusOrMinus(code: number, start: Offset): void {
    const following = this.text.charCodeAt(start + 1);
    switch (code) {
      case 46 /* . */:
        if ((this.flags(start + 1) & digit) !== 0) {
          this.acceptFloat(this.skipExponent(this.skipDigits(start + 1)));
        } else if (following === 46 && this.text.charCodeAt(start + 2) === 46) {
          this.accept(token.ellipsis, start + 3);
        } else {
          this.accept(token.dot, start + 1);
        }
        return;
      case 43 /* + */:
        if (following === 43) this.accept(token.concat, start + 2);
        else this.accept(token.plus, start + 1);
        return;
      default:
        if (following === 62 /* > */) this.accept(token.implies, start + 2);
        else this.accept(token.minus, start + 1);
    }
  }

  protected scanSymbol(code: number, start: Offset): void {
    const following = this.text.charCodeAt(start + 1);
    switch (code) {
      case 0:
        this.accept(token.endOfFile, start + 1);
        return;
      case 33 /* ! */:
        this.acceptOneOrTwo(start, following === 61, token.exclamation, token.notEqual);
        return;
      case 34 /* " */:
        this.accept(token.quote, start + 1);
        this.push(mode.string);
        return;
      case 36 /* $ */:
        this.acceptOneOrTwo(start, following === 123, token.invalid, token.interpolation);
        if (following === 123) this.push(mode.code);
        return;
      case 38 /* & */:
        this.acceptOneOrTwo(start, following === 38, token.invalid, token.and);
        return;
      case 39 /* ' */:
        if (following === 39) this.openIndentedString(start);
        else this.accept(token.invalid, start + 1);
        return;
      case 40 /* ( */:
        this.accept(token.parenOpen, start + 1);
        return;
      case 41 /* ) */:
        this.accept(token.parenClose, start + 1);
        return;
      case 42 /* * */:
        this.accept(token.times, start + 1);
        return;
      case 44 /* , */:
        this.accept(token.comma, start + 1);
        return;
      case 47 /* / */:
        if (this.continuesPath(start + 1)) this.acceptPath(token.path, start, start);
        else this.acceptOneOrTwo(start, following === 47, token.divide, token.update);
        return;
      case 58 /* : */:
        this.accept(token.colon, start + 1);
        return;
      case 59 /* ; */:
        this.accept(token.semicolon, start + 1);
        return;
      case 60 /* < */:
        this.scanLess(start);
        return;
      case 61 /* = */:
        this.acceptOneOrTwo(start, following === 61, token.assign, token.equal);
        return;
      case 62 /* > */:
        this.acceptOneOrTwo(start, following === 61, token.greater, token.greaterOrEqual);
        return;
      case 63 /* ? */:
        this.accept(token.question, start + 1);
        return;
      case 64 /* @ */:
        this.accept(token.at, start + 1);
        return;
      case 91 /* [ */:
        this.accept(token.bracketOpen, start + 1);
        return;
      case 93 /* ] */:
        this.accept(token.bracketClose, start + 1);
        return;
      case 123 /* { */:
        this.accept(token.braceOpen, start + 1);
        this.push(mode.code);
        return;
      case 124 /* | */:
        if (following === 62) this.acceptPipe(token.pipeInto, start);
        else this.acceptOneOrTwo(start, following === 124, token.invalid, token.or);
        return;
      case 125 /* } */:
        this.accept(token.braceClose, start + 1);
        this.pop();
        return;
      case 126 /* ~ */:
        if (following === 47 && this.continuesPath(start + 2)) this.acceptPath(token.homePath, start, start + 1);
        else this.accept(token.invalid, start + 1);
        return;
      default:
        this.accept(token.invalid, start + 1);
    }
  }

  private acceptOneOrTwo(start: Offset, isTwo: boolean, one: TokenKind, two: TokenKind): void {
    if (isTwo) this.accept(two, start + 2);
    else this.accept(one, start + 1);
  }

  /** `<`, `<=`, `<|` or a search path like `<nixpkgs/lib>`. */
  private scanLess(start: Offset): void {
    const text = this.text;
    let at = start + 1;
    while ((this.flags(at) & pathPart) !== 0) {
      while ((this.flags(at) & pathPart) !== 0) at++;
      if (text.charCodeAt(at) === 62 /* > */) {
        this.accept(token.searchPath, at + 1);
        return;
      }
      if (text.charCodeAt(at) === 47) at++;
    }
    const following = text.charCodeAt(start + 1);
    if (following === 124 /* | */) this.acceptPipe(token.pipeFrom, start);
    else this.acceptOneOrTwo(start, following === 61, token.less, token.lessOrEqual);
  }

  private acceptPipe(kind: TokenKind, start: Offset): void {
    if (!this.options.pipeOperators) {
      const feature = "pipe-operators";
      const advice = hint`add '--extra-experimental-features ${feature}' to enable it`;
      this.fail(hint`experimental Nix feature '${feature}' is disabled; ${advice}`, start);
    }
    this.accept(kind, start + 2);
  }

  /** Spaces behind the opening quotes belong to them if nothing else stands on the line. */
  private openIndentedString(start: Offset): void {
    let end = start + 2;
    while (this.text.charCodeAt(end) === 32) end++;
    this.accept(token.indentedStringOpen, this.text.charCodeAt(end) === 10 ? end + 1 : start + 2);
    this.push(mode.indentedString);
  }
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
