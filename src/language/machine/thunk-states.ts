// What a thunk does when it is forced while it runs or after it failed.

import {
  InfiniteRecursionError,
  Interrupted,
  isStackExhaustion,
  RecoverableEvalError,
  BaseError,
} from "../errors/index.ts";
import type { PositionTable } from "../values/position.ts";
import { Code, type ThunkStates } from "../values/thunk.ts";

export function makeThunkStates(positions: PositionTable): ThunkStates {
  const states = {
    isTransient: (error: unknown): boolean =>
      error instanceof RecoverableEvalError || error instanceof Interrupted || isStackExhaustion(error),
  } as { blackHole: Code; failed: Code; isTransient(error: unknown): boolean };
  states.blackHole = new Code(states, (_, pos) => {
    throw infiniteRecursion().atPosition(positions.resolve(pos));
  });
  // A copy is thrown, because frames are added to an error on its way up and the next one must not see them.
  states.failed = new Code(states, (error: unknown) => {
    throw error instanceof BaseError ? error.clone() : error;
  });
  return states;
}

function infiniteRecursion(): InfiniteRecursionError {
  return new InfiniteRecursionError("infinite recursion encountered");
}
