// nix log: what the build of a path or derivation said.

import { FirnError, printStorePath } from "#formats";
import { firstOf, flagTable, parseCommandLine, switchFlag } from "../arguments/command-line.ts";
import type { Command } from "../command.ts";
import { printHelp } from "../program/help.ts";
import { unexpectedArgument } from "../program/usage-error.ts";
import { installableFlags } from "./installable-flags.ts";
import { openInstallableSession, toDerivedPaths } from "./installables.ts";

export const command: Command = {
  name: "nix log",
  help: "nix/log.md",
  async run(words, context) {
    const installables = installableFlags(context);
    const named: string[] = [];
    let wantsHelp = false;
    const flags = flagTable({ "--help": switchFlag(() => (wantsHelp = true)) });
    parseCommandLine(words, firstOf(flags, installables.lookup), (word) => {
      if (word.startsWith("-")) return false;
      if (named.push(word) > 1) throw unexpectedArgument(word);
      return true;
    });
    if (wantsHelp) return printHelp(command, context);
    const session = await openInstallableSession(context, installables);
    for (const wanted of toDerivedPaths(session, installables, named)) {
      const path = wanted.kind === "built" ? wanted.derivation : wanted.path;
      const log = session.store.buildLog(path);
      if (log === undefined) throw logMissing(printStorePath(session.store.storeDir, path));
      context.output.writeBytes(log);
    }
    return 0;
  },
};

function logMissing(path: string): FirnError {
  return new FirnError("build-log-missing", `build log of '${path}' is not available`);
}
