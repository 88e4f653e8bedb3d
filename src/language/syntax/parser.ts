// The parser: recursive descent over the grammar of Nix's parser.y, with precedence climbing for operators. It yields the
// tree that Nix's own parser yields, desugaring and quirks included: an application to something that is already a call,
// even in parentheses, joins that call; `a.b or c` and the odd `f or` are told apart; positions are those of Nix's nodes.
//
// A syntax error is only noticed here. Its wording depends on the states of Nix's generated parser, so it is left to
// syntax-error.ts, which goes through the text again. What this parser checks by itself it checks where Nix's would, so
// that of several errors the same one is reported: the token behind a `;` is only read when what stands before is good.

import {
  BaseError,
  hint,
  isStackExhaustion,
  ParseError,
  snippet,
  stackOverflow,
  printPosition,
  type Warning,
} from "../errors/index.ts";
import type { AttrName, CallExpr, Expr, Formal, LambdaExpr, Offset, Origin, SourceFile, VarExpr } from "./ast.ts";
import { noOffset } from "./ast.ts";
import {
  addAttr,
  addInheritFrom,
  documentLambda,
  finishAttrs,
  inheritAttr,
  inheritAttrFrom,
  startAttrs,
  type AttrsBuilder,
} from "./attrs-builder.ts";
import { stripIndentation, type IndentedPart } from "./indentation.ts";
import { lintPath, lintUri, type Lints } from "./lints.ts";
import { resolvePathLiteral } from "./literals.ts";
import { binaryOperators, precedence, startsSimple, unaryNotPrecedence } from "./operators.ts";
import { Scanner, type DocComment } from "./scanner.ts";
import { syntaxError } from "./syntax-error.ts";
import { token, type TokenKind } from "./tokens.ts";

export interface ParseRequest {
  readonly origin: Origin;
  /** A byte string. */
  readonly text: string;
  /** Absolute; where relative paths start. */
  readonly baseDirectory: string;
  /** What `~` stands for; absent where there is none, so that `~/x` is an error. */
  readonly homeDirectory?: string | undefined;
  /** Experimental features by name; `pipe-operators` is the one that matters here. */
  readonly features?: ReadonlySet<string>;
  /** Pure evaluation: `~/x` is an error. */
  readonly pure?: boolean;
  readonly lints?: Lints;
  /** Is given each warning while the text is parsed. */
  readonly warn?: (warning: Warning) => void;
}

export interface ParsedFile {
  readonly expr: Expr;
  readonly file: SourceFile;
  /** The doc comment before each token that has one, by the token's offset. */
  readonly docComments: ReadonlyMap<Offset, DocComment>;
}

/** Parses an expression. Throws ParseError, with Nix's words and position. */
export function parseFile(request: ParseRequest): ParsedFile {
  const parser = new Parser(request);
  return withStackCheck(() => parser.finish(parser.parseWhole()));
}

/** Parses `a = 1; inherit b;` as the REPL reads it. */
export function parseBindings(request: ParseRequest): ParsedFile {
  const parser = new Parser(request);
  return withStackCheck(() => parser.finish(parser.parseWholeBindings()));
}

function withStackCheck<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw isStackExhaustion(error) ? stackOverflow() : error;
  }
}

type FormalSet = NonNullable<LambdaExpr["formals"]>;

class Parser {
  readonly #file: SourceFile;
  readonly #options: ParseRequest;
  readonly #scanner: Scanner;
  #startsWithBindings = false;
  /** Behind the `or` when the expression just parsed is `f or`, otherwise noOffset. */
  #cursedOrEnd: Offset = noOffset;

  constructor(request: ParseRequest) {
    this.#file = { origin: request.origin, text: request.text };
    this.#options = request;
    this.#scanner = new Scanner(this.#file, { pipeOperators: this.#allowsPipes() });
  }

