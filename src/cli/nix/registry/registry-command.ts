// What the commands of `nix registry` share: their flags, and the registry that they change.

import { writeRegistry, type Registry, type RegistryEntry } from "#fetch";
import { attributesEqual, type FlakeReference, type InputAttributes, parseFlakeReference } from "#formats";
import { absolutePath } from "../../text/absolute-path.ts";
import { firstOf, flagTable, parseCommandLine, switchFlag, valueFlag } from "../../arguments/command-line.ts";
import { commonFlags } from "../../arguments/common-flags.ts";
import { evalFlags } from "../../arguments/eval-flags.ts";
import { flakeFlags } from "../../arguments/flake-flags.ts";
import { networkFlags } from "../../arguments/network-flags.ts";
import type { Context } from "../../command.ts";
import { openEvaluationSession, type EvaluationSession } from "../../evaluation/session.ts";
import { unexpectedArgument, UsageError } from "../../program/usage-error.ts";

export interface RegistryLine {
  readonly words: readonly string[];
  readonly wantsHelp: boolean;
  /** The file of --registry; undefined for the user's. */
  readonly path: string | undefined;
  openSession(): EvaluationSession;
}

/** `least` and `most` words are expected. */
export function readRegistryLine(
  words: readonly string[],
  context: Context,
  least: number,
  most: number,
): RegistryLine {
  const evaluation = evalFlags();
  const flakes = flakeFlags(context);
  const named: string[] = [];
  let wantsHelp = false;
  let path: string | undefined;
  const own = flagTable({
    "--registry": valueFlag((text) => (path = absolutePath(text))),
    "--help": switchFlag(() => (wantsHelp = true)),
  });
  const lookup = firstOf(own, networkFlags(context), evaluation.lookup, flakes.lookup, commonFlags(context));
  parseCommandLine(words, lookup, (word) => {
    if (word.startsWith("-")) return false;
    if (named.push(word) > most) throw unexpectedArgument(word);
    return true;
  });
  if (!wantsHelp && named.length < least) throw new UsageError("more arguments are required");
  return {
    words: named,
    wantsHelp,
    path,
    openSession() {
      const session = openEvaluationSession(context, evaluation);
      flakes.lockFlags(session.flakes);
      return session;
    },
  };
}

/** Paths have to be absolute, since a registry is read from anywhere. */
export function readReference({ flakes }: EvaluationSession, text: string): FlakeReference {
  return parseFlakeReference(text, flakes.context);
}

function registryOf({ flakes }: EvaluationSession, line: RegistryLine): Registry {
  return line.path === undefined ? flakes.registries.get("user") : flakes.registries.custom(line.path);
}

/** Writes the registry of the line without what it says of `from`, and with `added`. */
export function changeRegistry(
  session: EvaluationSession,
  line: RegistryLine,
  from: InputAttributes,
  added?: RegistryEntry,
): void {
  const kept = registryOf(session, line).entries.filter((entry) => !attributesEqual(entry.from, from));
  const path = line.path ?? session.flakes.registries.userPath;
  writeRegistry(path, added === undefined ? kept : [...kept, added]);
}

export function folderOf(reference: FlakeReference): string | undefined {
  return reference.folder === "" ? undefined : reference.folder;
}
