// The error that a user can meet. Every room throws it through a function named after the failure, so that a message has
// one place where it is worded; `code` is stable and meant for programs, `message` is for people.

export interface FirnErrorOptions {
  /** What the reader can do about it, as one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** The exit status with which a command should end because of it; 1 when absent. */
  readonly exitStatus?: number;
}

export class FirnError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitStatus: number;

  constructor(code: string, message: string, options: FirnErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "FirnError";
    this.code = code;
    this.hint = options.hint;
    this.exitStatus = options.exitStatus ?? 1;
  }
}

/** A mistake in what was asked for; a program adds to it where its help is (Nix's UsageError). */
export class UsageError extends FirnError {
  constructor(message: string, hint?: string) {
    super("usage", message, hint === undefined ? {} : { hint });
    this.name = "UsageError";
  }
}
