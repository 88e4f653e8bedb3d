// What the commands of `nix flake` share: their flags, the flake that they work on, its lock file.

import { type FlakeReference } from "#formats";
import type { LockedFlake, LockFlags } from "#instantiate";
import { firstOf, flagTable, parseCommandLine, switchFlag, type FlagLookup } from "../../arguments/command-line.ts";
import { commonFlags } from "../../arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "../../arguments/eval-flags.ts";
import { flakeFlags, type FlakeFlags } from "../../arguments/flake-flags.ts";
import { networkFlags } from "../../arguments/network-flags.ts";
import type { Context } from "../../command.ts";
import { readFlakeReference } from "../../evaluation/flake-reference.ts";
import { openSession, type Session } from "../../evaluation/session.ts";
import { unexpectedArgument } from "../../program/usage-error.ts";

export interface FlakeLine {
  readonly evaluation: EvalFlags;
  readonly flakes: FlakeFlags;
  /** The flake to work on. */
  url: string;
  wantsHelp: boolean;
  readonly context: Context;
}

export interface ReadLineOptions {
  /** Flags of the command itself. */
  readonly own?: FlagLookup;
  /** Takes words that are no flags; when absent the first one is the flake and there is no second. */
  readonly takeWord?: (word: string) => void;
  /** Common flags that make no sense here. */
  readonly without?: readonly string[];
}

export function readFlakeLine(words: readonly string[], context: Context, options: ReadLineOptions = {}): FlakeLine {
  const evaluation = evalFlags();
  const flakes = flakeFlags(context);
  const line: FlakeLine = { evaluation, flakes, url: ".", wantsHelp: false, context };
  const { own = () => undefined, without = [] } = options;
  let isNamed = false;
  const takeWord =
    options.takeWord ??
    ((word: string) => {
      if (isNamed) throw unexpectedArgument(word);
      isNamed = true;
      line.url = word;
    });
  const lookup = firstOf(
    own,
    flagTable({
      "--help": switchFlag(() => (line.wantsHelp = true)),
      "-L --print-build-logs": switchFlag(() => context.log.showBuildLogs()),
    }),
    networkFlags(context),
    evaluation.lookup,
    (word) => (without.includes(word) ? undefined : flakes.lookup(word)),
    commonFlags(context),
  );
  parseCommandLine(words, lookup, (word) => {
    if (word.startsWith("-")) return false;
    takeWord(word);
    return true;
  });
  return line;
}

/** Evaluation is pure, as for everything about flakes. */
export async function openFlakeSession({ context, evaluation }: FlakeLine): Promise<Session> {
  const { settings } = context;
  if (!evaluation.impure && !settings.isOverridden("pure-eval")) settings.set("pure-eval", "true");
  return await openSession(context, evaluation);
}

export function flakeOfLine(session: Session, line: FlakeLine): FlakeReference {
  return readFlakeReference(session.flakes, line.url);
}

export function lockFlakeOfLine(session: Session, line: FlakeLine, flags: LockFlags = {}): LockedFlake {
  const { flakes } = session;
  const given = line.flakes.lockFlags(flakes);
  return flakes.lock(flakeOfLine(session, line), { ...given, ...flags });
}

let activities = 0;

/** Says that something is going on while `run` runs. */
export function during<T>({ log }: Context, text: string, run: () => T): T {
  const id = ++activities;
  log.emit({ kind: "start", id, type: "unknown", text });
  try {
    return run();
  } finally {
    log.emit({ kind: "stop", id });
  }
}
