// The parser: recursive descent over the grammar of Nix's parser.y, with precedence climbing for operators. It yields the
// tree that Nix's own parser yields, desugaring and quirks included: an application to something that is already a call,
// even in parentheses, joins that call; `a.b or c` and the odd `f or` are told apart; positions are those of Nix's nodes.
//
// A syntax error is only noticed here. Its wording depends on the states of Nix's generated parser, so it is left to
// syntax-error.ts, which goes through the text again. What this parser checks by itself it checks where Nix's would, so
// that of several errors the same one is reported.

import { isStackExhaustion } from "../errors/index.ts";
import type { Expr, Offset, SourceFile } from "./ast.ts";
import { noOffset } from "./ast.ts";
import { finishAttrs, startAttrs } from "./attrs-builder.ts";
import { FunctionParser } from "./function-parser.ts";
import { NestedTooDeeply, type ParseRequest } from "./parser-base.ts";
import type { DocComment } from "./scanner.ts";
import { token } from "./tokens.ts";

export type { ParseRequest } from "./parser-base.ts";

export interface ParsedFile {
  readonly expr: Expr;
  readonly file: SourceFile;
  /** The names in it, but those that desugaring made, in the order in which they become symbols. */
  readonly names: ReadonlySet<string>;
  /** The doc comment before each token that has one, by the token's offset. */
  readonly docComments: ReadonlyMap<Offset, DocComment>;
}

/** Parses an expression. Throws ParseError, with Nix's words and position. */
export function parseFile(request: ParseRequest): ParsedFile {
  return withStackCheck(new Parser(request), (parser) => parser.parseExpression());
}

/** Parses `a = 1; inherit b;` as the REPL reads it, into a set. */
export function parseBindings(request: ParseRequest): ParsedFile {
  return withStackCheck(new Parser(request), (parser) => parser.parseReplBindings());
}

/** Text nested so deeply that the stack does not hold it gets the error that Nix gives when its own does not. */
function withStackCheck<T>(parser: Parser, parse: (parser: Parser) => T): T {
  try {
    return parse(parser);
  } catch (error) {
    if (error instanceof NestedTooDeeply || isStackExhaustion(error)) parser.failTooDeep();
    throw error;
  }
}

class Parser extends FunctionParser {
  parseExpression(): ParsedFile {
    this.scanner.next();
    const expr = this.parseExpr();
    return this.finish(expr);
  }

  parseReplBindings(): ParsedFile {
    this.startsWithBindings = true;
    this.scanner.next();
    if (this.scanner.is(token.endOfFile)) this.fail();
    const attrs = startAttrs(noOffset);
    this.parseBindings(attrs);
    return this.finish(finishAttrs(attrs));
  }

  private finish(expr: Expr): ParsedFile {
    if (!this.scanner.is(token.endOfFile)) this.fail();
    return { expr, file: this.file, names: this.names, docComments: this.scanner.docComments };
  }
}
