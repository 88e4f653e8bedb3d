// Functions written in Nix: shared code and the environment they close over.

import type { Attrs } from "./attrs.ts";
import type { Pos } from "./position.ts";
import type { Symbol } from "./symbols.ts";
import type { Environment } from "./environment.ts";
import type { Slot, Value } from "./value.ts";

export interface FormalInfo {
  readonly symbol: Symbol;
  readonly hasDefault: boolean;
  readonly pos: Pos;
}

/** What all closures of one lambda share; the compiler makes it, and compiles the body when it first runs. */
export interface LambdaCode {
  readonly pos: Pos;
  /** What it is bound to, for frames and printing. */
  readonly name: string | undefined;
  readonly argument: Symbol | undefined;
  /** Sorted by symbol, as ExprLambda's. */
  readonly formals: readonly FormalInfo[] | undefined;
  readonly ellipsis: boolean;
  /** The doc comment without its marks. */
  readonly docText: string | undefined;
  /** How many arguments `x: y: …` takes one after the other before anything happens; 1 with formals. */
  readonly arity: 1 | 2 | 3;
  /**
   * A bit for each argument that is surely forced before anything can see that it was not; 0 while nothing is known, which
   * it is of functions that are called often (see generate/strictness.ts).
   */
  readonly strict: number;
  /**
   * Its value for one argument where that is arithmetic which succeeds on a small integer, undefined where it is not: nobody
   * can tell when it is called. Only of functions that are called often.
   */
  readonly compute: ((env: Environment, a: Slot) => number | undefined) | undefined;
  /** 1: it is `a: b: a < b`; -1: `a: b: a > b`. */
  readonly order: 1 | 0 | -1;
  /** The functionArgs set, made once. */
  formalsAttrs: Attrs | undefined;
  /** Runs the body with exactly `arity` arguments. `callPos` is where it is called from, for errors about formals. */
  enter1: (env: Environment, a: Slot, callPos: Pos) => Value;
  enter2: (env: Environment, a: Slot, b: Slot, callPos: Pos) => Value;
  enter3: (env: Environment, a: Slot, b: Slot, c: Slot, callPos: Pos) => Value;
  /** The function that remains after one argument; only when `arity` > 1. */
  applyOne: (env: Environment, a: Slot) => Lambda;
}

export class Lambda {
  readonly code: LambdaCode;
  readonly env: Environment;
  /**
   * Whether anything has forced it. Nix makes a thunk of a lambda that is a binding, argument or element; we make the
   * lambda at once, and printing an unforced one must still say `<CODE>`.
   */
  wasForced: boolean;

  constructor(code: LambdaCode, env: Environment, wasForced: boolean) {
    this.code = code;
    this.env = env;
    this.wasForced = wasForced;
  }
}
