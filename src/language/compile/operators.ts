// `if`, `assert`, `with`, lists and the operators that are not calls.

import type { AssertExpr, BinaryExpr, Expr, IfExpr, ListExpr, NotExpr, WithExpr } from "../syntax/ast.ts";
import { printExpr } from "../syntax/index.ts";
import { AssertionError, hint } from "../errors/index.ts";
import { assertEqualValues, equalOperands } from "../machine/equality.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { addFrame, assertionFailed, wrongType } from "../machine/failures.ts";
import { forceList } from "../machine/force.ts";
import { Attrs, emptyAttrs } from "../values/attrs.ts";
import { noPos, type Pos } from "../values/position.ts";
import { Environment } from "../values/environment.ts";
import { force } from "../values/thunk.ts";
import { emptySlots, type NixList, type Value } from "../values/value.ts";
import type { Compiler, Run } from "./compiler.ts";
import type { Delayed } from "./delayed.ts";
import type { Scope } from "./scope.ts";

type Condition = (env: Environment) => boolean;

/** Evaluates to a boolean; every error on the way gets the frame (evalBool). */
function condition(compiler: Compiler, expr: Expr, scope: Scope, pos: Pos, frame: string): Condition {
  return conditionOf(compiler.evaluator, compiler.compile(expr, scope), pos, frame);
}

export function conditionOf(evaluator: Evaluator, run: Run, pos: Pos, frame: string): Condition {
  return (env) => {
    try {
      const value = run(env);
      if (typeof value === "boolean") return value;
      throw wrongType(evaluator, "a Boolean", value, pos);
    } catch (error) {
      addFrame(evaluator, error, pos, frame);
      throw error;
    }
  };
}

export function compileIf(compiler: Compiler, expr: IfExpr, scope: Scope): Run {
  const test = condition(
    compiler,
    expr.condition,
    scope,
    compiler.pos(expr.pos),
    "while evaluating a branch condition",
  );
  // Of many a condition one branch never runs.
  let consequent: Run = (env) => {
    consequent = compiler.compile(expr.then, scope);
    return consequent(env);
  };
  let alternative: Run = (env) => {
    alternative = compiler.compile(expr.else, scope);
    return alternative(env);
  };
  return (env) => (test(env) ? consequent(env) : alternative(env));
}

/** `pos` is that of the innermost operand, which a row of them has in common. */
export function compileNot(
  compiler: Compiler,
  { operand }: NotExpr,
  scope: Scope,
  pos: Pos = compiler.positionOf(operand),
): Run {
  const run = operand.kind === "not" ? compileNot(compiler, operand, scope, pos) : compiler.compile(operand, scope);
  const test = conditionOf(compiler.evaluator, run, pos, "in the argument of the not operator");
  return (env) => !test(env);
}

export function compileAssert(compiler: Compiler, expr: AssertExpr, scope: Scope): Run {
  const pos = compiler.pos(expr.pos);
  const test = condition(compiler, expr.condition, scope, pos, "in the condition of the assert statement");
  const body = compiler.compile(expr.body, scope);
  return (env) => {
    if (!test(env)) failAssertion(compiler, expr, scope, env);
    return body(env);
  };
}

/** For a failed `==` the operands are evaluated once more, to say where they differ. */
function failAssertion(compiler: Compiler, expr: AssertExpr, scope: Scope, env: Environment): never {
  const { evaluator } = compiler;
  const pos = compiler.pos(expr.pos);
  const text = printExpr(expr.condition);
  if (expr.condition.kind === "binary" && expr.condition.op === "==") {
    try {
      const a = compiler.compile(expr.condition.left, scope)(env);
      const b = compiler.compile(expr.condition.right, scope)(env);
      const equalsPos = compiler.pos(expr.condition.pos);
      assertEqualValues(evaluator, force(a), force(b), equalsPos, "in an equality assertion");
    } catch (error) {
      if (error instanceof AssertionError) {
        addFrame(evaluator, error, pos, hint`while evaluating the condition of the assertion '${text}'`);
      }
      throw error;
    }
  }
  throw assertionFailed(evaluator, text, pos);
}

export function compileWith(compiler: Compiler, expr: WithExpr, scope: Scope): Run {
  const set = compiler.delayed(expr.scope, scope);
  const body = compiler.compile(expr.body, { kind: "with", pos: compiler.pos(expr.pos), parent: scope });
  return (env) => body(new Environment(env, set.make(env), undefined));
}

