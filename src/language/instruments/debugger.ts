// The evaluator's side of `--debugger`: a stack of frames with their environments while a program runs, and the places
// where it stops: an error when it is thrown, `builtins.break`, a trace or warning if that was asked for, each new frame
// while stepping. Who talks to the person is the session, a function that returns when evaluation is to go on.
//
// An error is met where it passes first: at the node or builtin that threw it or at the first frame that is about to be
// added to it, so that it is shown as it was thrown. As in Nix some errors push a frame of their own that nothing takes
// away again (EvalErrorBuilder::withFrame); each end of a frame takes the topmost.

import {
  BaseError,
  EvalBaseError,
  EvalError,
  type Hint,
  hint,
  InfiniteRecursionError,
  type Position,
  TypeError,
} from "../errors/index.ts";
import type { Expr } from "../syntax/ast.ts";
import type { Scope } from "../compile/scope.ts";
import { noPos, type Pos } from "../values/position.ts";
import type { Environment } from "../values/environment.ts";
import type { Code, Thunk } from "../values/thunk.ts";
import type { Slot } from "../values/value.ts";
import { variablesOf } from "./debug-environment.ts";
import type { Evaluator } from "../machine/evaluator.ts";

/** A node of the program as frames remember it. */
export interface DebugNode {
  readonly kind: Expr["kind"];
  readonly scope: Scope;
  readonly pos: Pos;
}

/** DebugTrace of Nix. */
export interface DebugFrame {
  readonly node: DebugNode;
  readonly env: Environment;
  readonly position: Position | undefined;
  readonly hint: Hint;
  readonly isError: boolean;
}

/** Why evaluation stops, and what the session starts with. */
export interface DebugStop {
  /** For a breakpoint it is the message that says so. */
  readonly error: BaseError | undefined;
  readonly isBreakpoint: boolean;
  /** The error is inside of `builtins.tryEval`. */
  readonly isInTry: boolean;
  /** The variables of the topmost frame; the inner ones hide those further out. */
  readonly variables: ReadonlyMap<string, Slot>;
}

/** How a session ends: run on, stop at the next frame, or give up. */
export type DebugAnswer = "continue" | "step" | "quit";

export interface DebuggerOptions {
  readonly session: (stop: DebugStop, listener: Debugger) => DebugAnswer;
  readonly ignoreTry: boolean;
  readonly stopsOnTrace: boolean;
  readonly stopsOnWarning: boolean;
}

/** The person left a session that no error had begun: the program ends, and well. */
export class DebuggerLeft extends Error {
  readonly exitStatus = 0;
  constructor() {
    super("the debugger was left");
  }
}

/** The errors for which Nix pushes a frame of its own, by the node that throws them. */
const framedErrors: Partial<Record<Expr["kind"], RegExp>> = {
  var: /^undefined variable '/,
  select: /^attribute '.*' missing$/s,
  assert: /^assertion '/,
  concatStrings: /^cannot add |^a string that refers to a store path cannot be appended/,
  attrs: /^dynamic attribute '/,
  lambda: /^function '.*' called with|^cannot evaluate a function that has an argument without a value/s,
};

/** Frames that are added to the failure of a condition (evalBool). */
const conditionFrame =
  /^while evaluating a branch condition$|^in the (?:condition of the assert statement|argument of the not operator|(?:left|right) operand of the (?:AND|OR|IMPL) )/;

/** Errors that Nix leaves without a position; to most others that builtins throw it gives the one of a builtin: none. */
const unplaced =
  /^expected a (?:set|list) but found|^attribute '.*' missing$|^cannot (?:compare|coerce) |^file names are not allowed/s;

export class Debugger {
  /** The nodes that the code of thunks was made of. */
  private readonly nodes = new WeakMap<Code, DebugNode>();
  /** Innermost last. */
  private readonly stack: DebugFrame[] = [];
  private readonly options: DebuggerOptions;
  private attached: Evaluator | undefined = undefined;
  private tryLevel = 0;
  private mutedLevel = 0;
  private isStepping = false;
  private isInSession = false;
  /** The error with which a session was left, until something else is evaluated. */
  private leaving: unknown = undefined;
  /** Errors that were met. A failed thunk throws copies, which share the hint. */
  private readonly met = new WeakSet<Hint>();
  private last: { readonly node: DebugNode; readonly env: Environment } | undefined = undefined;

  constructor(options: DebuggerOptions) {
    this.options = options;
  }

  /** Is called once, by the evaluator that it belongs to. */
  attach(evaluator: Evaluator): void {
    this.attached = evaluator;
  }

  private get evaluator(): Evaluator {
    if (this.attached === undefined) throw new Error("the debugger has no evaluator");
    return this.attached;
  }

  /** False inside of `tryEval` with `ignore-try`. */
  get isListening(): boolean {
    return this.mutedLevel === 0;
  }

  /** Innermost first. */
  get frames(): readonly DebugFrame[] {
    return this.stack.toReversed();
  }

