// What can watch an evaluation. An evaluator that was made with instruments compiles every expression so that they are
// told; one that was made without has none of this, and nothing in it asks.

import type { Evaluator } from "../machine/evaluator.ts";
import type { Pos } from "../values/position.ts";
import type { Slot } from "../values/value.ts";
import type { Debugger } from "./debugger.ts";
import type { Statistics } from "./statistics.ts";

/** Is told of each call, by programs and by builtins, however many arguments it has (EvalProfiler of Nix). */
export interface CallObserver {
  /** `fn` is as it stands: what a builtin was given may not be evaluated yet. */
  enter(evaluator: Evaluator, fn: Slot, args: readonly Slot[], pos: Pos): void;
  /** Also when the call failed. */
  leave(evaluator: Evaluator, pos: Pos): void;
}

export interface Instruments {
  readonly calls: readonly CallObserver[];
  readonly statistics: Statistics | undefined;
  readonly debugger: Debugger | undefined;
}

/** Nanoseconds since the epoch. */
export type Clock = () => bigint;
