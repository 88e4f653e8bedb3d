// Subcommands, which may have subcommands, by their names.

import { FirnError, listAlternatives, nearestNames } from "#formats";
import type { Command } from "../command.ts";
import { UsageError } from "../program/usage-error.ts";

export type LoadCommand = () => Promise<Command>;

export interface Subcommands extends ReadonlyMap<string, Subcommands | LoadCommand> {}

export interface FoundCommand {
  readonly command: Command;
  /** The command line behind its name. */
  readonly words: readonly string[];
}

export async function findSubcommand(table: Subcommands, words: readonly string[]): Promise<FoundCommand> {
  const [name, ...rest] = words;
  if (name === undefined || name.startsWith("-")) throw new UsageError("no subcommand specified");
  const entry = table.get(name);
  if (entry === undefined) throw notRecognised(name, table);
  return typeof entry === "function" ? { command: await entry(), words: rest } : await findSubcommand(entry, rest);
}

function notRecognised(name: string, table: Subcommands): FirnError {
  const near = nearestNames(name, table.keys()).map((found) => found.name);
  const suggestion = near.length === 0 ? "" : `\nDid you mean ${listAlternatives(near)}?`;
  return new UsageError(`'${name}' is not a recognised command${suggestion}`);
}