  /** Code that will be run for a node. */
  coded(code: Code, node: DebugNode): void {
    this.nodes.set(code, node);
  }

  /** The node that a thunk will run; undefined when it is no part of a program. */
  nodeOf(thunk: Thunk): DebugNode | undefined {
    return thunk.code === null ? undefined : this.nodes.get(thunk.code);
  }

  push(frame: DebugFrame): void {
    this.leaving = undefined;
    this.stack.push(frame);
    if (this.isStepping) this.stop(undefined, false);
  }

  pop(): void {
    this.stack.pop();
  }

  /** A node has its value. */
  evaluated(node: DebugNode, env: Environment): void {
    this.last = { node, env };
  }

  /** An error leaves a node or a builtin. */
  caught(error: unknown, node?: DebugNode, env?: Environment): void {
    if (!this.isNew(error)) return;
    if (node !== undefined && env !== undefined && framedErrors[node.kind]?.test(error.message) === true) {
      this.pushForError(node, env);
    }
    this.stop(error, false);
  }

  /** An error is about to get a frame. */
  errorPasses(error: BaseError, frame: string): void {
    if (!this.isNew(error)) return;
    const { last } = this;
    if (last !== undefined && conditionFrame.test(frame)) this.pushForError(last.node, last.env);
    this.stop(error, false);
  }

  /** An error is going to be thrown for which Nix pushes a frame. */
  caughtInFrame(error: BaseError, node: DebugNode, env: Environment): void {
    if (!this.isNew(error)) return;
    this.pushForError(node, env);
    this.stop(error, false);
  }

  reached(what: "break" | "trace" | "warning"): void {
    const { stopsOnTrace, stopsOnWarning } = this.options;
    switch (what) {
      case "break":
        return this.stop(new BaseError("breakpoint reached"), true);
      case "trace":
        if (stopsOnTrace) this.stop(undefined, false);
        return;
      case "warning":
        if (stopsOnTrace || stopsOnWarning) this.stop(undefined, false);
    }
  }

  /** Runs what `tryEval` tries. */
  insideTry<T>(run: () => T): T {
    const muted = this.options.ignoreTry ? 1 : 0;
    this.tryLevel++;
    this.mutedLevel += muted;
    try {
      const value = run();
      // Whoever leaves the debugger leaves the program, not only the attempt.
      if (this.leaving !== undefined) throw this.leaving;
      return value;
    } finally {
      this.tryLevel--;
      this.mutedLevel -= muted;
    }
  }

  /** Runs something for a session itself, as the completion of names, in which no error stops. */
  undisturbed<T>(run: () => T): T {
    this.mutedLevel++;
    try {
      return run();
    } finally {
      this.mutedLevel--;
    }
  }

  private isNew(error: unknown): error is EvalBaseError {
    if (!(error instanceof EvalBaseError) || this.met.has(error.hint)) return false;
    this.met.add(error.hint);
    return true;
  }

  private pushForError(node: DebugNode, env: Environment): void {
    const position = this.evaluator.position(node.pos);
    this.stack.push({ node, env, position, hint: hint`Fake frame for debugging purposes`, isError: true });
  }

  /** EvalState::runDebugRepl. */
  private stop(thrown: BaseError | undefined, isBreakpoint: boolean): void {
    // Where a value needs itself is found out on the way up.
    const error = thrown instanceof InfiniteRecursionError ? thrown.clone().atPosition(undefined) : thrown;
    const top = this.stack.at(-1);
    if (top === undefined || !this.isListening || this.isInSession) return;
    const hasFrame = error !== undefined && top.node.pos !== noPos;
    if (hasFrame) {
      const position = this.placeOf(error, isBreakpoint, top);
      this.stack.push({ node: top.node, env: top.env, position, hint: error.hint, isError: true });
    }
    this.isInSession = true;
    const isInTry = this.tryLevel > 0 && !isBreakpoint;
    const { depth } = this.evaluator;
    let answer: DebugAnswer;
    try {
      const variables = variablesOf(this.evaluator, top.node.scope, top.env);
      answer = this.options.session({ error, isBreakpoint, isInTry, variables }, this);
    } finally {
      this.isInSession = false;
      this.evaluator.depth = depth;
      if (hasFrame) this.stack.pop();
    }
    this.isStepping = answer === "step";
    if (answer !== "quit") return;
    this.leaving = thrown ?? new DebuggerLeft();
    if (thrown === undefined || isBreakpoint) throw this.leaving;
  }

  /** An error without position is shown where the topmost frame is, one whose position is none is not. */
  private placeOf(error: BaseError, isBreakpoint: boolean, top: DebugFrame): Position | undefined {
    if (error.position !== undefined) return error.position;
    const { constructor } = error;
    const isOfBuiltin = (constructor === EvalError || constructor === TypeError) && error.traces.length === 0;
    const isNowhere =
      isBreakpoint || constructor === InfiniteRecursionError || (isOfBuiltin && !unplaced.test(error.message));
    return isNowhere ? undefined : this.evaluator.position(top.node.pos);
  }
}
