// nix flake lock: adds to the lock file what lacks, and leaves the rest as it is.

import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { lockFlakeOfLine, openFlakeSession, readFlakeLine } from "./flake-command.ts";

export const command: Command = {
  name: "nix flake lock",
  help: "nix/flake/lock.md",
  async run(words, context) {
    const line = readFlakeLine(words, context, { without: ["--no-write-lock-file"] });
    if (line.wantsHelp) return printHelp(command, context);
    context.settings.set("tarball-ttl", "0");
    const session = await openFlakeSession(line);
    lockFlakeOfLine(session, line, { writeLockFile: true, failOnUnlocked: true, applyNixConfig: true });
    return 0;
  },
};
