// The error of the language: message, position, trace frames, suggestions (BaseError and ErrorInfo of Nix). Making one is
// cheap, since nixpkgs throws and catches them by the thousand: no JavaScript stack is captured and no text is formatted
// until somebody asks. Which subclasses `tryEval` catches is said in eval-errors.ts.

import { literalHint, type Hint } from "./hint.ts";
import type { Position } from "./position.ts";
import type { Suggestion } from "./suggestions.ts";

/** `always` frames, from `addErrorContext`, are shown even where the trace is cut short (TracePrint). */
export type TracePrint = "default" | "always";

export interface Trace {
  readonly position: Position | undefined;
  readonly hint: Hint;
  readonly print: TracePrint;
}

export interface ErrorDetails {
  readonly position?: Position | undefined;
  /** What the reader may have meant, from `bestMatches`. */
  readonly suggestions?: readonly Suggestion[];
  /** The message is the user's own, from `throw`, `abort` or `warn`. */
  readonly isFromExpression?: boolean;
  /** The exit status with which a command ends because of it; 1 when absent. */
  readonly exitStatus?: number;
  readonly cause?: unknown;
}

export class BaseError extends Error {
  readonly code: string = "eval-error";
  readonly hint: Hint;
  /** Frames in the order in which they were added: innermost first. */
  traces: Trace[] = [];
  position: Position | undefined;
  suggestions: readonly Suggestion[];
  isFromExpression: boolean;
  exitStatus: number;

  /** A string is taken as it stands; use `hint` where arguments should be coloured. Byte strings both. */
  constructor(message: string | Hint, details: ErrorDetails | Position = {}) {
    const limit = suspendStackTraces();
    super();
    restoreStackTraces(limit);
    // A position may stand for the whole of the details, since it is what nearly every error has.
    const given: ErrorDetails = "file" in details ? { position: details } : details;
    this.hint = typeof message === "string" ? literalHint(message) : message;
    this.position = given.position;
    this.suggestions = given.suggestions ?? [];
    this.isFromExpression = given.isFromExpression ?? false;
    this.exitStatus = given.exitStatus ?? 1;
    if (given.cause !== undefined) this.cause = given.cause;
  }

  /** The message alone, without colours, position and traces; a byte string. */
  override get message(): string {
    return this.hint.plain;
  }

  override get name(): string {
    return this.constructor.name;
  }

  /** Adds a frame around those that are there (BaseError::addTrace). */
  addTrace(position: Position | undefined, text: string | Hint, print: TracePrint = "default"): this {
    this.traces.push({ position, hint: typeof text === "string" ? literalHint(text) : text, print });
    return this;
  }

  /** Sets the position (BaseError::atPos). */
  atPosition(position: Position | undefined): this {
    this.position = position;
    return this;
  }

  withSuggestions(suggestions: readonly Suggestion[]): this {
    this.suggestions = suggestions;
    return this;
  }

  /**
   * A copy that can get frames of its own: what a thunk that failed before throws again (throwClone). The frames
   * themselves are shared.
   */
  clone(): this {
    const copy = Object.create(Object.getPrototypeOf(this) as object) as this;
    Object.assign(copy, this);
    copy.traces = this.traces.slice();
    return copy;
  }
}

// V8 alone has this; elsewhere setting it does nothing.
const errorConstructor = Error as unknown as { stackTraceLimit: number | undefined };

function suspendStackTraces(): number | undefined {
  const limit = errorConstructor.stackTraceLimit;
  errorConstructor.stackTraceLimit = 0;
  return limit;
}

function restoreStackTraces(limit: number | undefined): void {
  errorConstructor.stackTraceLimit = limit;
}
