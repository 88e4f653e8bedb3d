// nix registry list: what the registries say, the first that counts first.

import type { RegistryKind } from "#fetch";
import { printFlakeReference, printInput } from "#formats";
import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { readRegistryLine } from "./registry-command.ts";

const labels: Readonly<Record<RegistryKind, string>> = {
  flags: "flags ",
  user: "user  ",
  system: "system",
  global: "global",
  custom: "global",
};

export const command: Command = {
  name: "nix registry list",
  help: "nix/registry/list.md",
  async run(words, context) {
    const line = readRegistryLine(words, context, 0, 0);
    if (line.wantsHelp) return printHelp(command, context);
    for (const { kind, entries } of line.openSession().flakes.registries.all) {
      for (const { from, to, folder } of entries) {
        const target = printFlakeReference({ input: to, folder: folder ?? "" });
        context.output.writeLine(`${labels[kind]} ${printInput(from)} ${target}`);
      }
    }
    return 0;
  },
};
