// nix registry add: makes a name stand for a flake.

import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { changeRegistry, folderOf, readReference, readRegistryLine } from "./registry-command.ts";

export const command: Command = {
  name: "nix registry add",
  help: "nix/registry/add.md",
  async run(words, context) {
    const line = readRegistryLine(words, context, 2, 2);
    if (line.wantsHelp) return printHelp(command, context);
    const session = line.openSession();
    const [from = "", to = ""] = line.words;
    const source = readReference(session, from);
    const target = readReference(session, to);
    changeRegistry(session, line, source.input, {
      from: source.input,
      to: target.input,
      folder: folderOf(target),
      isExact: false,
    });
    return 0;
  },
};
