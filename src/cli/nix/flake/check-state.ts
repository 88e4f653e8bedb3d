// What the checks of a flake share: what came of them so far, and what becomes of those that fail.

import type { DerivedPath } from "#build";
import type { StorePath } from "#formats";
import { BaseError, type Position } from "#language";
import type { Context } from "../../command.ts";

/** What came of the checks so far, and what is done with failures. */
export interface CheckState {
  readonly context: Context;
  readonly checkAllSystems: boolean;
  readonly system: string;
  readonly omittedSystems: Set<string>;
  /** Checks to build, with the paths of the attributes that have them. */
  readonly toBuild: Map<StorePath, string[]>;
  /** Throws the error, or remembers that there was one where the user wants to go on. */
  report(error: unknown): void;
}

/** Runs a check; what goes wrong gets a frame that says what was checked, and is reported. */
export function checking<T>(
  state: CheckState,
  what: { readonly position: Position | undefined; readonly frame: string },
  check: () => T,
): T | undefined {
  try {
    return check();
  } catch (error) {
    if (error instanceof BaseError) error.addTrace(what.position, what.frame);
    state.report(error);
    return undefined;
  }
}

export type BuiltCheck = Extract<DerivedPath, { kind: "built" }>;
