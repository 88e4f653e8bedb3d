// Goes through a whole file once, before anything of it runs: an undefined variable is an error even in code that is
// never used. Bodies are compiled much later, or never.

import type { AttrPath, AttrsExpr, Expr, LambdaExpr, VarExpr } from "../syntax/ast.ts";
import { stackOverflow } from "../errors/index.ts";
import type { ParsedFile } from "../syntax/index.ts";
import type { Symbol, SymbolTable } from "../values/symbols.ts";
import { resolveVariable, type Scope } from "./scope.ts";

/**
 * Makes symbols of a file's names and returns the first undefined variable in the order in which Nix looks (bindVars), if
 * there is one.
 */
export function findUndefinedVariable(parsed: ParsedFile, scope: Scope, symbols: SymbolTable): VarExpr | undefined {
  const { expr, names } = parsed;
  for (const name of names) symbols.intern(name);
  const walker = new Walker(scope, symbols);
  walker.walk(expr);
  return walker.undefinedVariable;
}

/** Nix's stack over what its own walk takes of it for each of these. */
const deepest = (64 * 2 ** 20) / 128;

class Walker {
  private readonly scope: Scope;
  private readonly symbols: SymbolTable;
  /** Names outside of the expression, looked up once. */
  private readonly outside = new Map<string, boolean>();
  private withDepth = 0;
  /** Of additions and arguments, which the parser does not limit (see parser-base.ts). */
  private depth = 0;
  undefinedVariable: VarExpr | undefined = undefined;

  constructor(scope: Scope, symbols: SymbolTable) {
    this.scope = scope;
    this.symbols = symbols;
  }

  walk(expr: Expr): void {
    switch (expr.kind) {
      case "int":
      case "float":
      case "string":
      case "path":
      case "curPos":
        return;
      case "var":
        return this.variable(expr);
      case "select":
        this.walk(expr.target);
        this.path(expr.path);
        if (expr.or !== undefined) this.walk(expr.or);
        return;
      case "hasAttr":
        this.walk(expr.target);
        return this.path(expr.path);
      case "attrs":
        return this.attrs(expr);
      case "list":
        for (const item of expr.items) this.walk(item);
        return;
      case "lambda":
        return this.lambda(expr);
      case "call":
        this.walk(expr.fn);
        this.descend();
        for (const arg of expr.args) this.walk(arg);
        this.depth--;
        return;
      case "let":
        return this.bindings(expr.attrs, () => this.walk(expr.body));
      case "with":
        this.walk(expr.scope);
        this.withDepth++;
        this.walk(expr.body);
        this.withDepth--;
        return;
      case "if":
        this.walk(expr.condition);
        this.walk(expr.then);
        return this.walk(expr.else);
      case "assert":
        this.walk(expr.condition);
        return this.walk(expr.body);
      case "not":
        return this.walk(expr.operand);
      case "binary":
        this.walk(expr.left);
        return this.walk(expr.right);
      case "concatStrings":
        this.descend();
        for (const part of expr.parts) this.walk(part.expr);
        this.depth--;
        return;
      case "packed":
        return this.walk(expr.unpack());
    }
  }

  private descend(): void {
    if (++this.depth > deepest) throw stackOverflow();
  }

  private variable(expr: VarExpr): void {
    const entry = this.symbols.entry(expr.name);
    if (entry.bound > 0 || this.withDepth > 0) return;
    let isKnown = this.outside.get(expr.name);
    if (isKnown === undefined) {
      isKnown = resolveVariable(this.scope, expr.name).kind !== "undefined";
      this.outside.set(expr.name, isKnown);
    }
    if (!isKnown) this.undefinedVariable ??= expr;
  }

  private path(path: AttrPath): void {
    for (const name of path) if (name.kind === "dynamic") this.walk(name.expr);
  }

  private bind(name: string): void {
    this.symbols.entry(name).bound++;
  }

  private unbind(name: string): void {
    this.symbols.entry(name).bound--;
  }

  private attrs(expr: AttrsExpr): void {
    if (expr.recursive) {
      this.bindings(expr, () => this.dynamic(expr));
      return;
    }
    for (const source of expr.inheritFrom) this.walk(source);
    this.inOrder(expr.attrs, ([name, def]) => {
      const symbol = this.symbols.intern(name);
      if (def.kind !== "inheritedFrom") this.walk(def.value);
      return symbol;
    });
    this.dynamic(expr);
  }

  /**
   * Of several undefined variables the first is the one below the first symbol, since Nix looks in that order. `walk`
   * gives the symbol.
   */
  private inOrder<T>(items: Iterable<T>, walk: (item: T) => Symbol): void {
    const before = this.undefinedVariable;
    let first: { readonly symbol: Symbol; readonly found: VarExpr } | undefined;
    for (const item of items) {
      this.undefinedVariable = undefined;
      const symbol = walk(item);
      const found: VarExpr | undefined = this.undefinedVariable;
      if (found !== undefined && (first === undefined || symbol < first.symbol)) first = { symbol, found };
    }
    this.undefinedVariable = before ?? first?.found;
  }

  private dynamic(expr: AttrsExpr): void {
    for (const { name, value } of expr.dynamic) {
      this.walk(name);
      this.walk(value);
    }
  }

  /** What is inherited from outside is looked up there, the rest inside. */
  private bindings(expr: AttrsExpr, inside: () => void): void {
    const inherited = new Map<string, VarExpr | undefined>();
    const before = this.undefinedVariable;
    for (const [name, def] of expr.attrs) {
      if (def.kind !== "inherited") continue;
      this.undefinedVariable = undefined;
      this.variable(def.value);
      inherited.set(name, this.undefinedVariable);
    }
    this.undefinedVariable = before;
    for (const name of expr.attrs.keys()) this.bind(name);
    for (const source of expr.inheritFrom) this.walk(source);
    this.inOrder(expr.attrs, ([name, def]) => {
      const symbol = this.symbols.intern(name);
      if (def.kind === "plain") this.walk(def.value);
      else this.undefinedVariable = inherited.get(name);
      return symbol;
    });
    inside();
    for (const name of expr.attrs.keys()) this.unbind(name);
  }

  private lambda(expr: LambdaExpr): void {
    const formals = expr.formals?.formals ?? [];
    for (const formal of formals) this.bind(formal.name);
    if (expr.argument !== undefined) this.bind(expr.argument);
    this.inOrder(formals, ({ name, fallback }) => {
      if (fallback !== undefined) this.walk(fallback);
      return this.symbols.intern(name);
    });
    this.walk(expr.body);
    if (expr.argument !== undefined) this.unbind(expr.argument);
    for (const formal of formals) this.unbind(formal.name);
  }
}
