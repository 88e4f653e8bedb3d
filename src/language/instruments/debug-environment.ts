// Environments by the names of their variables. An environment is slots; which name each one has is in the scope that the
// code was compiled in, level by level.

import type { Scope } from "../compile/scope.ts";
import { ansi } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { Attrs } from "../values/attrs.ts";
import type { Environment } from "../values/environment.ts";
import { Thunk } from "../values/thunk.ts";
import type { Slot } from "../values/value.ts";

/** What a program can name at a place, apart from builtins; inner names hide outer ones (mapStaticEnvBindings). */
export function variablesOf(evaluator: Evaluator, scope: Scope, env: Environment): Map<string, Slot> {
  if (scope.kind === "base") return new Map();
  const variables = variablesOf(evaluator, scope.parent, env.up as Environment);
  if (scope.kind === "names") {
    for (const [name, index] of scope.names) {
      const slot = env.at(index, scope.isWide);
      if (slot !== undefined) variables.set(name, slot);
    }
    return variables;
  }
  const set = setOfWith(env);
  if (set !== undefined) {
    const { shape, values } = set.flat();
    values.forEach((slot, index) => variables.set(evaluator.symbols.name(shape.symbols[index] as number), slot));
  }
  return variables;
}

/** The names level by level, innermost first (printEnvBindings). */
export function printEnvironment(evaluator: Evaluator, scope: Scope, env: Environment, level = 0): string {
  const title = `Env level ${level}\n`;
  if (scope.kind === "base") {
    // The others are in `builtins`.
    const names = [...scope.base.names].filter((name) => !name.startsWith("__"));
    return `${title}${printNames(inSymbolOrder(evaluator, names))}\n`;
  }
  const names = scope.kind === "names" ? inSymbolOrder(evaluator, [...scope.names.keys()]) : [];
  const set = scope.kind === "with" ? setOfWith(env) : undefined;
  const fromSet = set === undefined ? "" : `with: ${printNames(set.symbols.map((one) => evaluator.symbols.name(one)))}`;
  const outer = printEnvironment(evaluator, scope.parent, env.up as Environment, level + 1);
  return `${title}static: ${printNames(names)}${fromSet}\n${outer}`;
}

function printNames(names: readonly string[]): string {
  return `${ansi.warning}${names.map((name) => `${name} `).join("")}${ansi.normal}\n`;
}

function inSymbolOrder(evaluator: Evaluator, names: readonly string[]): string[] {
  return names.toSorted((a, b) => evaluator.symbol(a) - evaluator.symbol(b));
}

/** The set of a `with`, once it is evaluated. */
function setOfWith(env: Environment): Attrs | undefined {
  const slot = env.a as Slot;
  const value = slot instanceof Thunk && slot.isForced ? slot.force() : slot;
  return value instanceof Attrs ? value : undefined;
}
