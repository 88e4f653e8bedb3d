// The depth of calls, which Nix limits. It is put back when a call returns, not when it throws: whoever catches an error
// and goes on restores it.

import { type BaseError, callDepthExceeded } from "../errors/index.ts";
import type { Pos } from "../values/position.ts";
import type { Evaluator } from "./evaluator.ts";

/** A mask: some ten milliseconds of evaluation. */
const callsBetweenChecks = 0xffff;

/** Counts a level of depth and returns the depth to go back to. */
export function enterCall(evaluator: Evaluator, pos: Pos): number {
  const depth = evaluator.depth;
  if (depth > evaluator.maxCallDepth) throw callDepthReached(evaluator, pos);
  evaluator.calls = (evaluator.calls + 1) & callsBetweenChecks;
  if (evaluator.calls === 0) evaluator.settings.checkInterrupt?.();
  evaluator.depth = depth + 1;
  return depth;
}

export function callDepthReached(evaluator: Evaluator, pos: Pos): BaseError {
  return callDepthExceeded().atPosition(evaluator.positions.resolve(pos));
}
