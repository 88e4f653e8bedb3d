// Calls. All arguments of `f a b c` are passed at once. Where the function is known when the code is compiled, that is a
// builtin under its own name, the call skips finding out what it is; `-`, `*`, `/` and `<`, which the parser turns into
// calls of such builtins, compute small numbers on the spot.

import type { CallExpr, Expr } from "../syntax/ast.ts";
import { hint } from "../errors/index.ts";
import { enterCall } from "../machine/depth.ts";
import { apply1, apply2, apply3, callFunction, callPrimOp } from "../machine/call.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { addFrame } from "../machine/failures.ts";
import { MappedCode } from "../machine/mapped-list.ts";
import { Attrs } from "../values/attrs.ts";
import { Lambda } from "../values/lambda.ts";
import { PrimOp } from "../values/prim-op.ts";
import { noPos, type Pos } from "../values/position.ts";
import type { Environment } from "../values/environment.ts";
import { type Code, force, Thunk } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Compiler, Run } from "./compiler.ts";
import { Delayed } from "./delayed.ts";
import { openVariable } from "./only-use.ts";
import { resolveVariable, type Scope } from "./scope.ts";
import { compileVariable } from "./variables.ts";

export function compileCall(compiler: Compiler, expr: CallExpr, scope: Scope): Run {
  const { evaluator } = compiler;
  const pos = compiler.pos(expr.pos);
  const primOp = knownPrimOp(expr.fn, scope, evaluator);
  if (primOp !== undefined && primOp.arity === expr.args.length) {
    const operator = primOp.arity === 2 ? compileOperator(compiler, expr, primOp, scope, pos) : undefined;
    if (operator !== undefined) return operator;
    const args = expr.args.map((arg, index) => {
      const opened = index === primOp.definition.opens ? openArgument(compiler, arg, scope) : undefined;
      return opened === undefined ? compiler.delayed(arg, scope) : Delayed.thunk(opened);
    });
    return callKnown(evaluator, primOp, args, pos);
  }
  const fn = compiler.compile(expr.fn, scope);
  const args = expr.args.map((arg) => compiler.delayed(arg, scope));
  switch (args.length) {
    case 1:
      return call1(evaluator, fn, args[0] as Delayed, pos);
    case 2:
      return call2(evaluator, fn, args[0] as Delayed, args[1] as Delayed, pos);
    case 3:
      return call3(evaluator, fn, args as [Delayed, Delayed, Delayed], pos);
    default:
      return (env) =>
        callFunction(
          evaluator,
          fn(env),
          args.map((arg) => arg.make(env)),
          pos,
        );
  }
}

function call1(evaluator: Evaluator, fn: Run, a: Delayed, pos: Pos): Run {
  return (env) => {
    const callee = fn(env);
    const argument = a.make(env);
    const depth = enterCall(evaluator, pos);
    let result: Value;
    if (callee instanceof Lambda && callee.code.arity === 1) {
      callee.wasForced = true;
      result = callee.code.enter1(callee.env, argument, pos);
    } else {
      result = apply1(evaluator, force(callee, pos), argument, pos);
    }
    evaluator.depth = depth;
    return result;
  };
}

function call2(evaluator: Evaluator, fn: Run, a: Delayed, b: Delayed, pos: Pos): Run {
  return (env) => {
    const callee = fn(env);
    const first = a.make(env);
    const second = b.make(env);
    const depth = enterCall(evaluator, pos);
    let result: Value;
    if (callee instanceof Lambda && callee.code.arity === 2) {
      callee.wasForced = true;
      result = callee.code.enter2(callee.env, first, second, pos);
    } else {
      result = apply2(evaluator, force(callee, pos), first, second, pos);
    }
    evaluator.depth = depth;
    return result;
  };
}

function call3(evaluator: Evaluator, fn: Run, [a, b, c]: [Delayed, Delayed, Delayed], pos: Pos): Run {
  return (env) => {
    const callee = fn(env);
    const first = a.make(env);
    const second = b.make(env);
    const third = c.make(env);
    const depth = enterCall(evaluator, pos);
    const result = apply3(evaluator, force(callee, pos), first, second, third, pos);
    evaluator.depth = depth;
    return result;
  };
}

/** The builtin that an expression surely is: a global name that nothing shadows, or `builtins.name`. */
export function knownPrimOp(expr: Expr, scope: Scope, evaluator: Evaluator): PrimOp | undefined {
  if (expr.kind === "var") {
    const found = resolveVariable(scope, expr.name);
    return found.kind === "constant" && found.slot instanceof PrimOp ? found.slot : undefined;
  }
  if (expr.kind !== "select" || expr.or !== undefined || expr.path.length !== 1) return undefined;
  const [name] = expr.path;
  if (name?.kind !== "static" || expr.target.kind !== "var" || expr.target.name !== "builtins") return undefined;
  const found = resolveVariable(scope, "builtins");
  if (found.kind !== "constant") return undefined;
  const builtins = found.slot instanceof Thunk ? force(found.slot) : found.slot;
  const slot = builtins instanceof Attrs ? builtins.get(evaluator.symbols.intern(name.name)) : undefined;
  return slot instanceof PrimOp ? slot : undefined;
}

