// Shorthands with which the files beside this one write their builtins.

import { EvalError, type Hint } from "../errors/index.ts";
import type { StringContext } from "../values/context.ts";
import { NixString, type Value } from "../values/value.ts";

/** An error whose message stands for itself; frames and the call's position are added on its way up. */
export function evalError(message: string | Hint): EvalError {
  return new EvalError(message);
}

/** The text of a value that is known to be a string. */
export function textOf(value: Value): string {
  return value instanceof NixString ? value.text : (value as string);
}

export function contextOf(value: Value): StringContext | undefined {
  return value instanceof NixString ? value.context : undefined;
}
