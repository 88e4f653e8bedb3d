// nix registry remove: forgets what a name stands for.

import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { changeRegistry, readReference, readRegistryLine } from "./registry-command.ts";

export const command: Command = {
  name: "nix registry remove",
  help: "nix/registry/remove.md",
  async run(words, context) {
    const line = readRegistryLine(words, context, 1, 1);
    if (line.wantsHelp) return printHelp(command, context);
    const session = line.openSession();
    changeRegistry(session, line, readReference(session, line.words[0] ?? "").input);
    return 0;
  },
};
