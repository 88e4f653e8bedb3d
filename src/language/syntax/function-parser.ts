// Whole expressions that begin with a word: functions with their formals, `let`, `if`, `with`, `assert`. Whether a `{`
// begins formals or a set is told by the one or two tokens behind it.

import { hint, ParseError } from "../errors/index.ts";
import type { Expr, Formal, LambdaExpr, Offset, SourceFile } from "./ast.ts";
import { noOffset } from "./ast.ts";
import { documentLambda, finishAttrs, startAttrs } from "./attrs-builder.ts";
import { OperatorParser } from "./operator-parser.ts";
import { token } from "./tokens.ts";

type FormalSet = NonNullable<LambdaExpr["formals"]>;

export abstract class FunctionParser extends OperatorParser {
  protected override parseExpr(): Expr {
    this.descend();
    const scanner = this.scanner;
    const start = scanner.start;
    let expr: Expr;
    switch (scanner.kind) {
      case token.identifier:
        expr = this.parseFromIdentifier(start);
        break;
      case token.braceOpen:
        expr = this.parseFromBrace(start);
        break;
      case token.let:
        expr = this.parseLet(start);
        break;
      case token.if: {
        scanner.next();
        const condition = this.parseExpr();
        this.expect(token.then);
        const then = this.parseExpr();
        this.expect(token.else);
        // Here, as behind an assertion, Nix goes on with the same frame.
        this.ascend();
        // oxlint-disable-next-line no-thenable -- the branch is named as in the language
        expr = { kind: "if", condition, then, else: this.parseExpr(), pos: start };
        this.descend();
        break;
      }
      case token.with: {
        scanner.next();
        const scope = this.parseExpr();
        this.expect(token.semicolon);
        expr = { kind: "with", scope, body: this.parseExpr(), pos: start };
        break;
      }
      case token.assert: {
        scanner.next();
        const condition = this.parseExpr();
        this.expect(token.semicolon);
        this.ascend();
        expr = { kind: "assert", condition, body: this.parseExpr(), pos: start };
        this.descend();
        break;
      }
      default:
        expr = this.parsePipes(this.parseOperators(start, 0));
    }
    this.ascend();
    return expr;
  }

  private parseFromIdentifier(start: Offset): Expr {
    const scanner = this.scanner;
    const name = scanner.tokenText();
    scanner.next();
    switch (scanner.kind) {
      case token.colon:
        scanner.next();
        return this.makeLambda(start, name, undefined, this.parseExpr());
      case token.at: {
        scanner.next();
        if (!scanner.is(token.braceOpen)) this.fail();
        scanner.next();
        const formals = this.parseFormals([]);
        this.expect(token.colon);
        return this.makeLambda(start, name, formals, this.parseExpr());
      }
      default:
        return this.parseFromSimple(this.parsedVariable(name, start), start);
    }
  }

  /** Goes on behind the first operand's first word. */
  private parseFromSimple(simple: Expr, start: Offset): Expr {
    const operand = this.parseApplication(this.parseSelection(simple, start), start);
    return this.parsePipes(this.climb(operand, start, 0));
  }

  private parseLet(start: Offset): Expr {
    const scanner = this.scanner;
    scanner.next();
    if (scanner.is(token.braceOpen)) return this.parseFromSimple(this.parseOldLet(start), start);
    const attrs = startAttrs(noOffset);
    attrs.recursive = true;
    this.parseBindings(attrs);
    this.expect(token.in);
    const body = this.parseBound();
    if (attrs.dynamic.length > 0) {
      throw new ParseError("dynamic attributes not allowed in let", { file: this.file, offset: start });
    }
    return { kind: "let", attrs: finishAttrs(attrs), body };
  }

