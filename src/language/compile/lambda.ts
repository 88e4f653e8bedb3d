// Functions. `x: y: body` is compiled as one function of two arguments with one environment, since it is nearly always
// called so; the function in between, for partial application, is compiled apart and only if it is asked for. Bodies are
// compiled at the first call.

import type { Expr, LambdaExpr } from "../syntax/ast.ts";
import { hint } from "../errors/index.ts";
import { docCommentText } from "../syntax/doc-comment.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import {
  type Body,
  generateCompute,
  generateEnter1,
  generateEnter2,
  generateEnter3,
  generateFormals,
} from "../generate/hot-lambda.ts";
import { strictParameters } from "../generate/strictness.ts";
import { addFrame, quoteFunction } from "../machine/failures.ts";
import type { Attrs } from "../values/attrs.ts";
import { type FormalInfo, Lambda, type LambdaCode } from "../values/lambda.ts";
import { noPos, type Pos } from "../values/position.ts";
import type { Symbol } from "../values/symbols.ts";
import { Environment } from "../values/environment.ts";
import type { Slot, Value } from "../values/value.ts";
import { knownPrimOp } from "./call.ts";
import type { Compiler, Run } from "./compiler.ts";
import type { Delayed } from "./delayed.ts";
import { FormalsMatcher } from "./formals.ts";
import { namesScope, type Scope } from "./scope.ts";

export function compileLambda(compiler: Compiler, expr: LambdaExpr, scope: Scope): Run {
  const code = makeLambdaCode(compiler, expr, scope);
  return (env) => new Lambda(code, env, true);
}

export function makeLambdaCode(compiler: Compiler, expr: LambdaExpr, scope: Scope): LambdaCode {
  const params = expr.formals === undefined && compiler.joinsNodes ? chainOf(expr) : [];
  return params.length > 1 ? new CurriedCode(compiler, expr, scope, params) : new SingleCode(compiler, expr, scope);
}

/** The lambdas of `x: y: z: …`, as far as they are simple and have different names; at most three. */
function chainOf(expr: LambdaExpr): LambdaExpr[] {
  const chain: LambdaExpr[] = [];
  const names = new Set<string>();
  let current: Expr = expr;
  while (current.kind === "lambda" && current.formals === undefined && chain.length < 3) {
    const name = current.argument as string;
    if (names.has(name)) break;
    names.add(name);
    chain.push(current);
    current = current.body;
  }
  return chain;
}

/** Whether a body compares the two arguments, and which way. */
function orderOf(evaluator: Evaluator, body: Expr, scope: Scope, [a, b]: readonly (string | undefined)[]): 1 | 0 | -1 {
  if (body.kind === "packed") return orderOf(evaluator, body.unpack(), scope, [a, b]);
  if (body.kind !== "call" || body.args.length !== 2) return 0;
  if (knownPrimOp(body.fn, scope, evaluator)?.name !== "lessThan") return 0;
  const [left, right] = body.args.map((arg) => (arg.kind === "packed" ? arg.unpack() : arg));
  if (left?.kind !== "var" || right?.kind !== "var") return 0;
  if (left.name === a && right.name === b) return 1;
  return left.name === b && right.name === a ? -1 : 0;
}

/** Runs a body so that an error gets the frames that Nix collects with --show-trace. */
type Guard = (body: Run, env: Environment, callPos: Pos) => Value;

function makeGuard(evaluator: Evaluator, pos: Pos, name: string | undefined): Guard {
  if (!evaluator.settings.showTrace) return (body, env) => body(env);
  return (body, env, callPos) => {
    try {
      return body(env);
    } catch (error) {
      if (!evaluator.collectsCalls) throw error;
      addFrame(evaluator, error, pos, hint`while calling ${quoteFunction(name)}`);
      if (callPos !== noPos) addFrame(evaluator, error, callPos, "from call site");
      throw error;
    }
  };
}

abstract class BaseCode implements LambdaCode {
  readonly pos: Pos;
  formalsAttrs: Attrs | undefined = undefined;
  private sortedFormals: readonly FormalInfo[] | undefined = undefined;
  abstract readonly arity: 1 | 2 | 3;
  abstract strict: number;
  abstract readonly compute: LambdaCode["compute"];
  abstract readonly order: 1 | 0 | -1;
  abstract enter1: LambdaCode["enter1"];
  abstract enter2: LambdaCode["enter2"];
  abstract enter3: LambdaCode["enter3"];
  abstract applyOne: LambdaCode["applyOne"];
  private readonly compiler: Compiler;
  private readonly expr: LambdaExpr;

  constructor(compiler: Compiler, expr: LambdaExpr) {
    this.compiler = compiler;
    this.expr = expr;
    this.pos = compiler.pos(expr.pos);
  }

