// `trace-function-calls`: a line when a call begins and one when it ends, with the time in nanoseconds.

import type { Evaluator } from "../machine/evaluator.ts";
import type { Pos } from "../values/position.ts";
import type { Slot } from "../values/value.ts";
import type { CallObserver, Clock } from "./instruments.ts";
import { printPlace } from "./print-place.ts";

export class FunctionTrace implements CallObserver {
  private readonly now: Clock;

  constructor(now: Clock) {
    this.now = now;
  }

  enter(evaluator: Evaluator, _fn: Slot, _args: readonly Slot[], pos: Pos): void {
    this.say(evaluator, "entered", pos);
  }

  leave(evaluator: Evaluator, pos: Pos): void {
    this.say(evaluator, "exited", pos);
  }

  private say(evaluator: Evaluator, what: "entered" | "exited", pos: Pos): void {
    evaluator.io.emitMessage("info", `function-trace ${what} ${printPlace(evaluator, pos)} at ${this.now()}`);
  }
}
