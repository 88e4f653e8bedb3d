// Strings and paths with what is interpolated into them.

import { BaseError, hint } from "../errors/index.ts";
import type { Expr, Offset } from "./ast.ts";
import { stripIndentation, type IndentedPart } from "./indentation.ts";
import { lintPath } from "./lints.ts";
import { resolvePathLiteral } from "./literals.ts";
import { ParserBase } from "./parser-base.ts";
import { token } from "./tokens.ts";

export abstract class StringParser extends ParserBase {
  protected parseString(): Expr {
    this.scanner.next();
    const expr = this.parseStringParts();
    this.expect(token.quote);
    return expr;
  }

  /** Up to the closing quote. */
  protected parseStringParts(): Expr {
    const scanner = this.scanner;
    const start = scanner.start;
    if (scanner.is(token.quote)) return { kind: "string", text: "" };
    const parts: { expr: Expr; pos: Offset }[] = [];
    if (scanner.is(token.string)) {
      const first: Expr = { kind: "string", text: scanner.contents };
      scanner.next();
      if (scanner.is(token.quote)) return first;
      if (!scanner.is(token.interpolation)) this.fail();
      parts.push({ expr: first, pos: start });
    }
    this.parseInterpolatedParts(parts);
    return { kind: "concatStrings", forceString: true, parts, pos: start };
  }

  /** Strings and interpolations as long as they follow one another; at least one interpolation. */
  private parseInterpolatedParts(parts: { expr: Expr; pos: Offset }[]): void {
    const scanner = this.scanner;
    if (!scanner.is(token.interpolation)) this.fail();
    for (;;) {
      const pos = scanner.start;
      if (scanner.is(token.string)) {
        parts.push({ expr: { kind: "string", text: scanner.contents }, pos });
        scanner.next();
      } else if (scanner.is(token.interpolation)) {
        scanner.next();
        parts.push({ expr: this.parseExpr(), pos });
        this.expect(token.braceClose);
      } else {
        return;
      }
    }
  }

  protected parseIndentedString(start: Offset): Expr {
    const scanner = this.scanner;
    scanner.next();
    const parts: IndentedPart[] = [];
    for (;;) {
      const pos = scanner.start;
      if (scanner.is(token.indentedString)) {
        parts.push({ kind: "text", text: scanner.contents, hasIndentation: scanner.hasIndentation, pos });
        scanner.next();
      } else if (scanner.is(token.interpolation)) {
        scanner.next();
        parts.push({ kind: "interpolation", expr: this.parseExpr(), pos });
        this.expect(token.braceClose);
      } else {
        break;
      }
    }
    this.expect(token.indentedStringClose);
    return stripIndentation(start, parts);
  }

  protected parsePath(start: Offset): Expr {
    const scanner = this.scanner;
    const literal = scanner.tokenText();
    const path: Expr = {
      kind: "path",
      path: scanner.is(token.homePath) ? this.resolveHomePath(literal) : this.resolvePath(literal),
      literal,
    };
    scanner.next();
    if (scanner.is(token.pathEnd)) {
      scanner.next();
      return path;
    }
    const parts: { expr: Expr; pos: Offset }[] = [{ expr: path, pos: start }];
    if (scanner.is(token.string)) {
      parts.push({ expr: { kind: "string", text: scanner.contents }, pos: scanner.start });
      scanner.next();
    }
    this.parseInterpolatedParts(parts);
    this.expect(token.pathEnd);
    return { kind: "concatStrings", forceString: false, parts, pos: start };
  }

  private resolvePath(literal: string): string {
    lintPath(this.file, this.request, literal, this.scanner.start);
    return resolvePathLiteral(literal, this.request.baseDirectory);
  }

  private resolveHomePath(literal: string): string {
    if (this.request.pure === true) throw new BaseError(hint`the path '${literal}' can not be resolved in pure mode`);
    lintPath(this.file, this.request, literal, this.scanner.start);
    if (this.request.homeDirectory === undefined) throw new BaseError("cannot determine user's home directory");
    return this.request.homeDirectory + literal.slice(1);
  }
}
