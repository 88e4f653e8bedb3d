// What one call of nix-env asks for, as its operations see it.

import type { EvalFlags } from "../arguments/eval-flags.ts";
import type { Context } from "../command.ts";
import type { Session } from "../evaluation/session.ts";

/** Where packages come from: the names in an expression, functions of it, store paths, another profile, attributes. */
export type InstallSource =
  | { readonly kind: "unknown" }
  | { readonly kind: "expressions" }
  | { readonly kind: "profile"; readonly profile: string }
  | { readonly kind: "attributes" };

export interface EnvRequest {
  readonly context: Context;
  /** Flags that belong to the operation, with their arguments behind them. */
  readonly flags: readonly string[];
  readonly words: readonly string[];
  readonly profile: string;
  /** What -f names. */
  readonly file: string | undefined;
  /** Keep only packages of this system; `*` is every one. */
  readonly systemFilter: string;
  readonly dryRun: boolean;
  readonly prebuiltOnly: boolean;
  readonly forceName: string | undefined;
  readonly evalFlags: EvalFlags;
  readonly openSession: () => Promise<Session>;
}

export type EnvOperation = (request: EnvRequest) => Promise<void> | void;
