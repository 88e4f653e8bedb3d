// `+` of all kinds, `"…${…}…"` and paths with interpolation, which Nix has as one node: what the first part is decides
// whether the rest is added, joined to a path or to a string. JavaScript joins strings as ropes, so that building a long
// one piece by piece is not quadratic.

import type { ConcatStringsExpr } from "../syntax/ast.ts";
import { canonicalPath } from "../syntax/index.ts";
import { hint } from "../errors/index.ts";
import { coerceToString } from "../machine/coerce.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { cannotAdd, contextInPath, integerOverflow } from "../machine/failures.ts";
import { pathText } from "../machine/internal-paths.ts";
import { ContextCollector } from "../values/context.ts";
import { addIntegers } from "../values/integer.ts";
import { noPos, type Pos } from "../values/position.ts";
import type { Environment } from "../values/environment.ts";
import { floatResult } from "../values/nan.ts";
import { NixFloat, NixPath, NixString, stringValue, type Value } from "../values/value.ts";
import type { Compiler, Run } from "./compiler.ts";
import type { Scope } from "./scope.ts";

interface Part {
  readonly run: Run;
  readonly pos: Pos;
}

const segment = "while evaluating a path segment";

export function compileConcatStrings(compiler: Compiler, expr: ConcatStringsExpr, scope: Scope): Run {
  const { evaluator } = compiler;
  const parts = expr.parts.map((part) => ({
    run: compiler.compile(part.expr, scope),
    pos: compiler.pos(part.pos),
  }));
  const pos = compiler.pos(expr.pos);
  if (expr.forceString) return (env) => joinStrings(evaluator, "", parts, 0, env, true);
  if (parts.length === 2) return addTwo(evaluator, parts, pos);
  return (env) => add(evaluator, parts, (parts[0] as Part).run(env), env, pos);
}

/** `a + b`, by far the most frequent; numbers and plain strings are done here. */
function addTwo(evaluator: Evaluator, parts: readonly Part[], pos: Pos): Run {
  const [left, right] = parts as [Part, Part];
  const second = [right];
  return (env) => {
    const a = left.run(env);
    if (typeof a === "number") {
      const b = right.run(env);
      if (typeof b === "number") {
        const sum = a + b;
        if (Number.isSafeInteger(sum)) return sum;
      }
      return addNumber(evaluator, a, b, right.pos);
    }
    if (typeof a === "string") return joinStrings(evaluator, a, second, 0, env, true);
    return add(evaluator, parts, a, env, pos);
  };
}

/** The general case; `first` is the value of the first part. */
function add(evaluator: Evaluator, parts: readonly Part[], first: Value, env: Environment, pos: Pos): Value {
  if (typeof first === "number" || typeof first === "bigint" || first instanceof NixFloat) {
    let sum: Value = first;
    for (let i = 1; i < parts.length; i++) {
      const part = parts[i] as Part;
      sum = addNumber(evaluator, sum, part.run(env), part.pos);
    }
    return sum;
  }
  if (first instanceof NixPath) return joinPath(evaluator, parts, first, env, pos);
  const isString = typeof first === "string" || first instanceof NixString;
  const collector = new ContextCollector();
  const text = coerceToString(evaluator, (parts[0] as Part).pos, first, collector, segment, {
    copyToStore: isString,
  });
  return joinStrings(evaluator, text, parts, 1, env, isString, collector);
}

/** `first + …` for an addition of two parts of which the first is known. */
export function addRest(
  compiler: Compiler,
  expr: ConcatStringsExpr,
  scope: Scope,
): (first: Value, env: Environment) => Value {
  const { evaluator } = compiler;
  const parts = expr.parts.map((part) => {
    const code = compiler.code(part.expr, scope);
    return { run: (env: Environment) => code.run(env, noPos), pos: compiler.pos(part.pos) };
  });
  const pos = compiler.pos(expr.pos);
  return (first, env) => add(evaluator, parts, first, env, pos);
}

/** `a + b` where `a` is a number or a plain string. */
export function addValues(evaluator: Evaluator, a: Value, b: Value, pos: Pos): Value {
  if (typeof a !== "string") return addNumber(evaluator, a, b, pos);
  const collector = new ContextCollector();
  const text = a + appendPart(evaluator, pos, b, collector);
  return stringValue(text, collector.context);
}

/** What a part of a string contributes. */
export function appendPart(evaluator: Evaluator, pos: Pos, value: Value, collector: ContextCollector): string {
  return coerceToString(evaluator, pos, value, collector, segment, { copyToStore: true });
}

function addNumber(evaluator: Evaluator, sum: Value, value: Value, pos: Pos): Value {
  if (sum instanceof NixFloat) {
    if (value instanceof NixFloat) return floatResult(sum.value + value.value, sum, value);
    if (typeof value === "number" || typeof value === "bigint")
      return floatResult(sum.value + Number(value), sum, value);
    throw cannotAdd(evaluator, value, "a float", pos);
  }
  const integer = sum as number | bigint;
  if (typeof value === "number" || typeof value === "bigint") {
    const result = addIntegers(integer, value);
    if (result === undefined) {
      throw integerOverflow(evaluator, hint`integer overflow in adding ${integer} + ${value}`, pos);
    }
    return result;
  }
  if (value instanceof NixFloat) return floatResult(Number(integer) + value.value, integer, value);
  throw cannotAdd(evaluator, value, "an integer", pos);
}

/** Appends parts from number `next` on to `text`. */
function joinStrings(
  evaluator: Evaluator,
  text: string,
  parts: readonly Part[],
  next: number,
  env: Environment,
  copyToStore: boolean,
  given?: ContextCollector,
): Value {
  let result = text;
  let collector = given;
  for (let i = next; i < parts.length; i++) {
    const part = parts[i] as Part;
    const value = part.run(env);
    if (typeof value === "string") {
      result += value;
    } else {
      collector ??= new ContextCollector();
      result += coerceToString(evaluator, part.pos, value, collector, segment, { copyToStore });
    }
  }
  return collector === undefined ? result : stringValue(result, collector.context);
}

function joinPath(evaluator: Evaluator, parts: readonly Part[], first: NixPath, env: Environment, pos: Pos): NixPath {
  const collector = new ContextCollector();
  let text = pathText(first.path);
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i] as Part;
    text += coerceToString(evaluator, part.pos, part.run(env), collector, segment, { copyToStore: false });
  }
  if (!collector.context.isEmpty) throw contextInPath(evaluator, pos);
  return new NixPath(canonicalPath(text));
}