/** For an argument whose list need not be made, the code that the builtin may open. */
export function openArgument(compiler: Compiler, expr: Expr, scope: Scope): Code | undefined {
  if (expr.kind === "packed") return openArgument(compiler, expr.unpack(), scope);
  return expr.kind === "var" ? openVariable(compiler, expr, scope, openCode) : openCode(compiler, expr, scope);
}

function openCode(compiler: Compiler, expr: Expr, scope: Scope): MappedCode | undefined {
  if (expr.kind === "packed") return openCode(compiler, expr.unpack(), scope);
  if (expr.kind !== "call" || expr.args.length !== 2) return undefined;
  const { evaluator } = compiler;
  const primOp = knownPrimOp(expr.fn, scope, evaluator);
  const makeOpen = primOp?.definition.makeOpen;
  if (primOp === undefined || makeOpen === undefined) return undefined;
  const pos = compiler.pos(expr.pos);
  const [a, b] = expr.args.map((arg) => compiler.delayed(arg, scope)) as [Delayed, Delayed];
  return new MappedCode(compiler.code(expr, scope), (env) => {
    const first = a.make(env);
    const second = b.make(env);
    const depth = enterCall(evaluator, pos);
    try {
      const list = makeOpen(evaluator, first, second);
      evaluator.depth = depth;
      return list;
    } catch (error) {
      addFrame(evaluator, error, pos, hint`while calling the '${primOp.name}' builtin`);
      throw error;
    }
  });
}

function callKnown(evaluator: Evaluator, primOp: PrimOp, args: readonly Delayed[], pos: Pos): Run {
  const a = args[0] as Delayed;
  const b = args[1] ?? a;
  const c = args[2] ?? a;
  const isUnary = args.length === 1;
  const isBinary = args.length === 2;
  return (env) => {
    const first = a.make(env);
    const second = isUnary ? first : b.make(env);
    const third = isUnary || isBinary ? first : c.make(env);
    const depth = enterCall(evaluator, pos);
    const result = callPrimOp(evaluator, primOp, pos, first, second, third);
    evaluator.depth = depth;
    return result;
  };
}

/** Computes on two safe integers; undefined leaves it to the builtin (overflow, division by zero). */
type SmallOperator = (a: number, b: number) => number | boolean | undefined;

const smallOperators: Readonly<Record<string, SmallOperator>> = {
  sub: (a, b) => safe(a - b),
  mul: (a, b) => safe(a * b),
  div: (a, b) => (b === 0 ? undefined : (a - (a % b)) / b + 0),
  lessThan: (a, b) => a < b,
};

function safe(result: number): number | undefined {
  return Number.isSafeInteger(result) ? result + 0 : undefined;
}

/** Nix hands a variable on as it is, and the builtin forces it without knowing where it stands. */
function compileOperand(compiler: Compiler, expr: Expr, scope: Scope): Run {
  return expr.kind === "var" ? compileVariable(compiler, expr, scope, noPos) : compiler.compile(expr, scope);
}

/** For a variable: what the builtin gets, and tells of when it fails. */
function placeOf(compiler: Compiler, expr: Expr, scope: Scope): Delayed | undefined {
  if (expr.kind !== "var" || resolveVariable(scope, expr.name).kind !== "local") return undefined;
  return compiler.delayed(expr, scope);
}

/** What an operand was evaluated to, as what the builtin is to force, which happens once; `place` is where a variable stands. */
export function asArgument(evaluator: Evaluator, value: Value, place: Slot = value): Slot {
  return (value as Slot) instanceof Thunk ? evaluator.delay(() => value) : place;
}

function compileOperator(compiler: Compiler, expr: CallExpr, primOp: PrimOp, scope: Scope, pos: Pos): Run | undefined {
  const { evaluator } = compiler;
  const left = compileOperand(compiler, expr.args[0] as Expr, scope);
  const right = compileOperand(compiler, expr.args[1] as Expr, scope);
  const [leftPlace, rightPlace] = expr.args.map((arg) => placeOf(compiler, arg, scope));
  const compute = (env: Environment, small: SmallOperator): Value => {
    const depth = enterCall(evaluator, pos);
    let a: Value;
    let b: Value;
    try {
      a = left(env);
      b = right(env);
    } catch (error) {
      addFrame(evaluator, error, pos, hint`while calling the '${primOp.name}' builtin`);
      throw error;
    }
    const quick = typeof a === "number" && typeof b === "number" ? small(a, b) : undefined;
    if (quick !== undefined) {
      evaluator.depth = depth;
      return quick;
    }
    const first = asArgument(evaluator, a, leftPlace?.make(env));
    const second = asArgument(evaluator, b, rightPlace?.make(env));
    const result = callPrimOp(evaluator, primOp, pos, first, second, second);
    evaluator.depth = depth;
    return result;
  };
  // One closure for each operator, so that each call of `small` has one target.
  switch (primOp.name) {
    case "sub":
      return (env) => compute(env, smallOperators["sub"] as SmallOperator);
    case "mul":
      return (env) => compute(env, smallOperators["mul"] as SmallOperator);
    case "div":
      return (env) => compute(env, smallOperators["div"] as SmallOperator);
    case "lessThan":
      return (env) => compute(env, smallOperators["lessThan"] as SmallOperator);
    default:
      return undefined;
  }
}
