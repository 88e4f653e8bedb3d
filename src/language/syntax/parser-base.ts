// What all parts of the parser share: the tokens, and how to give up. The parser is cut into classes that build on each
// other, from strings up to whole expressions; the rule for an expression, which all of them need, comes last.

import { stackOverflow, type Warning } from "../errors/index.ts";
import type { Expr, Origin, SourceFile } from "./ast.ts";
import type { Lints } from "./lints.ts";
import { Scanner } from "./scanner.ts";
import { findSyntaxError, syntaxError, type SyntaxErrorOptions } from "./syntax-error.ts";
import type { TokenKind } from "./tokens.ts";

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
  /** The symbol of a name that has one already; the names of this text get theirs after them. */
  readonly symbolOf?: (name: string) => number | undefined;
  /** Is given each warning while the text is parsed. */
  readonly warn?: (warning: Warning) => void;
}

/**
 * Nix's stack, in bytes, and what its pass that binds variables takes of it for an expression inside of another, and more for
 * one with bindings (on x86-64, a little less than it is). What needs more stack overflows
 * there whatever comes next, so it is not parsed to its end here: our parser needs stack itself for each level, which the
 * collector of garbage goes through each time, so that a million levels would take minutes.
 */
const nixStackSize = 64 * 2 ** 20;
const frameSize = 128;
const bindingsFrameSize = 80;

/** Is thrown from the depth, to be replaced where there is stack again. */
export class NestedTooDeeply extends Error {}

export abstract class ParserBase {
  readonly file: SourceFile;
  protected readonly request: ParseRequest;
  protected readonly scanner: Scanner;
  /** In the order in which Nix's parser makes symbols of them: an argument after the body it is for. */
  protected readonly names = new Set<string>();
  /** What Nix's stack would hold of the expressions that are begun and not ended. */
  protected nesting = 0;
  /** The text is bindings of the REPL instead of an expression. */
  protected startsWithBindings = false;

  constructor(request: ParseRequest) {
    this.file = { origin: request.origin, text: request.text };
    this.request = request;
    this.scanner = new Scanner(this.file, { pipeOperators: this.allowsPipes() });
  }

  /** Anything that may stand in parentheses. */
  protected abstract parseExpr(): Expr;

  /** Begins an expression inside of another. */
  protected descend(): void {
    this.nesting += frameSize;
    if (this.nesting > nixStackSize) throw new NestedTooDeeply();
  }

  protected ascend(): void {
    this.nesting -= frameSize;
  }

  /** Below what binds variables or attributes. */
  protected parseBound(): Expr {
    this.nesting += bindingsFrameSize;
    const expr = this.parseExpr();
    this.nesting -= bindingsFrameSize;
    return expr;
  }

  /** Nix's parser has no such limit, so an error in the text comes first. */
  failTooDeep(): never {
    throw findSyntaxError(this.file, this.syntaxOptions()) ?? stackOverflow();
  }

  /** The current token cannot stand where it does. */
  protected fail(): never {
    throw syntaxError(this.file, this.syntaxOptions());
  }

  private syntaxOptions(): SyntaxErrorOptions {
    return { pipeOperators: this.allowsPipes(), bindings: this.startsWithBindings };
  }

  protected expect(kind: TokenKind): void {
    if (!this.scanner.is(kind)) this.fail();
    this.scanner.next();
  }

  bySymbol(names: readonly string[]): string[] {
    const own = [...this.names];
    const order = new Map(names.map((name) => [name, this.request.symbolOf?.(name) ?? Infinity]));
    return own
      .filter((name) => order.has(name))
      .toSorted((a, b) => Math.sign((order.get(a) as number) - (order.get(b) as number)) || 0);
  }

  private allowsPipes(): boolean {
    return this.request.features?.has("pipe-operators") ?? false;
  }
}
