// Variables: one closure for each of the common places, so that the hot ones stay small and specialised.

import type { VarExpr } from "../syntax/ast.ts";
import { undefinedVariable } from "../machine/failures.ts";
import { forceAttrs } from "../machine/force.ts";
import type { Environment } from "../values/environment.ts";
import { force, Thunk } from "../values/thunk.ts";
import type { Pos } from "../values/position.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Compiler, Run } from "./compiler.ts";
import { resolveVariable, type Scope, type WithLevel } from "./scope.ts";

/** `forcedAt` is where an infinite recursion is said to be found; 0 for an operand that a builtin forces. */
export function compileVariable(
  compiler: Compiler,
  expr: VarExpr,
  scope: Scope,
  forcedAt: Pos = compiler.pos(expr.pos),
): Run {
  const pos = compiler.pos(expr.pos);
  const found = resolveVariable(scope, expr.name);
  switch (found.kind) {
    case "local":
      return localVariable(found.depth, found.index, found.isWide, forcedAt);
    case "constant": {
      const { slot } = found;
      return slot instanceof Thunk ? () => slot.force(forcedAt) : () => slot;
    }
    case "with":
      return withVariable(compiler, expr.name, found.levels, pos);
    case "undefined":
      throw undefinedVariable(compiler.evaluator, expr.name, pos);
  }
}

function localVariable(depth: number, index: number, isWide: boolean, pos: Pos): Run {
  if (isWide) return wideVariable(depth, index, pos);
  if (index === 0) {
    switch (depth) {
      case 0:
        return (env) => forceVariable(env.a as Slot, pos);
      case 1:
        return (env) => forceVariable((env.up as Environment).a as Slot, pos);
      default:
        return (env) => forceVariable(above(env, depth).a as Slot, pos);
    }
  }
  switch (depth) {
    case 0:
      return (env) => forceVariable(env.b as Slot, pos);
    case 1:
      return (env) => forceVariable((env.up as Environment).b as Slot, pos);
    default:
      return (env) => forceVariable(above(env, depth).b as Slot, pos);
  }
}

function wideVariable(depth: number, index: number, pos: Pos): Run {
  switch (depth) {
    case 0:
      return (env) => forceVariable((env.a as Slot[])[index] as Slot, pos);
    case 1:
      return (env) => forceVariable(((env.up as Environment).a as Slot[])[index] as Slot, pos);
    default:
      return (env) => forceVariable((above(env, depth).a as Slot[])[index] as Slot, pos);
  }
}

/** At least two up. */
function above(env: Environment, depth: number): Environment {
  let place = (env.up as Environment).up as Environment;
  for (let left = depth - 2; left > 0; left--) place = place.up as Environment;
  return place;
}

function forceVariable(slot: Slot, pos: Pos): Value {
  if (slot instanceof Thunk) return slot.code === null ? (slot.payload as Value) : slot.evaluate(pos);
  return slot;
}

/** Searches the sets of the `with` expressions around it, innermost first. */
function withVariable(compiler: Compiler, name: string, levels: readonly WithLevel[], pos: Pos): Run {
  const { evaluator } = compiler;
  const symbol = evaluator.symbols.intern(name);
  return (env) => {
    let place = env;
    let depth = 0;
    for (let i = 0; i < levels.length; i++) {
      const level = levels[i] as WithLevel;
      for (; depth < level.depth; depth++) place = place.up as Environment;
      const frame = "while evaluating the first subexpression of a with expression";
      const attrs = forceAttrs(evaluator, place.a as Slot, frame, level.pos);
      const slot = attrs.get(symbol);
      if (slot !== undefined) return force(slot, pos);
    }
    throw undefinedVariable(evaluator, name, pos);
  };
}
