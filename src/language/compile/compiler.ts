// Compiles a syntax tree to closures: each node becomes a JavaScript function from the environment to the forced value,
// over the functions of its children. That was measured to beat generated source three to eight times on code as cold as
// nixpkgs, where a node runs ten times. What is delayed (bindings, arguments, bodies of lambdas) is compiled when it first
// runs, so that files of which little is used cost little more than their parsing.

import type { Expr, LambdaExpr, SourceFile } from "../syntax/ast.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import type { Environment } from "../values/environment.ts";
import type { LambdaCode } from "../values/lambda.ts";
import { Code } from "../values/thunk.ts";
import { noPos, type Pos } from "../values/position.ts";
import { NixFloat, NixPath, type Slot, type Value } from "../values/value.ts";
import { compileAttrs, compileLet } from "./attrs.ts";
import { compileCall } from "./call.ts";
import { Delayed } from "./delayed.ts";
import { compileLambda, makeLambdaCode } from "./lambda.ts";
import { compileAssert, compileBinary, compileIf, compileList, compileNot, compileWith } from "./operators.ts";
import { resolveVariable, type Scope } from "./scope.ts";
import { compileHasAttr, compileSelect } from "./select.ts";
import { compileConcatStrings } from "./strings.ts";
import { compileVariable } from "./variables.ts";

/** Evaluates a node in an environment; `pos` is passed on by thunks and not used by compiled code. */
export type Run = (env: Environment) => Value;

/** `name` out of source number `from` of the `inherit (…)` clauses of a set. */
export interface InheritedSelection {
  readonly name: string;
  readonly from: number;
  readonly pos: Pos;
  /** Where the sources stand. */
  readonly scope: Scope;
}

const emptyList: readonly Slot[] = [];

/**
 * Code that is not compiled yet. There are very many of these, and most never run, so what they need is held in fields and
 * not in a closure each.
 */
class LazyCode extends Code {
  private readonly compiler: Compiler;
  private expr: Expr | undefined;
  private scope: Scope | undefined;

  constructor(compiler: Compiler, expr: Expr, scope: Scope) {
    super(compiler.evaluator.states, LazyCode.runFirst);
    this.compiler = compiler;
    this.expr = expr;
    this.scope = scope;
  }

  /** `this` is the code, since `run` is called as its method. */
  private static runFirst(this: Code, env: Environment): Value {
    const lazy = this as LazyCode;
    const run = lazy.compiler.compile(lazy.expr as Expr, lazy.scope as Scope);
    lazy.run = run;
    // A compiled body holds its parts only; the tree may go.
    lazy.expr = undefined;
    lazy.scope = undefined;
    return run(env);
  }
}

export class Compiler {
  readonly evaluator: Evaluator;
  readonly file: SourceFile;
  /** The position number of the file's first byte. */
  private readonly base: Pos;

  constructor(evaluator: Evaluator, file: SourceFile) {
    this.evaluator = evaluator;
    this.file = file;
    this.base = evaluator.positions.add(file);
  }

  /** The position number of an offset; negative offsets are no position. */
  pos(offset: number): Pos {
    return offset < 0 ? noPos : this.base + offset;
  }

  compile(expr: Expr, scope: Scope): Run {
    switch (expr.kind) {
      case "int":
      case "float":
      case "string":
      case "path": {
        const value = literal(expr);
        return () => value;
      }
      case "var":
        return compileVariable(this, expr, scope);
      case "select":
        return compileSelect(this, expr, scope);
      case "hasAttr":
        return compileHasAttr(this, expr, scope);
      case "attrs":
        return compileAttrs(this, expr, scope);
      case "list":
        return compileList(this, expr, scope);
      case "lambda":
        return compileLambda(this, expr, scope);
      case "call":
        return compileCall(this, expr, scope);
      case "let":
        return compileLet(this, expr, scope);
      case "with":
        return compileWith(this, expr, scope);
      case "if":
        return compileIf(this, expr, scope);
      case "assert":
        return compileAssert(this, expr, scope);
      case "not":
        return compileNot(this, expr, scope);
      case "binary":
        return compileBinary(this, expr, scope);
      case "concatStrings":
        return compileConcatStrings(this, expr, scope);
      case "curPos": {
        const pos = this.pos(expr.pos);
        return () => this.evaluator.positionValue(pos);
      }
      case "packed":
        return this.compile(expr.unpack(), scope);
    }
  }

  /** Whether nested nodes may become one, as the functions of `x: y: …` do; an observed evaluation keeps them apart. */
  get joinsNodes(): boolean {
    return true;
  }

  /** What `inherit (from) name` binds: code that runs in the environment of the sources. */
  inheritedFrom(code: Code, _selection: InheritedSelection): Delayed {
    return Delayed.thunk(code);
  }

  /** Code that is compiled when it first runs. */
  code(expr: Expr, scope: Scope): Code {
    return new LazyCode(this, expr, scope);
  }

  /** What all functions that one lambda makes have in common. */
  lambdaCode(expr: LambdaExpr, scope: Scope): LambdaCode {
    return makeLambdaCode(this, expr, scope);
  }

  delayed(expr: Expr, scope: Scope): Delayed {
    switch (expr.kind) {
      case "int":
      case "float":
      case "string":
      case "path":
        return Delayed.constant(literal(expr));
      case "var": {
        const found = resolveVariable(scope, expr.name);
        if (found.kind === "constant") return Delayed.constant(found.slot);
        if (found.kind === "local") return Delayed.variable(found, this.code(expr, scope));
        return Delayed.thunk(this.code(expr, scope));
      }
      case "list":
        return expr.items.length === 0 ? Delayed.constant(emptyList) : Delayed.thunk(this.code(expr, scope));
      case "lambda":
        return Delayed.lambda(this.lambdaCode(expr, scope));
      default:
        return Delayed.thunk(this.code(expr, scope));
    }
  }

  /** Where a node stands as far as Nix knows (Expr::getPos). */
  positionOf(expr: Expr): Pos {
    switch (expr.kind) {
      case "int":
      case "float":
      case "string":
      case "path":
      case "let":
        return noPos;
      case "hasAttr":
        return this.positionOf(expr.target);
      case "not":
        return this.positionOf(expr.operand);
      case "list": {
        const first = expr.items[0];
        return first === undefined ? noPos : this.positionOf(first);
      }
      case "packed":
        return this.positionOf(expr.unpack());
      default:
        return this.pos(expr.pos);
    }
  }
}

function literal(expr: Extract<Expr, { kind: "int" | "float" | "string" | "path" }>): Value {
  switch (expr.kind) {
    case "int":
      return expr.value;
    case "float":
      return new NixFloat(expr.value);
    case "string":
      return expr.text;
    case "path":
      return new NixPath(expr.path);
  }
}