  // Most lambdas are never called and never asked, so the rest is found out when it is needed.

  get name(): string | undefined {
    return this.expr.name;
  }

  get argument(): Symbol | undefined {
    const { argument } = this.expr;
    return argument === undefined ? undefined : this.compiler.evaluator.symbols.intern(argument);
  }

  get ellipsis(): boolean {
    return this.expr.formals?.ellipsis ?? false;
  }

  get formals(): readonly FormalInfo[] | undefined {
    if (this.sortedFormals !== undefined || this.expr.formals === undefined) return this.sortedFormals;
    const { symbols } = this.compiler.evaluator;
    this.sortedFormals = this.expr.formals.formals
      .map((formal) => ({
        symbol: symbols.intern(formal.name),
        hasDefault: formal.fallback !== undefined,
        pos: this.compiler.pos(formal.pos),
      }))
      .toSorted((a, b) => a.symbol - b.symbol);
    return this.sortedFormals;
  }

  get docText(): string | undefined {
    const { doc } = this.expr;
    return doc === undefined ? undefined : docCommentText(this.compiler.file, doc);
  }
}

const notForThisArity = (): never => {
  throw new Error("a function was entered with the wrong number of arguments");
};

/** `x: body` and `{ a, b }: body`. */
class SingleCode extends BaseCode {
  override readonly arity = 1;
  override readonly order = 0;
  override strict = 0;
  override compute: LambdaCode["compute"] = undefined;
  override enter1: LambdaCode["enter1"];
  override enter2: LambdaCode["enter2"] = notForThisArity;
  override enter3: LambdaCode["enter3"] = notForThisArity;
  override applyOne: LambdaCode["applyOne"] = notForThisArity;

  constructor(compiler: Compiler, expr: LambdaExpr, scope: Scope) {
    super(compiler, expr);
    this.enter1 = (env, a, callPos) => {
      this.enter1 =
        expr.formals === undefined
          ? enterSimple(compiler, expr, scope, this)
          : enterFormals(compiler, expr, scope, this);
      return this.enter1(env, a, callPos);
    };
  }
}

function enterSimple(compiler: Compiler, expr: LambdaExpr, scope: Scope, code: SingleCode): LambdaCode["enter1"] {
  const argument = expr.argument as string;
  const inner = namesScope([argument], scope);
  const body = compiler.compile(expr.body, inner);
  const { settings } = compiler.evaluator;
  if (settings.showTrace) {
    const guard = makeGuard(compiler.evaluator, code.pos, expr.name);
    return (env, a, callPos) => guard(body, new Environment(env, a, undefined), callPos);
  }
  const slow: LambdaCode["enter1"] = (env, a) => body(new Environment(env, a, undefined));
  let left = settings.generateAfter;
  return (env, a, callPos) => {
    if (left > 0 && --left === 0) {
      code.enter1 = generateEnter1({ compiler, expr: expr.body, scope: inner }, slow) ?? slow;
      if (code.enter1 !== slow) {
        code.strict = strictParameters(compiler.evaluator, expr.body, inner, [argument]);
        code.compute = generateCompute({ compiler, expr: expr.body, scope: inner });
      }
      return code.enter1(env, a, callPos);
    }
    return body(new Environment(env, a, undefined));
  };
}

function enterFormals(compiler: Compiler, expr: LambdaExpr, scope: Scope, code: SingleCode): LambdaCode["enter1"] {
  const { evaluator } = compiler;
  const formals = code.formals as readonly FormalInfo[];
  const byName = new Map((expr.formals as NonNullable<LambdaExpr["formals"]>).formals.map((f) => [f.name, f]));
  const names = formals.map((formal) => evaluator.symbols.name(formal.symbol));
  const inner = namesScope(expr.argument === undefined ? names : [expr.argument, ...names], scope);
  const defaults = formals.map((formal): Delayed | undefined => {
    const fallback = byName.get(evaluator.symbols.name(formal.symbol))?.fallback;
    return fallback === undefined ? undefined : compiler.delayed(fallback, inner);
  });
  const body = compiler.compile(expr.body, inner);
  const guard = makeGuard(evaluator, code.pos, expr.name);
  const matcher = new FormalsMatcher(evaluator, code);
  const { hasArgument } = matcher;
  const firstFormal = hasArgument ? 1 : 0;
  const template: undefined[] = Array.from({ length: firstFormal + formals.length });
  const { isWide } = inner;
  let left = evaluator.settings.showTrace ? 0 : evaluator.settings.generateAfter;

  const enter: LambdaCode["enter1"] = (outer, argument, callPos) => {
    const attrs = matcher.open(argument, callPos);
    const { indices } = matcher;
    if (!isWide) return guard(body, fillNarrow(outer, argument, attrs, indices), callPos);
    const places: (Slot | undefined)[] = template.slice();
    const env = new Environment(outer, places, undefined);
    if (hasArgument) places[0] = argument;
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      places[firstFormal + i] = index >= 0 ? attrs.values[index] : (defaults[i] as Delayed).make(env);
    }
    return guard(body, env, callPos);
  };
  return (outer, argument, callPos) => {
    if (left > 0 && --left === 0) {
      const slow = enter;
      code.enter1 = generateFormals({ compiler, expr: expr.body, scope: inner }, slow, matcher) ?? slow;
      return code.enter1(outer, argument, callPos);
    }
    return enter(outer, argument, callPos);
  };

  function fillNarrow(outer: Environment, argument: Slot, attrs: Attrs, indices: readonly number[]): Environment {
    const env = new Environment(outer, hasArgument ? argument : undefined, undefined);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      const slot = index >= 0 ? attrs.values[index] : (defaults[i] as Delayed).make(env);
      if (firstFormal + i === 0) env.a = slot;
      else env.b = slot;
    }
    return env;
  }
}

