// firn: Firn's own commands, for people; without one, an overview.

import type { Command } from "../command.ts";
import { printHelp } from "../program/help.ts";
import { findSubcommand, type LoadCommand, type Subcommands } from "../nix/subcommands.ts";
import { firnVersion, nixVersion } from "../program/version.ts";

const subcommands: Subcommands = new Map<string, LoadCommand>([
  ["disk", async () => (await import("./disk/disk.ts")).command],
  ["enter", async () => (await import("./enter.ts")).command],
  ["gc", async () => ({ ...(await import("../nix-collect-garbage.ts")).command, name: "firn gc" })],
  ["help", async () => command],
  ["lock", async () => (await import("./lock.ts")).command],
  ["run", async () => (await import("./run.ts")).runCommand],
  ["search", async () => (await import("./search.ts")).command],
  ["shell", async () => (await import("./run.ts")).shellCommand],
  ["verify", async () => (await import("./verify.ts")).command],
  ["vm", async () => (await import("./vm.ts")).command],
  ["version", async () => versionCommand],
  ["why", async () => (await import("../nixos-option/nixos-option.ts")).whyCommand],
]);

export const command: Command = {
  name: "firn",
  help: "firn/firn.md",
  async run(words, context) {
    const [first] = words;
    if (first === undefined || first === "--help" || first === "-h" || first === "help")
      return printHelp(command, context);
    const found = await findSubcommand(subcommands, words);
    return await found.command.run(found.words, context);
  },
};

const versionCommand: Command = {
  name: "firn version",
  help: "firn/firn.md",
  async run(_words, context) {
    context.output.writeLine(`firn ${firnVersion} (Nix ${nixVersion})`);
    return 0;
  },
};
