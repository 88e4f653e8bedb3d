// nix registry pin: makes a name stand for what it leads to now.

import { isLockedInput, printInput } from "#formats";
import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { changeRegistry, folderOf, readReference, readRegistryLine } from "./registry-command.ts";

export const command: Command = {
  name: "nix registry pin",
  help: "nix/registry/pin.md",
  async run(words, context) {
    const line = readRegistryLine(words, context, 1, 2);
    if (line.wantsHelp) return printHelp(command, context);
    const session = line.openSession();
    const { flakes } = session;
    const [name = "", wanted = name] = line.words;
    const reference = readReference(session, name);
    const { input } = flakes.registries.resolve(readReference(session, wanted).input, "all");
    const found = flakes.fetchTree(input).attributes;
    // Its content's hash is not asked for before the tree is in the store.
    const locked = new Map([...found].filter(([attribute]) => attribute !== "narHash" || input.has("narHash")));
    if (!isLockedInput(locked)) context.log.message("warn", `flake '${printInput(locked)}' is not locked`);
    changeRegistry(session, line, reference.input, {
      from: reference.input,
      to: locked,
      folder: folderOf(reference),
      isExact: false,
    });
    return 0;
  },
};
