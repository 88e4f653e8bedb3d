// Arithmetic and comparisons over literals and variables, of which nothing can be seen from outside while they succeed. They
// are computed on the spot where every variable turns out to be a forced small integer and no result leaves the safe
// integers; otherwise they are left, and whoever asked evaluates the expression as usual.

import { knownPrimOp } from "../compile/call.ts";
import { resolveVariable, type Scope } from "../compile/scope.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import type { CallExpr, Expr } from "../syntax/ast.ts";
import type { Source, Term } from "./source.ts";
import type { VariableWriter } from "./variable-writer.ts";

export type Kind = "number" | "boolean";

const operators: ReadonlyMap<string, Kind> = new Map([
  ["sub", "number"],
  ["mul", "number"],
  ["div", "number"],
  ["lessThan", "boolean"],
]);

const deepest = 20;

/** `-`, `*`, `/` and `<`, which the parser makes calls. */
export function operatorOf(evaluator: Evaluator, expr: CallExpr, scope: Scope): string | undefined {
  if (expr.args.length !== 2) return undefined;
  const name = knownPrimOp(expr.fn, scope, evaluator)?.name;
  return name !== undefined && operators.has(name) ? name : undefined;
}

/** What the expression would be; undefined for what is more than arithmetic. */
export function arithmeticKind(evaluator: Evaluator, expr: Expr, scope: Scope, depth = 0): Kind | undefined {
  if (depth > deepest) return undefined;
  const are = (kind: Kind, ...parts: readonly Expr[]): boolean =>
    parts.every((part) => arithmeticKind(evaluator, part, scope, depth + 1) === kind);
  switch (expr.kind) {
    case "int":
      return typeof expr.value === "number" ? "number" : undefined;
    case "var":
      return resolveVariable(scope, expr.name).kind === "local" ? "number" : undefined;
    case "call": {
      const operator = operatorOf(evaluator, expr, scope);
      return operator !== undefined && are("number", ...expr.args) ? operators.get(operator) : undefined;
    }
    case "concatStrings":
      if (expr.forceString || expr.parts.length !== 2) return undefined;
      return are("number", ...expr.parts.map((part) => part.expr)) ? "number" : undefined;
    case "not":
      return are("boolean", expr.operand) ? "boolean" : undefined;
    case "binary":
      switch (expr.op) {
        case "==":
        case "!=":
          return are("number", expr.left, expr.right) ? "boolean" : undefined;
        case "&&":
        case "||":
        case "->":
          return are("boolean", expr.left, expr.right) ? "boolean" : undefined;
        default:
          return undefined;
      }
    case "packed":
      return arithmeticKind(evaluator, expr.unpack(), scope, depth);
    default:
      return undefined;
  }
}

/** Variables that are looked at in any case, as the text went: the slot, and the local with its value. */
export type Looked = Map<string, Term>;

/** Writes statements that compute an expression of one of the two kinds, or leave the block `otherwise`; gives the result. */
export class NumberWriter {
  private readonly evaluator: Evaluator;
  private readonly source: Source;
  private readonly variables: VariableWriter;
  private readonly otherwise: string;
  readonly looked: Looked = new Map();
  private readonly checked = new Set<Term>();
  /** Whether what is written now may be skipped. */
  private isOptional = false;

  constructor(evaluator: Evaluator, source: Source, variables: VariableWriter, otherwise: string) {
    this.evaluator = evaluator;
    this.source = source;
    this.variables = variables;
    this.otherwise = otherwise;
  }

  write(expr: Expr, scope: Scope): string {
    switch (expr.kind) {
      case "int":
        return `${expr.value}`.startsWith("-") ? `(${expr.value})` : `${expr.value}`;
      case "var":
        return this.variable(this.variables.slotOf(expr.name, scope) as string);
      case "call": {
        const operator = operatorOf(this.evaluator, expr, scope) as string;
        const [left, right] = expr.args as [Expr, Expr];
        return this.operation(operator, this.write(left, scope), this.write(right, scope));
      }
      case "concatStrings": {
        const [left, right] = expr.parts.map((part) => part.expr) as [Expr, Expr];
        return this.operation("add", this.write(left, scope), this.write(right, scope));
      }
      case "packed":
        return this.write(expr.unpack(), scope);
      case "not":
        return `!${this.write(expr.operand, scope)}`;
      case "binary":
        return this.binary(expr.op, expr.left, expr.right, scope);
      default:
        throw new Error(`${expr.kind} is no arithmetic`);
    }
  }

  private variable(slot: string): Term {
    let value = this.looked.get(slot) ?? this.variables.valueOf(slot);
    if (value === undefined) {
      value = this.source.local();
      this.source.emit(
        `${value} = ${slot}; if (${value} instanceof Thunk) ${value} = ${value}.code === null ? ${value}.payload : undefined;`,
      );
      if (!this.isOptional) this.looked.set(slot, value);
    }
    if (!this.checked.has(value)) {
      this.leaveUnless(`typeof ${value} === "number"`);
      if (!this.isOptional) this.checked.add(value);
    }
    return value;
  }

  private operation(operator: string, a: string, b: string): string {
    if (operator === "lessThan") return `(${a} < ${b})`;
    const result = this.source.local();
    if (operator === "div") {
      this.leaveUnless(`${b} !== 0`);
      // The quotient of safe integers is never rounded to the next whole number.
      this.source.emit(`${result} = Math.trunc(${a} / ${b}) + 0;`);
      return result;
    }
    const sign = operator === "add" ? "+" : operator === "sub" ? "-" : "*";
    this.source.emit(`${result} = ${a} ${sign} ${b}${operator === "mul" ? " + 0" : ""};`);
    this.leaveUnless(isSafe(result));
    return result;
  }

  private binary(op: string, left: Expr, right: Expr, scope: Scope): string {
    const a = this.write(left, scope);
    if (op === "==" || op === "!=") return `(${a} ${op}= ${this.write(right, scope)})`;
    const result = this.source.local();
    this.source.emit(`${result} = ${op === "->" ? "!" : ""}${a};`);
    this.source.emit(`if (${op === "&&" ? "" : "!"}${result}) {`);
    const was = this.isOptional;
    this.isOptional = true;
    this.source.emit(`${result} = ${this.write(right, scope)};`);
    this.isOptional = was;
    this.source.emit("}");
    return result;
  }

  private leaveUnless(condition: string): void {
    this.source.emit(`if (!(${condition})) break ${this.otherwise};`);
  }
}

/** Whether the number in a local is an integer that it holds exactly, when it is the result of an operation on such. */
export function isSafe(term: Term): string {
  return `(${term} <= 9007199254740991 && ${term} >= -9007199254740991)`;
}
