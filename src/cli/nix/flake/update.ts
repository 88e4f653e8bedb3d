// nix flake update: fetches inputs anew, all of them or those that are named.

import { parseInputPath, printInputPath } from "#fetch";
import { FirnError } from "#formats";
import { flagTable, valueFlag } from "../../arguments/command-line.ts";
import type { Command, Context } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { UsageError } from "../../program/usage-error.ts";
import { lockFlakeOfLine, openFlakeSession, readFlakeLine } from "./flake-command.ts";

export const command: Command = {
  name: "nix flake update",
  help: "nix/flake/update.md",
  async run(words, context) {
    const named: string[] = [];
    let url = ".";
    const line = readFlakeLine(words, context, {
      own: flagTable({ "--flake": valueFlag((text) => (url = text)) }),
      takeWord: (word) => named.push(word),
      without: ["--no-update-lock-file", "--no-write-lock-file"],
    });
    if (line.wantsHelp) return printHelp(command, context);
    line.url = url;
    const { updates } = line.flakes;
    for (const word of named) {
      const path = readInputPath(context, word);
      if (updates.some((other) => printInputPath(other) === printInputPath(path))) {
        context.log.message(
          "warn",
          `Input '${printInputPath(path)}' was specified multiple times. You may have done this by accident.`,
        );
      }
      updates.push(path);
    }
    context.settings.set("tarball-ttl", "0");
    const session = await openFlakeSession(line);
    const recreateLockFile = updates.length === 0;
    lockFlakeOfLine(session, line, { recreateLockFile, writeLockFile: true, applyNixConfig: true });
    return 0;
  },
};

function readInputPath(context: Context, word: string): ReturnType<typeof parseInputPath> {
  try {
    const path = parseInputPath(word);
    if (path.length === 0) throw zeroLengthPath();
    return path;
  } catch (error) {
    if (!(error instanceof FirnError)) throw error;
    context.log.message(
      "warn",
      `Invalid flake input '${word}'. To update a specific flake, use 'nix flake update --flake ${word}' instead.`,
    );
    throw error instanceof UsageError ? error : new UsageError(error.message);
  }
}

function zeroLengthPath(): UsageError {
  return new UsageError(
    "input path to be updated cannot be zero-length; it would refer to the flake itself, not an input",
  );
}
