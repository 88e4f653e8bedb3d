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
    case "&&":
      return compileChain(compiler, expr, scope, false, "AND (&&)");
    case "||":
      return compileChain(compiler, expr, scope, true, "OR (||)");
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

/**
 * `a && b` or `a || b`: the first operand that is `decisive`, or the last. A row of them, which is a tree as deep as it is
 * long, is gone through in a loop; an error in one operand gets the frames of all the operators that it is to the left of.
 */
function compileChain(compiler: Compiler, expr: BinaryExpr, scope: Scope, decisive: boolean, name: string): Run {
  const { evaluator } = compiler;
  const operators: BinaryExpr[] = [expr];
  for (let { left } = expr; compiler.joinsNodes && left.kind === "binary" && left.op === expr.op; left = left.left) {
    operators.push(left);
  }
  operators.reverse();
  const positions = operators.map((operator) => compiler.pos(operator.pos));
  const inLeft = `in the left operand of the ${name} operator`;
  const inRight = `in the right operand of the ${name} operator`;
  const [innermost] = operators as [BinaryExpr];
  const first = condition(compiler, innermost.left, scope, positions[0] as Pos, inLeft);
  const others = operators.map((operator, index) =>
    condition(compiler, operator.right, scope, positions[index] as Pos, inRight),
  );
  if (others.length === 1) {
    const [second] = others as [Condition];
    return decisive ? (env) => first(env) || second(env) : (env) => first(env) && second(env);
  }
  return (env) => {
    let index = 0;
    try {
      if (first(env) === decisive) return decisive;
      for (; index < others.length; index++) {
        if ((others[index] as Condition)(env) === decisive) return decisive;
      }
      return !decisive;
    } catch (error) {
      for (let outer = index + 1; outer < positions.length; outer++) {
        addFrame(evaluator, error, positions[outer] as Pos, inLeft);
      }
      throw error;
    }
  };
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

/**
 * `a ++ b`. Of nested ones the lists are joined at once: one after the other that would take time in proportion to the
 * square of their number.
 */
function compileConcatLists(compiler: Compiler, expr: BinaryExpr, scope: Scope): Run {
  const { evaluator } = compiler;
  const toList = (value: Value, pos: Pos): NixList =>
    forceList(evaluator, value, "while evaluating one of the elements to concatenate", pos);
  if (!compiler.joinsNodes || !(isConcatLists(expr.left) || isConcatLists(expr.right))) {
    const pos = compiler.pos(expr.pos);
    const left = compiler.compile(expr.left, scope);
    const right = compiler.compile(expr.right, scope);
    return (env) => {
      const first = left(env);
      const second = right(env);
      const a = toList(first, pos);
      const b = toList(second, pos);
      if (b.length === 0) return a;
      return a.length === 0 ? b : a.concat(b);
    };
  }
  const steps = concatSteps(compiler, expr, scope);
  return (env) => {
    const operands: Value[] = [];
    for (const { run, operand, pos } of steps) {
      if (run !== undefined) operands.push(run(env));
      else toList(operands[operand] as Value, pos);
    }
    const [first = emptyList, ...others] = (operands as NixList[]).filter((list) => list.length > 0);
    if (others.length === 0) return first;
    return others.length < spreadAtMost ? first.concat(...others) : [first, ...others].flat();
  };
}

const emptyList: NixList = [];
/** Joins so many arrays by their blocks, which is faster than element by element; arguments take room on the stack. */
const spreadAtMost = 1000;

/** An operand to evaluate, or one that was evaluated to find a list. */
interface ConcatStep {
  readonly run: Run | undefined;
  /** Its number, from left to right. */
  readonly operand: number;
  readonly pos: Pos;
}

/** Each operator evaluates both its sides before it looks whether they are lists. */
function concatSteps(compiler: Compiler, expr: BinaryExpr, scope: Scope): ConcatStep[] {
  const steps: ConcatStep[] = [];
  const numbers = new Map<Expr, number>();
  /** The next is the last: nodes, and operators whose sides are evaluated. */
  const work: (Expr | { readonly evaluated: BinaryExpr })[] = [expr];
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    if ("evaluated" in item) {
      const { left, right, pos } = item.evaluated;
      for (const side of [left, right]) {
        const operand = numbers.get(side);
        if (operand !== undefined) steps.push({ run: undefined, operand, pos: compiler.pos(pos) });
      }
    } else if (isConcatLists(item)) {
      work.push({ evaluated: item }, item.right, item.left);
    } else {
      const operand = numbers.size;
      numbers.set(item, operand);
      steps.push({ run: compiler.compile(item, scope), operand, pos: noPos });
    }
  }
  return steps;
}

function isConcatLists(expr: Expr): expr is BinaryExpr {
  return expr.kind === "binary" && expr.op === "++";
}