export function compileList(compiler: Compiler, expr: ListExpr, scope: Scope): Run {
  const items = expr.items.map((item) => compiler.delayed(item, scope));
  const count = items.length;
  const template = emptySlots(count);
  return (env) => {
    const list = template.slice();
    for (let i = 0; i < count; i++) list[i] = (items[i] as Delayed).make(env);
    return list;
  };
}

export function compileBinary(compiler: Compiler, expr: BinaryExpr, scope: Scope): Run {
  const pos = compiler.pos(expr.pos);
  switch (expr.op) {
    case "==":
      return compileEquality(compiler, expr, scope, true);
    case "!=":
      return compileEquality(compiler, expr, scope, false);
    case "&&": {
      const left = condition(compiler, expr.left, scope, pos, "in the left operand of the AND (&&) operator");
      const right = condition(compiler, expr.right, scope, pos, "in the right operand of the AND (&&) operator");
      return (env) => left(env) && right(env);
    }
    case "||": {
      const left = condition(compiler, expr.left, scope, pos, "in the left operand of the OR (||) operator");
      const right = condition(compiler, expr.right, scope, pos, "in the right operand of the OR (||) operator");
      return (env) => left(env) || right(env);
    }
    case "->": {
      const left = condition(compiler, expr.left, scope, pos, "in the left operand of the IMPL (->) operator");
      const right = condition(compiler, expr.right, scope, pos, "in the right operand of the IMPL (->) operator");
      return (env) => !left(env) || right(env);
    }
    case "//":
      return compileUpdate(compiler, expr, scope);
    case "++":
      return compileConcatLists(compiler, expr, scope);
  }
}

function compileEquality(compiler: Compiler, expr: BinaryExpr, scope: Scope, wanted: boolean): Run {
  const { evaluator } = compiler;
  const pos = compiler.pos(expr.pos);
  const left = compiler.compile(expr.left, scope);
  const right = compiler.compile(expr.right, scope);
  const frame = `while testing two values for ${wanted ? "equality" : "inequality"}`;
  return (env) => {
    const a = left(env);
    const b = right(env);
    return equalOperands(evaluator, a, b, pos, frame) === wanted;
  };
}

/** An operand of `//`: evaluates to a set, every error on the way gets the frame (evalAttrs). */
type SetOperand = (env: Environment) => Attrs;

/** Operands are evaluated from right to left, those of nested updates included, and merged from left to right. */
function compileUpdate(compiler: Compiler, expr: BinaryExpr, scope: Scope): Run {
  const { evaluator } = compiler;
  const operands: SetOperand[] = [];
  collectOperands(expr);
  if (operands.length === 2) {
    const [right, left] = operands as [SetOperand, SetOperand];
    return (env) => {
      const over = right(env);
      return left(env).update(over);
    };
  }
  return (env) => {
    const sets = operands.map((operand) => operand(env));
    let result = emptyAttrs;
    for (let i = sets.length - 1; i >= 0; i--) result = result.update(sets[i] as Attrs);
    return result;
  };

  /** Right before left. */
  function collectOperands(update: BinaryExpr): void {
    for (const [side, operand] of [
      ["right", update.right],
      ["left", update.left],
    ] as const) {
      if (operand.kind === "binary" && operand.op === "//") collectOperands(operand);
      else
        operands.push(
          setOperand(compiler, evaluator, operand, scope, `in the ${side} operand of the update (//) operator`),
        );
    }
  }
}

function setOperand(compiler: Compiler, evaluator: Evaluator, expr: Expr, scope: Scope, frame: string): SetOperand {
  const run = compiler.compile(expr, scope);
  const pos = compiler.positionOf(expr);
  return (env) => {
    try {
      const value = run(env);
      if (value instanceof Attrs) return value;
      throw wrongType(evaluator, "a set", value, noPos);
    } catch (error) {
      addFrame(evaluator, error, pos, frame);
      throw error;
    }
  };
}

function compileConcatLists(compiler: Compiler, expr: BinaryExpr, scope: Scope): Run {
  const { evaluator } = compiler;
  const pos = compiler.pos(expr.pos);
  const left = compiler.compile(expr.left, scope);
  const right = compiler.compile(expr.right, scope);
  const toList = (value: Value): NixList =>
    forceList(evaluator, value, "while evaluating one of the elements to concatenate", pos);
  return (env) => {
    const first = left(env);
    const second = right(env);
    const a = toList(first);
    const b = toList(second);
    if (b.length === 0) return a;
    return a.length === 0 ? b : a.concat(b);
  };
}
