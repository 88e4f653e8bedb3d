// What a person can say to the debugger besides what any REPL understands: `:bt`, `:env`, `:st`, `:c`, `:s`. One of these
// lives as long as evaluation stands still, and remembers which frame is looked at.

import type { Evaluator } from "../machine/evaluator.ts";
import type { Slot } from "../values/value.ts";
import { printEnvironment, variablesOf } from "./debug-environment.ts";
import { printDebugFrame } from "./debug-text.ts";
import type { DebugAnswer, DebugFrame, Debugger } from "./debugger.ts";

export type DebugReply =
  /** A byte string for standard output; with `variables`, these now are what the person can name. */
  | { readonly kind: "shown"; readonly text: string; readonly variables: ReadonlyMap<string, Slot> | undefined }
  /** The session is over. */
  | { readonly kind: "leave"; readonly answer: DebugAnswer };

export class DebugCommands {
  private readonly evaluator: Evaluator;
  private readonly listener: Debugger;
  private index = 0;

  constructor(evaluator: Evaluator, listener: Debugger) {
    this.evaluator = evaluator;
    this.listener = listener;
  }

  /** `command` with its colon. Undefined when it is none of the debugger's. */
  run(command: string, argument: string): DebugReply | undefined {
    switch (command) {
      case ":bt":
      case ":backtrace":
        return shown(this.listener.frames.map((frame, index) => printDebugFrame(index, frame)).join(""));
      case ":env":
        return shown(this.environment(this.listener.frames[this.index]));
      case ":st":
        return this.showFrame(argument);
      case ":c":
      case ":continue":
        return { kind: "leave", answer: "continue" };
      case ":s":
      case ":step":
        return { kind: "leave", answer: "step" };
      default:
        return undefined;
    }
  }

  /** Goes to the frame of that number, if it is one, and shows where one is. */
  private showFrame(argument: string): DebugReply {
    const number = /^\s*([+-]?[0-9]+)/.exec(argument)?.[1];
    if (number !== undefined) this.index = Number(number);
    const frame = this.listener.frames[this.index];
    if (frame === undefined) return shown("");
    const text = `${printDebugFrame(this.index, frame)}\n${this.environment(frame)}`;
    return { kind: "shown", text, variables: variablesOf(this.evaluator, frame.node.scope, frame.env) };
  }

  private environment(frame: DebugFrame | undefined): string {
    return frame === undefined ? "" : printEnvironment(this.evaluator, frame.node.scope, frame.env);
  }
}

function shown(text: string): DebugReply {
  return { kind: "shown", text, variables: undefined };
}
