// What stands in a place that is not evaluated at once: an argument, a binding, an element. Most are thunks; literals,
// variables and lambdas are already values or share a place (Expr::maybeThunk). One class with a tag instead of a closure
// for each, so that the loops which fill environments and sets make no unpredictable calls.

import { Lambda, type LambdaCode } from "../values/lambda.ts";
import type { Environment } from "../values/environment.ts";
import { type Code, Thunk } from "../values/thunk.ts";
import type { Slot } from "../values/value.ts";

const isThunk = 0;
const isConstant = 1;
const isVariable = 2;
const isLambda = 3;

/** In the place of an index: a variable that stands in the environment itself. */
const inFirst = -1;
const inSecond = -2;

/** Environments up, and what the `at` of that one wants. */
interface Place {
  readonly depth: number;
  readonly index: number;
  readonly isWide: boolean;
}

type Tag = typeof isThunk | typeof isConstant | typeof isVariable | typeof isLambda;

export class Delayed {
  private readonly tag: Tag;
  private readonly code: Code | undefined;
  private readonly constant: Slot;
  private readonly depth: number;
  private readonly index: number;
  private readonly lambda: LambdaCode | undefined;

  protected constructor(
    tag: Tag,
    code: Code | undefined,
    constant: Slot,
    depth: number,
    index: number,
    lambda: LambdaCode | undefined,
  ) {
    this.tag = tag;
    this.code = code;
    this.constant = constant;
    this.depth = depth;
    this.index = index;
    this.lambda = lambda;
  }

  static thunk(code: Code): Delayed {
    return new Delayed(isThunk, code, null, 0, 0, undefined);
  }
  static constant(slot: Slot): Delayed {
    return new Delayed(isConstant, undefined, slot, 0, 0, undefined);
  }
  /** `code` is for the case that the place is not filled yet. */
  static variable(place: Place, code: Code): Delayed {
    const index = place.isWide ? place.index : place.index === 0 ? inFirst : inSecond;
    return new Delayed(isVariable, code, null, place.depth, index, undefined);
  }
  static lambda(lambda: LambdaCode): Delayed {
    return new Delayed(isLambda, undefined, null, 0, 0, lambda);
  }

  make(env: Environment): Slot {
    switch (this.tag) {
      case isThunk:
        return new Thunk(this.code as Code, env);
      case isVariable: {
        let place = env;
        for (let depth = this.depth; depth > 0; depth--) place = place.up as Environment;
        const { index } = this;
        const slot = (index === inFirst ? place.a : index === inSecond ? place.b : (place.a as Slot[])[index]) as
          | Slot
          | undefined;
        return slot === undefined ? new Thunk(this.code as Code, env) : slot;
      }
      case isConstant:
        return this.constant;
      case isLambda:
        return new Lambda(this.lambda as LambdaCode, env, false);
    }
  }
}
