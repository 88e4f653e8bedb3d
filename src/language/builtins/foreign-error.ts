// Errors of other rooms (a malformed hash, a name that no store path may have) as errors of the language, so that they get
// frames like any other. They are never catchable.

import { FirnError } from "#formats";
import { BaseError, literalHint } from "../errors/index.ts";

export function asLanguageError(error: unknown): unknown {
  if (!(error instanceof FirnError)) return error;
  return new BaseError(literalHint(error.message), { cause: error, exitStatus: error.exitStatus });
}

/** Runs something of another room. */
export function withLanguageErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asLanguageError(error);
  }
}