  /** `{` begins a function's formals or a set; the token behind it, or the one behind that, tells. */
  private parseFromBrace(start: Offset): Expr {
    const scanner = this.scanner;
    scanner.next();
    switch (scanner.kind) {
      case token.braceClose: {
        scanner.next();
        if (scanner.is(token.colon) || scanner.is(token.at)) {
          return this.parseFormalsLambda(start, { formals: [], ellipsis: false });
        }
        return this.parseFromSimple(finishAttrs(startAttrs(start)), start);
      }
      case token.ellipsis:
        return this.parseFormalsLambda(start, this.parseFormals([]));
      case token.identifier: {
        const name = scanner.tokenText();
        const pos = scanner.start;
        scanner.next();
        if (scanner.is(token.question) || scanner.is(token.comma) || scanner.is(token.braceClose)) {
          const formals = this.parseFormals([this.parseFormalBehindName(name, pos)]);
          return this.parseFormalsLambda(start, formals);
        }
        const attrs = startAttrs(start);
        this.names.add(name);
        this.parseBinding(attrs, this.parseAttrPathBehind({ kind: "static", name }), pos);
        return this.parseFromSimple(this.parseAttrsBehind(attrs), start);
      }
      default: {
        const attrs = startAttrs(start);
        return this.parseFromSimple(this.parseAttrsBehind(attrs), start);
      }
    }
  }

  private parseFormalsLambda(start: Offset, formals: FormalSet): Expr {
    const scanner = this.scanner;
    let argument: string | undefined;
    if (scanner.is(token.at)) {
      scanner.next();
      if (!scanner.is(token.identifier)) this.fail();
      argument = scanner.tokenText();
      scanner.next();
    }
    this.expect(token.colon);
    return this.makeLambda(start, argument, formals, this.parseExpr());
  }

  /** Behind `{` or behind the first formals, up to and with `}`. */
  private parseFormals(formals: Formal[]): FormalSet {
    const scanner = this.scanner;
    let wantsFormal = formals.length === 0;
    let ellipsis = false;
    for (;;) {
      if (wantsFormal && scanner.is(token.identifier)) {
        const name = scanner.tokenText();
        const pos = scanner.start;
        scanner.next();
        formals.push(this.parseFormalBehindName(name, pos));
        wantsFormal = false;
      } else if (wantsFormal && scanner.is(token.ellipsis)) {
        scanner.next();
        ellipsis = true;
        break;
      } else if (!wantsFormal && scanner.is(token.comma)) {
        scanner.next();
        wantsFormal = true;
      } else {
        break;
      }
    }
    this.expect(token.braceClose);
    return { formals, ellipsis };
  }

  private parseFormalBehindName(name: string, pos: Offset): Formal {
    const scanner = this.scanner;
    let fallback: Expr | undefined;
    if (scanner.is(token.question)) {
      scanner.next();
      fallback = this.parseExpr();
    }
    this.names.add(name);
    return { name, fallback, pos };
  }

  private makeLambda(pos: Offset, argument: string | undefined, formals: FormalSet | undefined, body: Expr): Expr {
    if (argument !== undefined) this.names.add(argument);
    if (formals !== undefined) this.checkFormals(formals.formals, argument, pos);
    const lambda: LambdaExpr = { kind: "lambda", argument, formals, body, pos, name: undefined, doc: undefined };
    const doc = this.scanner.docComments.get(pos);
    if (doc !== undefined) documentLambda(lambda, doc);
    return lambda;
  }

  /** Of several names given twice the first symbol is told of (ParserState::validateFormals). */
  private checkFormals(formals: readonly Formal[], argument: string | undefined, pos: Offset): void {
    const names = new Set<string>();
    const repeated: Formal[] = [];
    for (const formal of formals) {
      if (names.has(formal.name)) repeated.push(formal);
      names.add(formal.name);
    }
    if (repeated.length > 0) {
      const [first] = this.bySymbol(repeated.map(({ name }) => name));
      const formal = repeated.find(({ name }) => name === first) as Formal;
      throw duplicateFormal(this.file, formal.name, formal.pos);
    }
    if (argument !== undefined && names.has(argument)) throw duplicateFormal(this.file, argument, pos);
  }
}

function duplicateFormal(file: SourceFile, name: string, offset: Offset): ParseError {
  return new ParseError(hint`duplicate formal function argument '${name}'`, { file, offset });
}
