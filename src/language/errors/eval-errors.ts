// The families of language errors, named as in Nix (eval-error.hh). `tryEval` catches AssertionError and its subclass
// ThrownError and nothing else. An EvalError is as pure as the expression, so a failed thunk may keep it and throw it
// again; the other heirs of EvalBaseError depend on the world or on how deep the stack was, and are tried again.

import { isStackExhaustion, isStringTooLong, stackOverflowMessage, stringTooLongMessage } from "#formats";
import { BaseError } from "./base-error.ts";

/** The text cannot be parsed; nothing was evaluated. */
export class ParseError extends BaseError {
  override readonly code: string = "parse-error";
}

export class EvalBaseError extends BaseError {}

export class EvalError extends EvalBaseError {}
/** `assert` failed. */
export class AssertionError extends EvalError {}
/** `throw`. */
export class ThrownError extends AssertionError {}
/** `abort`. */
export class Abort extends EvalError {}
export class TypeError extends EvalError {}
export class UndefinedVarError extends EvalError {}
export class MissingArgumentError extends EvalError {}
export class InfiniteRecursionError extends EvalError {}
/** A store path that should be valid is not. */
export class InvalidPathError extends EvalError {}

export class StackOverflowError extends EvalBaseError {}
/** Import from derivation where it is forbidden. */
export class IFDError extends EvalBaseError {}
/** To be tried again rather than kept. */
export class RecoverableEvalError extends EvalBaseError {}

/** A path that restricted or pure evaluation does not let be read. */
export class RestrictedPathError extends BaseError {}
/** The user asked to stop. Where that was is nothing to tell: frames are not kept. */
export class Interrupted extends BaseError {
  override addTrace(): this {
    return this;
  }
}

/** Whether `builtins.tryEval` turns it into `{ success = false; }`. */
export function isCatchable(error: unknown): error is AssertionError {
  return error instanceof AssertionError;
}

/** max-call-depth was reached. */
export function callDepthExceeded(): StackOverflowError {
  return new StackOverflowError("stack overflow; max-call-depth exceeded");
}

/** The machine's stack is used up: what Nix says when its own overflows. */
export function stackOverflow(): StackOverflowError {
  return new StackOverflowError(stackOverflowMessage);
}

/** A string beyond what JavaScript's can hold; Nix has no such limit. */
export function stringTooLong(): EvalError {
  return new EvalError(stringTooLongMessage);
}

/** What JavaScript's own limits say, as an error of the language. */
export function knownFailure(error: unknown): unknown {
  if (isStackExhaustion(error)) return stackOverflow();
  return isStringTooLong(error) ? stringTooLong() : error;
}

export { isStackExhaustion, isStringTooLong };
