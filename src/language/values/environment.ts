// Where the variables of one scope stand while code runs. Most scopes have one variable or two, which stand in the object
// itself; where there are more, all stand in one array in the place of the first. Which of the two it is, is known when
// code is compiled (see Scope), so nothing asks when it runs.

import type { Slot } from "./value.ts";

/** Up to this many variables stand in the object itself. */
export const narrowest = 2;

/** undefined: not yet initialised. */
type Place = Slot | undefined;

export class Environment {
  /** The enclosing one. */
  readonly up: Environment | undefined;
  /** The first variable; a wide environment's array. */
  a: Place | Place[];
  b: Place;

  constructor(up: Environment | undefined, a: Place | Place[], b: Place) {
    this.up = up;
    this.a = a;
    this.b = b;
  }

  /** What stands at a place of the scope; the first is number 0. */
  at(index: number, isWide: boolean): Place {
    if (isWide) return (this.a as Place[])[index];
    return index === 0 ? (this.a as Place) : this.b;
  }
}

/** The outermost one, without variables. */
export const noEnvironment = new Environment(undefined, undefined, undefined);
