// Variables: one closure shape for each of the common distances, so that the hot ones stay small and specialised.

import type { VarExpr } from "../syntax/ast.ts";
import { undefinedVariable } from "../machine/failures.ts";
import { forceAttrs } from "../machine/force.ts";
import type { Environment } from "../values/thunk.ts";
import { force, Thunk } from "../values/thunk.ts";
import type { Pos } from "../values/position.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Compiler, Run } from "./compiler.ts";
import { resolveVariable, type Scope, type WithLevel } from "./scope.ts";

export function compileVariable(compiler: Compiler, expr: VarExpr, scope: Scope): Run {
  const pos = compiler.pos(expr.pos);
  const found = resolveVariable(scope, expr.name);
  switch (found.kind) {
    case "local":
      return localVariable(found.depth, found.index, pos);
    case "constant": {
      const { slot } = found;
      return slot instanceof Thunk ? () => slot.force(pos) : () => slot;
    }
    case "with":
      return withVariable(compiler, expr.name, found.levels, pos);
    case "undefined":
      throw undefinedVariable(compiler.evaluator, expr.name, pos);
  }
}

function localVariable(depth: number, index: number, pos: Pos): Run {
  switch (depth) {
    case 0:
      return (env) => {
        const slot = env[index] as Slot;
        if (slot instanceof Thunk) return slot.code === null ? (slot.payload as Value) : slot.evaluate(pos);
        return slot;
      };
    case 1:
      return (env) => {
        const slot = (env[0] as Environment)[index] as Slot;
        if (slot instanceof Thunk) return slot.code === null ? (slot.payload as Value) : slot.evaluate(pos);
        return slot;
      };
    case 2:
      return (env) => {
        const slot = ((env[0] as Environment)[0] as Environment)[index] as Slot;
        if (slot instanceof Thunk) return slot.code === null ? (slot.payload as Value) : slot.evaluate(pos);
        return slot;
      };
    default:
      return (env) => {
        let place = ((env[0] as Environment)[0] as Environment)[0] as Environment;
        for (let left = depth - 3; left > 0; left--) place = place[0] as Environment;
        const slot = place[index] as Slot;
        if (slot instanceof Thunk) return slot.code === null ? (slot.payload as Value) : slot.evaluate(pos);
        return slot;
      };
  }
}

/** Searches the sets of the `with` expressions around it, innermost first. */
function withVariable(compiler: Compiler, name: string, levels: readonly WithLevel[], pos: Pos): Run {
  const { evaluator } = compiler;
  const symbol = evaluator.symbols.intern(name);
  return (env) => {
    let place = env;
    let depth = 0;
    for (const level of levels) {
      for (; depth < level.depth; depth++) place = place[0] as Environment;
      const frame = "while evaluating the first subexpression of a with expression";
      const attrs = forceAttrs(evaluator, place[1] as Slot, frame, level.pos);
      const slot = attrs.get(symbol);
      if (slot !== undefined) return force(slot, pos);
    }
    throw undefinedVariable(evaluator, name, pos);
  };
}
