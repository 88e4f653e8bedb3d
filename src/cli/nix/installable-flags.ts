// The flags that say where installables are looked for, apart from what is done with them: reading them loads no language.

import { flagTable, firstOf, valueFlag, switchFlag, type FlagLookup } from "../arguments/command-line.ts";
import { commonFlags } from "../arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "../arguments/eval-flags.ts";
import { flakeFlags, type FlakeFlags } from "../arguments/flake-flags.ts";
import { networkFlags } from "../arguments/network-flags.ts";
import type { Context } from "../command.ts";
import { UsageError } from "../program/usage-error.ts";

export interface InstallableFlags {
  readonly lookup: FlagLookup;
  readonly evaluation: EvalFlags;
  readonly flakes: FlakeFlags;
  file: string | undefined;
  expression: string | undefined;
  usesDebugger: boolean;
}

export function installableFlags(context: Context): InstallableFlags {
  const evaluation = evalFlags();
  const flakes = flakeFlags(context);
  const flags: InstallableFlags = {
    evaluation,
    flakes,
    file: undefined,
    expression: undefined,
    usesDebugger: false,
    lookup: firstOf(
      flagTable({
        "-f --file": valueFlag((file) => (flags.file = file)),
        "--expr": valueFlag((text) => (flags.expression = text)),
        "--debugger": switchFlag(() => (flags.usesDebugger = true)),
        "-L --print-build-logs": switchFlag(() => context.log.showBuildLogs()),
      }),
      networkFlags(context),
      evaluation.lookup,
      flakes.lookup,
      commonFlags(context),
    ),
  };
  return flags;
}

/** A file or an expression, not both. */
export function requireOneSource(flags: InstallableFlags): void {
  if (flags.file === undefined || flags.expression === undefined) return;
  throw new UsageError("'--file' and '--expr' are exclusive");
}

/** The debugger is loaded when somebody wants it. */
export async function chooseDebugger({ usesDebugger, evaluation }: InstallableFlags): Promise<void> {
  if (!usesDebugger) return;
  const { makeDebugSession } = await import("./repl/debug-session.ts");
  evaluation.debugSession = makeDebugSession({ lendTerminal: (run) => run(), isGreeted: false });
}

/** Evaluation is pure unless a file is evaluated or --impure was given, as in Nix. */
export function choosePurity(context: Context, flags: InstallableFlags): void {
  requireOneSource(flags);
  if (flags.file === undefined && !flags.evaluation.impure && !context.settings.isOverridden("pure-eval")) {
    context.settings.set("pure-eval", "true");
  }
}

/** What of the flags decides what a word means; undefined when that cannot be asked for again, or is no expression. */
export function questionOfInstallables(
  command: string,
  flags: InstallableFlags,
  words: readonly string[],
): unknown[] | undefined {
  const { file, expression } = flags;
  if (file === "-" || (file === undefined && expression === undefined)) return undefined;
  return [command, file ?? null, expression ?? null, words];
}
