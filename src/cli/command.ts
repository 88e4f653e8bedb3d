// What a command is, and what it is given: standard output, the log, settings and the environment. The store, the evaluator
// and the builder are opened by the command that needs them, so that the others start fast.

import type { Log } from "./log/log.ts";
import type { Output } from "./program/output.ts";
import type { Environment } from "./settings/nix-conf.ts";
import type { Settings } from "./settings/settings.ts";

export interface Command {
  /** As it is called, such as `nix-env` or `nix path-info`. */
  readonly name: string;
  /** The file of its help page, below this folder. */
  readonly help: string;
  /** `words`: the command line behind the name, as byte strings. Gives the exit status. */
  run(words: readonly string[], context: Context): Promise<number>;
}

/** What flags common to several commands switch on. */
interface Switches {
  repair: boolean;
  /** Nothing is written to the store; derivations and sources only get their names. */
  readOnly: boolean;
  /** Say that a result without --add-root may be collected. */
  gcWarning: boolean;
  /** How many results have got a link by --add-root; the second one's is numbered. */
  rootsMade: number;
}

export interface Context {
  /** The name it was called by. */
  readonly program: string;
  readonly output: Output;
  readonly log: Log;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly switches: Switches;
  /** What is told about an evaluation when the command is done: statistics. `nix` tells it of a failed one too. */
  readonly reports: (() => void)[];
  /** What has to be undone or closed when the program ends, in reverse order, also on SIGINT. */
  readonly cleanups: (() => void)[];
  /** Ends the running build or download on SIGINT. */
  readonly signal: AbortSignal;
  abort(): void;
}