  #allowsPipes(): boolean {
    return this.#options.features?.has("pipe-operators") ?? false;
  }

  finish(expr: Expr): ParsedFile {
    return { expr, file: this.#file, docComments: this.#scanner.docComments };
  }

  parseWhole(): Expr {
    this.#scanner.next();
    const expr = this.#parseExpr();
    if (!this.#scanner.is(token.endOfFile)) this.#fail();
    return expr;
  }

  parseWholeBindings(): Expr {
    this.#startsWithBindings = true;
    this.#scanner.next();
    const attrs = startAttrs(noOffset);
    if (this.#scanner.is(token.endOfFile)) this.#fail();
    this.#parseBindings(attrs);
    if (!this.#scanner.is(token.endOfFile)) this.#fail();
    return finishAttrs(attrs);
  }

  #fail(): never {
    throw syntaxError(this.#file, {
      pipeOperators: this.#allowsPipes(),
      bindings: this.#startsWithBindings,
    });
  }

  #expect(kind: TokenKind): void {
    if (!this.#scanner.is(kind)) this.#fail();
    this.#scanner.next();
  }

  // Functions, `assert`, `with`, `let`, `if`: what may stand where a whole expression is wanted.

  #parseExpr(): Expr {
    const scanner = this.#scanner;
    const start = scanner.start;
    switch (scanner.kind) {
      case token.identifier:
        return this.#parseFromIdentifier(start);
      case token.braceOpen:
        return this.#parseFromBrace(start);
      case token.let:
        return this.#parseLet(start);
      case token.if: {
        scanner.next();
        const condition = this.#parseExpr();
        this.#expect(token.then);
        const then = this.#parseExpr();
        this.#expect(token.else);
        return { kind: "if", condition, then, else: this.#parseExpr(), pos: start };
      }
      case token.with: {
        scanner.next();
        const scope = this.#parseExpr();
        this.#expect(token.semicolon);
        return { kind: "with", scope, body: this.#parseExpr(), pos: start };
      }
      case token.assert: {
        scanner.next();
        const condition = this.#parseExpr();
        this.#expect(token.semicolon);
        return { kind: "assert", condition, body: this.#parseExpr(), pos: start };
      }
      default:
        return this.#parsePipes(this.#parseOperators(start, 0));
    }
  }

  #parseFromIdentifier(start: Offset): Expr {
    const scanner = this.#scanner;
    const name = scanner.tokenText();
    scanner.next();
    switch (scanner.kind) {
      case token.colon:
        scanner.next();
        return this.#makeLambda(start, name, undefined, this.#parseExpr());
      case token.at: {
        scanner.next();
        if (!scanner.is(token.braceOpen)) this.#fail();
        scanner.next();
        const formals = this.#parseFormals([]);
        this.#expect(token.colon);
        return this.#makeLambda(start, name, formals, this.#parseExpr());
      }
      default:
        return this.#parseFromSimple(makeVariable(name, start), start);
    }
  }

  /** Goes on behind the first operand's first word. */
  #parseFromSimple(simple: Expr, start: Offset): Expr {
    const operand = this.#parseApplication(this.#parseSelection(simple, start), start);
    return this.#parsePipes(this.#climb(operand, start, 0));
  }

  #parseLet(start: Offset): Expr {
    const scanner = this.#scanner;
    scanner.next();
    if (scanner.is(token.braceOpen)) return this.#parseFromSimple(this.#parseOldLet(start), start);
    const attrs = startAttrs(noOffset);
    attrs.recursive = true;
    this.#parseBindings(attrs);
    this.#expect(token.in);
    const body = this.#parseExpr();
    if (attrs.dynamic.length > 0) {
      throw new ParseError("dynamic attributes not allowed in let", { file: this.#file, offset: start });
    }
    return { kind: "let", attrs: finishAttrs(attrs), body };
  }

  /** `{` begins a function's formals or a set; the token behind it, or the one behind that, tells. */
  #parseFromBrace(start: Offset): Expr {
    const scanner = this.#scanner;
    scanner.next();
    switch (scanner.kind) {
      case token.braceClose: {
        scanner.next();
        if (scanner.is(token.colon) || scanner.is(token.at)) {
          return this.#parseFormalsLambda(start, { formals: [], ellipsis: false });
        }
        return this.#parseFromSimple(finishAttrs(startAttrs(start)), start);
      }
      case token.ellipsis:
        return this.#parseFormalsLambda(start, this.#parseFormals([]));
      case token.identifier: {
        const name = scanner.tokenText();
        const pos = scanner.start;
        scanner.next();
        if (scanner.is(token.question) || scanner.is(token.comma) || scanner.is(token.braceClose)) {
          const formals = this.#parseFormals([this.#parseFormalBehindName(name, pos)]);
          return this.#parseFormalsLambda(start, formals);
        }
        const attrs = startAttrs(start);
        this.#parseBinding(attrs, this.#parseAttrPathBehind({ kind: "static", name }), pos);
        return this.#parseFromSimple(this.#parseAttrsBehind(attrs), start);
      }
      default: {
        const attrs = startAttrs(start);
        return this.#parseFromSimple(this.#parseAttrsBehind(attrs), start);
      }
    }
  }

  #parseFormalsLambda(start: Offset, formals: FormalSet): Expr {
    const scanner = this.#scanner;
    let argument: string | undefined;
    if (scanner.is(token.at)) {
      scanner.next();
      if (!scanner.is(token.identifier)) this.#fail();
      argument = scanner.tokenText();
      scanner.next();
    }
    this.#expect(token.colon);
    return this.#makeLambda(start, argument, formals, this.#parseExpr());
  }

  /** Behind `{` or behind the first formals, up to and with `}`. */
  #parseFormals(formals: Formal[]): FormalSet {
    const scanner = this.#scanner;
    let wantsFormal = formals.length === 0;
    let ellipsis = false;
    for (;;) {
      if (wantsFormal && scanner.is(token.identifier)) {
        const name = scanner.tokenText();
        const pos = scanner.start;
        scanner.next();
        formals.push(this.#parseFormalBehindName(name, pos));
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
    this.#expect(token.braceClose);
    return { formals, ellipsis };
  }

  #parseFormalBehindName(name: string, pos: Offset): Formal {
    const scanner = this.#scanner;
    if (!scanner.is(token.question)) return { name, fallback: undefined, pos };
    scanner.next();
    return { name, fallback: this.#parseExpr(), pos };
  }

  #makeLambda(pos: Offset, argument: string | undefined, formals: FormalSet | undefined, body: Expr): Expr {
    if (formals !== undefined) checkFormals(this.#file, formals.formals, argument, pos);
    const lambda: LambdaExpr = { kind: "lambda", argument, formals, body, pos, name: undefined, doc: undefined };
    const doc = this.#scanner.docComments.get(pos);
    if (doc !== undefined) documentLambda(lambda, doc);
    return lambda;
  }

  // Operators.

  /** `a |> f` and `f <| a`; mixing them is left to the caller's complaint about the next token. */
  #parsePipes(first: Expr): Expr {
    const scanner = this.#scanner;
    if (scanner.is(token.pipeFrom)) {
      const operands = [first];
      const positions: Offset[] = [];
      while (scanner.is(token.pipeFrom)) {
        positions.push(scanner.start);
        scanner.next();
        operands.push(this.#parseOperators(scanner.start, 0));
      }
      return operands.reduceRight((argument, fn, index) => makeCall(positions[index] ?? noOffset, fn, argument));
    }
    let result = first;
    while (scanner.is(token.pipeInto)) {
      const pos = scanner.start;
      scanner.next();
      result = makeCall(pos, this.#parseOperators(scanner.start, 0), result);
    }
    return result;
  }

  #parseOperators(start: Offset, lowest: number): Expr {
    return this.#climb(this.#parseOperand(start), start, lowest);
  }

  #parseOperand(start: Offset): Expr {
    const scanner = this.#scanner;
    switch (scanner.kind) {
      case token.exclamation:
        scanner.next();
        return { kind: "not", operand: this.#parseOperators(scanner.start, unaryNotPrecedence) };
      case token.minus: {
        scanner.next();
        const operand = this.#parseOperand(scanner.start);
        return callDesugared("__sub", [{ kind: "int", value: 0 }, operand], start);
      }
      default:
        return this.#parseApplication(this.#parseSelection(this.#parseSimple(start), start), start);
    }
  }

  /** Takes binary operators that bind as tightly as `lowest` or more. */
  #climb(first: Expr, start: Offset, lowest: number): Expr {
    const scanner = this.#scanner;
    let left = first;
    for (;;) {
      const kind = scanner.kind;
      const level = precedence[kind] ?? 0;
      if (level === 0 || level < lowest) return left;
      const pos = scanner.start;
      scanner.next();
      if (kind === token.question) {
        left = { kind: "hasAttr", target: left, path: this.#parseAttrPath(), pos: start };
        continue;
      }
      const operator = binaryOperators.get(kind);
      if (operator === undefined) this.#fail();
      const rightStart = scanner.start;
      const right = this.#parseOperators(rightStart, operator.associativity === "right" ? level : level + 1);
      if (operator.associativity === "none" && precedence[scanner.kind] === level) this.#fail();
      left = operator.make(left, right, { left: start, operator: pos, right: rightStart });
    }
  }

  #parseApplication(first: Expr, start: Offset): Expr {
    const scanner = this.#scanner;
    let fn = first;
    while (startsSimple[scanner.kind] === 1) {
      const argumentStart = scanner.start;
      const argument = this.#parseSelection(this.#parseSimple(argumentStart), argumentStart);
      this.#warnIfCursedOr(argument);
      fn = makeCall(start, fn, argument);
    }
    return fn;
  }

  /** `x`, `x.a.b`, `x.a or y`, and `x or`, which is a call with a variable of that name. */
  #parseSelection(simple: Expr, start: Offset): Expr {
    const scanner = this.#scanner;
    this.#cursedOrEnd = noOffset;
    if (scanner.is(token.dot)) {
      scanner.next();
      const path = this.#parseAttrPath();
      let or: Expr | undefined;
      if (scanner.is(token.orKeyword)) {
        scanner.next();
        const orStart = scanner.start;
        or = this.#parseSelection(this.#parseSimple(orStart), orStart);
        this.#warnIfCursedOr(or);
        this.#cursedOrEnd = noOffset;
      }
      return { kind: "select", target: simple, path, or, pos: start };
    }
    if (scanner.is(token.orKeyword)) {
      const end = scanner.end;
      scanner.next();
      this.#cursedOrEnd = end;
      return { kind: "call", fn: simple, args: [{ kind: "var", name: "or", pos: start }], pos: start };
    }
    return simple;
  }

  #warnIfCursedOr(expr: Expr): void {
    if (this.#cursedOrEnd === noOffset || expr.kind !== "call") return;
    const place = printPosition({ file: this.#file, offset: expr.pos });
    const text = snippet(this.#file, expr.pos, this.#cursedOrEnd);
    this.#options.warn?.(
      `at ${place}: This expression uses \`or\` as an identifier in a way that will change in a future Nix release.\n` +
        `Wrap this entire expression in parentheses to preserve its current meaning:\n    (${text})\n` +
        "Give feedback at https://github.com/NixOS/nix/pull/11121",
    );
  }

  // Single words and brackets.

  #parseSimple(start: Offset): Expr {
    const scanner = this.#scanner;
    switch (scanner.kind) {
      case token.identifier: {
        const name = scanner.tokenText();
        scanner.next();
        return makeVariable(name, start);
      }
      case token.integer: {
        const value = scanner.number;
        scanner.next();
        return { kind: "int", value };
      }
      case token.float: {
        const value = Number(scanner.number);
        scanner.next();
        return { kind: "float", value };
      }
      case token.quote:
        return this.#parseString();
      case token.indentedStringOpen:
        return this.#parseIndentedString(start);
      case token.path:
      case token.homePath:
        return this.#parsePath(start);
      case token.searchPath: {
        const path = scanner.text.slice(start + 1, scanner.end - 1);
        scanner.next();
        const nixPath: VarExpr = { kind: "var", name: "__nixPath", pos: noOffset };
        return callDesugared("__findFile", [nixPath, { kind: "string", text: path }], start);
      }
      case token.uri: {
        const text = scanner.tokenText();
        lintUri(this.#file, this.#options, text, start);
        scanner.next();
        return { kind: "string", text };
      }
      case token.parenOpen: {
        scanner.next();
        const expr = this.#parseExpr();
        this.#expect(token.parenClose);
        return expr;
      }
      case token.let:
        scanner.next();
        return this.#parseOldLet(start);
      case token.rec: {
        scanner.next();
        const attrs = this.#parseRecursiveAttrs(start);
        return finishAttrs(attrs);
      }
      case token.braceOpen: {
        scanner.next();
        const attrs = startAttrs(start);
        return this.#parseAttrsBehind(attrs);
      }
      case token.bracketOpen:
        return this.#parseList(start);
      default:
        return this.#fail();
    }
  }

  /** `let { …; body = e; }`, behind the `let`. */
  #parseOldLet(start: Offset): Expr {
    const target = finishAttrs(this.#parseRecursiveAttrs(start));
    return { kind: "select", target, path: [{ kind: "static", name: "body" }], or: undefined, pos: noOffset };
  }

  #parseRecursiveAttrs(start: Offset): AttrsBuilder {
    this.#expect(token.braceOpen);
    const attrs = startAttrs(start);
    attrs.recursive = true;
    this.#parseAttrsBehind(attrs);
    return attrs;
  }

  /** The rest of a set up to and with `}`. */
  #parseAttrsBehind(attrs: AttrsBuilder): Expr {
    this.#parseBindings(attrs);
    this.#expect(token.braceClose);
    return finishAttrs(attrs);
  }

  #parseList(start: Offset): Expr {
    const scanner = this.#scanner;
    scanner.next();
    const items: Expr[] = [];
    while (startsSimple[scanner.kind] === 1) {
      const itemStart = scanner.start;
      const item = this.#parseSelection(this.#parseSimple(itemStart), itemStart);
      this.#warnIfCursedOr(item);
      items.push(item);
    }
    this.#expect(token.bracketClose);
    return { kind: "list", items, pos: start };
  }

  // Attribute definitions.

  #parseBindings(attrs: AttrsBuilder): void {
    const scanner = this.#scanner;
    for (;;) {
      switch (scanner.kind) {
        case token.inherit:
          this.#parseInherit(attrs);
          break;
        case token.identifier:
        case token.orKeyword:
        case token.quote:
        case token.interpolation: {
          const pos = scanner.start;
          this.#parseBinding(attrs, this.#parseAttrPath(), pos);
          break;
        }
        default:
          return;
      }
    }
  }

  /** `= value;`, behind the path. */
  #parseBinding(attrs: AttrsBuilder, path: AttrName[], pos: Offset): void {
    const scanner = this.#scanner;
    this.#expect(token.assign);
    const valueStart = scanner.start;
    const value = this.#parseExpr();
    if (!scanner.is(token.semicolon)) this.#fail();
    addAttr(this.#file, attrs, path, value, pos);
    const doc = scanner.docComments.get(pos);
    if (doc !== undefined) {
      if (value.kind === "lambda") documentLambda(value, doc);
      if (!scanner.docComments.has(valueStart)) scanner.docComments.set(valueStart, doc);
    }
    scanner.next();
  }

  #parseInherit(attrs: AttrsBuilder): void {
    const scanner = this.#scanner;
    scanner.next();
    let source: Expr | undefined;
    if (scanner.is(token.parenOpen)) {
      scanner.next();
      source = this.#parseExpr();
      this.#expect(token.parenClose);
    }
    const names: { readonly name: string; readonly pos: Offset }[] = [];
    while (this.#startsAttr()) {
      const pos = scanner.start;
      const attr = this.#parseAttr("inherit");
      if (attr.kind === "static") names.push({ name: attr.name, pos });
    }
    if (!scanner.is(token.semicolon)) this.#fail();
    if (source === undefined) {
      for (const { name, pos } of names) inheritAttr(this.#file, attrs, name, pos);
    } else {
      const from = addInheritFrom(attrs, source);
      for (const { name, pos } of names) inheritAttrFrom(this.#file, attrs, { name, from, pos });
    }
    scanner.next();
  }

  #startsAttr(): boolean {
    switch (this.#scanner.kind) {
      case token.identifier:
      case token.orKeyword:
      case token.quote:
      case token.interpolation:
        return true;
      default:
        return false;
    }
  }

  #parseAttrPath(): AttrName[] {
    return this.#parseAttrPathBehind(this.#parseAttr("path"));
  }

  #parseAttrPathBehind(first: AttrName): AttrName[] {
    const path = [first];
    while (this.#scanner.is(token.dot)) {
      this.#scanner.next();
      path.push(this.#parseAttr("path"));
    }
    return path;
  }

  /** A name in an attribute path or of an `inherit`, where a dynamic one is an error at once. */
  #parseAttr(where: "path" | "inherit"): AttrName {
    const scanner = this.#scanner;
    const start = scanner.start;
    let expr: Expr;
    switch (scanner.kind) {
      case token.identifier:
      case token.orKeyword: {
        const name = scanner.tokenText();
        scanner.next();
        return { kind: "static", name };
      }
      case token.quote:
        scanner.next();
        expr = this.#parseStringParts();
        if (!scanner.is(token.quote)) this.#fail();
        break;
      case token.interpolation:
        scanner.next();
        expr = this.#parseExpr();
        if (!scanner.is(token.braceClose)) this.#fail();
        break;
      default:
        return this.#fail();
    }
    if (expr.kind !== "string" && where === "inherit") {
      throw new ParseError("dynamic attributes not allowed in inherit", { file: this.#file, offset: start });
    }
    scanner.next();
    return expr.kind === "string" ? { kind: "static", name: expr.text } : { kind: "dynamic", expr };
  }

  // Strings and paths.

  #parseString(): Expr {
    this.#scanner.next();
    const expr = this.#parseStringParts();
    this.#expect(token.quote);
    return expr;
  }

  /** Up to the closing quote. */
  #parseStringParts(): Expr {
    const scanner = this.#scanner;
    const start = scanner.start;
    if (scanner.is(token.quote)) return { kind: "string", text: "" };
    const parts: { expr: Expr; pos: Offset }[] = [];
    if (scanner.is(token.string)) {
      const first: Expr = { kind: "string", text: scanner.contents };
      scanner.next();
      if (scanner.is(token.quote)) return first;
      if (!scanner.is(token.interpolation)) this.#fail();
      parts.push({ expr: first, pos: start });
    }
    this.#parseInterpolatedParts(parts);
    return { kind: "concatStrings", forceString: true, parts, pos: start };
  }

  /** Strings and interpolations as long as they follow one another; at least one interpolation. */
  #parseInterpolatedParts(parts: { expr: Expr; pos: Offset }[]): void {
    const scanner = this.#scanner;
    if (!scanner.is(token.interpolation)) this.#fail();
    for (;;) {
      const pos = scanner.start;
      if (scanner.is(token.string)) {
        parts.push({ expr: { kind: "string", text: scanner.contents }, pos });
        scanner.next();
      } else if (scanner.is(token.interpolation)) {
        scanner.next();
        parts.push({ expr: this.#parseExpr(), pos });
        this.#expect(token.braceClose);
      } else {
        return;
      }
    }
  }

  #parseIndentedString(start: Offset): Expr {
    const scanner = this.#scanner;
    scanner.next();
    const parts: IndentedPart[] = [];
    for (;;) {
      const pos = scanner.start;
      if (scanner.is(token.indentedString)) {
        parts.push({ kind: "text", text: scanner.contents, hasIndentation: scanner.hasIndentation, pos });
        scanner.next();
      } else if (scanner.is(token.interpolation)) {
        scanner.next();
        parts.push({ kind: "interpolation", expr: this.#parseExpr(), pos });
        this.#expect(token.braceClose);
      } else {
        break;
      }
    }
    this.#expect(token.indentedStringClose);
    return stripIndentation(start, parts);
  }

  #parsePath(start: Offset): Expr {
    const scanner = this.#scanner;
    const literal = scanner.tokenText();
    const path: Expr = {
      kind: "path",
      path: scanner.is(token.homePath) ? this.#resolveHomePath(literal) : this.#resolvePath(literal),
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
    this.#parseInterpolatedParts(parts);
    this.#expect(token.pathEnd);
    return { kind: "concatStrings", forceString: false, parts, pos: start };
  }

  #resolvePath(literal: string): string {
    lintPath(this.#file, this.#options, literal, this.#scanner.start);
    return resolvePathLiteral(literal, this.#options.baseDirectory);
  }

  #resolveHomePath(literal: string): string {
    if (this.#options.pure === true) throw new BaseError(hint`the path '${literal}' can not be resolved in pure mode`);
    lintPath(this.#file, this.#options, literal, this.#scanner.start);
    if (this.#options.homeDirectory === undefined) throw new BaseError("cannot determine user's home directory");
    return this.#options.homeDirectory + literal.slice(1);
  }
}

function makeVariable(name: string, pos: Offset): Expr {
  return name === "__curPos" ? { kind: "curPos", pos } : { kind: "var", name, pos };
}

function callDesugared(name: string, args: readonly Expr[], pos: Offset): Expr {
  return { kind: "call", fn: { kind: "var", name, pos: noOffset }, args, pos };
}

/** Calling a call adds to its arguments; the node is this parser's own until it hands the tree out. */
function makeCall(pos: Offset, fn: Expr, argument: Expr): CallExpr {
  if (fn.kind === "call") {
    (fn.args as Expr[]).push(argument);
    return fn;
  }
  return { kind: "call", fn, args: [argument], pos };
}

/** ParserState::validateFormals. */
function checkFormals(file: SourceFile, formals: readonly Formal[], argument: string | undefined, pos: Offset): void {
  const counts = new Map<string, number>();
  for (const { name } of formals) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (counts.size < formals.length) {
    const name = formals.find((formal) => (counts.get(formal.name) ?? 0) > 1)?.name;
    const second = formals.filter((formal) => formal.name === name)[1];
    if (second !== undefined) throw duplicateFormal(file, second.name, second.pos);
  }
  if (argument !== undefined && counts.has(argument)) throw duplicateFormal(file, argument, pos);
}

function duplicateFormal(file: SourceFile, name: string, offset: Offset): ParseError {
  return new ParseError(hint`duplicate formal function argument '${name}'`, { file, offset });
}
