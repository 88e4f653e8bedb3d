// What one call of nix-store asks for, as its operations see it.

import type { LocalStore } from "#store";
import type { Context } from "../command.ts";

export interface StoreRequest {
  readonly context: Context;
  readonly flags: readonly string[];
  readonly words: readonly string[];
  /** --add-root: where to make a link that keeps the result. */
  readonly root: string | undefined;
  /** --no-output: do not print paths. */
  readonly noOutput: boolean;
  readonly openStore: () => LocalStore;
}

/** Gives the exit status when it is not 0. */
export type StoreOperation = (request: StoreRequest) => Promise<number | void> | number | void;