/** `x: y: body` and `x: y: z: body`. */
class CurriedCode extends BaseCode {
  override readonly arity: 2 | 3;
  override readonly compute = undefined;
  private knownOrder: 1 | 0 | -1 | undefined = undefined;
  private readonly findOrder: () => 1 | 0 | -1;
  override strict = 0;
  override enter1: LambdaCode["enter1"] = notForThisArity;
  override enter2: LambdaCode["enter2"] = notForThisArity;
  override enter3: LambdaCode["enter3"] = notForThisArity;
  override applyOne: LambdaCode["applyOne"];

  constructor(compiler: Compiler, expr: LambdaExpr, scope: Scope, chain: readonly LambdaExpr[]) {
    super(compiler, expr);
    this.arity = chain.length === 2 ? 2 : 3;
    const last = chain[chain.length - 1] as LambdaExpr;
    const names = chain.map((lambda) => lambda.argument as string);
    const { evaluator } = compiler;
    const { showTrace, generateAfter } = evaluator.settings;
    this.findOrder = () => (this.arity === 2 ? orderOf(evaluator, last.body, namesScope(names, scope), names) : 0);
    const hot = (): Body => {
      const inner = namesScope(names, scope);
      this.strict = strictParameters(evaluator, last.body, inner, names);
      return { compiler, expr: last.body, scope: inner };
    };
    const compileBody = (): { body: Run; guard: Guard } => {
      const body = compiler.compile(last.body, namesScope(names, scope));
      return { body, guard: makeGuard(evaluator, compiler.pos(last.pos), last.name) };
    };
    let left = generateAfter;
    if (this.arity === 2) {
      this.enter2 = (firstEnv, firstA, firstB, firstPos) => {
        const { body, guard } = compileBody();
        const slow: LambdaCode["enter2"] = (env, a, b) => body(new Environment(env, a, b));
        this.enter2 = showTrace
          ? (env, a, b, callPos) => guard(body, new Environment(env, a, b), callPos)
          : (env, a, b, callPos) => {
              if (left > 0 && --left === 0) {
                this.enter2 = generateEnter2(hot(), slow) ?? slow;
                return this.enter2(env, a, b, callPos);
              }
              return body(new Environment(env, a, b));
            };
        return this.enter2(firstEnv, firstA, firstB, firstPos);
      };
    } else {
      this.enter3 = (firstEnv, firstA, firstB, firstC, firstPos) => {
        const { body, guard } = compileBody();
        const slow: LambdaCode["enter3"] = (env, a, b, c) => body(new Environment(env, [a, b, c], undefined));
        this.enter3 = showTrace
          ? (env, a, b, c, callPos) => guard(body, new Environment(env, [a, b, c], undefined), callPos)
          : (env, a, b, c, callPos) => {
              if (left > 0 && --left === 0) {
                this.enter3 = generateEnter3(hot(), slow) ?? slow;
                return this.enter3(env, a, b, c, callPos);
              }
              return body(new Environment(env, [a, b, c], undefined));
            };
        return this.enter3(firstEnv, firstA, firstB, firstC, firstPos);
      };
    }
    this.applyOne = (firstEnv, firstA) => {
      const inner = namesScope([expr.argument as string], scope);
      const rest = makeLambdaCode(compiler, expr.body as LambdaExpr, inner);
      this.applyOne = (env, a) => new Lambda(rest, new Environment(env, a, undefined), true);
      return this.applyOne(firstEnv, firstA);
    };
  }

  override get order(): 1 | 0 | -1 {
    return (this.knownOrder ??= this.findOrder());
  }
}
