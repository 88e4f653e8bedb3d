// How a build ended, in Nix's statuses (BuildResult), and what that makes of the exit status of a command.

import { FirnError } from "#formats";
import type { FirnErrorOptions, StorePath } from "#formats";
import type { DerivedPath } from "./derived-path.ts";

export type BuildSuccessStatus = "Built" | "Substituted" | "AlreadyValid" | "ResolvesToAlreadyValid";

export type BuildFailureStatus =
  | "PermanentFailure"
  | "InputRejected"
  | "OutputRejected"
  | "TransientFailure"
  | "CachedFailure"
  | "TimedOut"
  | "MiscFailure"
  | "DependencyFailed"
  | "LogLimitExceeded"
  | "NotDeterministic"
  | "NoSubstituters"
  | "HashMismatch";

export interface BuildSuccess {
  readonly success: true;
  readonly status: BuildSuccessStatus;
  /** Where each wanted output is, by output name. */
  readonly builtOutputs: ReadonlyMap<string, StorePath>;
  /** Seconds since the epoch; 0 where nothing ran. */
  readonly startTime: number;
  readonly stopTime: number;
}

export interface BuildFailed {
  readonly success: false;
  readonly status: BuildFailureStatus;
  readonly error: BuildError;
}

export type BuildResult = (BuildSuccess | BuildFailed) & { readonly path: DerivedPath };

/** A build that went wrong in a way that the result tells, not a fault of the machine. */
export class BuildError extends FirnError {
  readonly status: BuildFailureStatus;

  constructor(status: BuildFailureStatus, message: string, options: FirnErrorOptions = {}) {
    super(`build-${status}`, message, { exitStatus: failingExitStatus([status]), ...options });
    this.name = "BuildError";
    this.status = status;
  }
}

/**
 * The exit status of a command in which builds ended so (Nix's ExitStatusFlags): 100 for a failed build, plus 1 for a
 * timeout, plus 2 for a wrong hash, plus 8 over 96 for a differing rebuild; otherwise 1.
 */
export function failingExitStatus(failures: Iterable<BuildFailureStatus>): number {
  let mask = 0;
  for (const status of failures) mask |= exitBits(status);
  return mask === 0 ? 1 : mask;
}

/** The exit status of a command in which several things failed with theirs. */
export function combineExitStatuses(statuses: Iterable<number>): number {
  let mask = 0;
  for (const status of statuses) if (status >= 0b1100000) mask |= status;
  return mask === 0 ? 1 : mask;
}

function exitBits(status: BuildFailureStatus): number {
  switch (status) {
    case "PermanentFailure":
    case "InputRejected":
      return 0b1100100;
    case "TimedOut":
      return 0b1100101;
    case "HashMismatch":
      return 0b1100110;
    case "NotDeterministic":
      return 0b1101000;
    case "OutputRejected":
    case "TransientFailure":
    case "CachedFailure":
    case "MiscFailure":
    case "DependencyFailed":
    case "LogLimitExceeded":
    case "NoSubstituters":
      return 0;
  }
}
