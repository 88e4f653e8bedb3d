// Delayed computations. A thunk is code and the environment it runs in; once forced it holds the value instead, and once
// failed the error, which every later force throws again. While it runs its code is the black hole, so that a value which
// needs itself is found to.
//
// `builtins.break` alone gives back what is not evaluated: its argument as it is. Where such a value ends up it is a thunk
// again, which whoever looks once finds, and who looks twice finds evaluated.
//
// `Code.run` is a field and not a method, so that every call site sees one hidden class; it may replace itself (bodies are
// compiled when they first run).

import { noPos, type Pos } from "./position.ts";
import type { Slot, Value } from "./value.ts";

/** What a thunk's code gets: mostly an Environment, for code of builtins whatever they put there. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Closed = any;

/** What all code of one evaluator shares: the states that a thunk passes through. */
export interface ThunkStates {
  readonly blackHole: Code;
  readonly failed: Code;
  /** Whether the error may go away on its own (an interrupt, a stack overflow), so that the thunk must be able to run again. */
  isTransient(error: unknown): boolean;
}

/** Called as a method of the code, so that it can replace itself. */
type RunCode = (this: Code, env: Closed, pos: Pos) => Value;

export class Code {
  run: RunCode;
  readonly states: ThunkStates;
  /** Whether it applies a function (Value::mkApp): there is no black hole then, and it runs again when it needs itself. */
  readonly isCall: boolean;

  constructor(states: ThunkStates, run: RunCode, isCall = false) {
    this.states = states;
    this.run = run;
    this.isCall = isCall;
  }
}

/** Code that applies a function: the payload is a Call. Where it stands is where the function does. */
export class CallCode extends Code {
  constructor(states: ThunkStates, run: RunCode) {
    super(states, run, true);
  }
}

/** Code that applies one function to what its thunks hold. Where it stands is where the function does. */
export class ApplyCode extends Code {
  readonly fn: Slot;
  constructor(states: ThunkStates, fn: Slot, run: RunCode) {
    super(states, run, true);
    this.fn = fn;
  }
}

export class Call1 {
  readonly fn: Slot;
  readonly a: Slot;
  constructor(fn: Slot, a: Slot) {
    this.fn = fn;
    this.a = a;
  }
}

export class Call2 {
  readonly fn: Slot;
  readonly a: Slot;
  readonly b: Slot;
  constructor(fn: Slot, a: Slot, b: Slot) {
    this.fn = fn;
    this.a = a;
    this.b = b;
  }
}

export class Thunk {
  /** null once the value is known. */
  code: Code | null;
  /** The environment, then the value or the error. */
  payload: Closed;

  constructor(code: Code, env: Closed) {
    this.code = code;
    this.payload = env;
  }

  /** The value, computed if need be. `pos` is where it is needed, for "infinite recursion encountered". */
  force(pos: Pos = noPos): Value {
    return this.code === null ? this.payload : this.evaluate(pos);
  }

  evaluate(pos: Pos): Value {
    const code = this.code as Code;
    const env = this.payload;
    const states = code.states;
    if (code === states.failed) return code.run(env, pos);
    if (!code.isCall) {
      this.code = states.blackHole;
      this.payload = undefined;
    }
    let value: Value;
    try {
      value = code.run(env, pos);
    } catch (error) {
      if (states.isTransient(error)) {
        this.code = code;
        this.payload = env;
      } else {
        this.code = states.failed;
        this.payload = error;
      }
      throw error;
    }
    if (value instanceof Thunk) {
      this.code = value.code;
      this.payload = value.payload;
      return value;
    }
    this.code = null;
    this.payload = value;
    return value;
  }

  /** The same computation, to be done once more: how a value that is not known yet is copied. */
  copy(): Thunk {
    return new Thunk(this.code as Code, this.payload);
  }

  get isForced(): boolean {
    return this.code === null;
  }

  get isFailed(): boolean {
    return this.code !== null && this.code === this.code.states.failed;
  }

  /** Whether it is being computed right now. */
  get isBlackHole(): boolean {
    return this.code !== null && this.code === this.code.states.blackHole;
  }
}

/** A value that counts as known, and is printed as such, but is asked for only when it is used. */
export function knownOnDemand(ask: () => Value): Thunk {
  const payload = { get: ask };
  return Object.create(Thunk.prototype, { code: { value: null }, payload }) as Thunk;
}

const evaluatedAtStart = new WeakSet<Thunk>();

/** A thunk that Nix evaluates before a program begins: it is printed as what it will be. */
export function knownFromStart(thunk: Thunk): Thunk {
  evaluatedAtStart.add(thunk);
  return thunk;
}

/** Whether Nix has its value already. */
export function isKnown(thunk: Thunk): boolean {
  return thunk.isForced || evaluatedAtStart.has(thunk);
}

export function force(slot: Slot, pos: Pos = noPos): Value {
  if (slot instanceof Thunk) return slot.code === null ? slot.payload : slot.evaluate(pos);
  return slot;
}
