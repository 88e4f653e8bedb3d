// nix registry resolve: what flake references lead to.

import { printFlakeReference } from "#formats";
import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { readReference, readRegistryLine } from "./registry-command.ts";

export const command: Command = {
  name: "nix registry resolve",
  help: "nix/registry/resolve.md",
  async run(words, context) {
    const line = readRegistryLine(words, context, 0, Infinity);
    if (line.wantsHelp) return printHelp(command, context);
    const session = line.openSession();
    for (const word of line.words) {
      const reference = readReference(session, word);
      const { input, folder } = session.flakes.registries.resolve(reference.input, "all");
      context.output.writeLine(printFlakeReference({ input, folder: folder ?? reference.folder }));
    }
    return 0;
  },
};
