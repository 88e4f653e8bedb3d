// nixos-rebuild: builds a system from the configuration, switches a machine to it, lists generations, and says what a switch
// would do. `<nixpkgs/nixos>` is evaluated and built by nix-build itself.

import { answerAsked } from "../program/answer-asked.ts";
import type { Command } from "../command.ts";
import { UsageError } from "../program/usage-error.ts";
import { readCommandLine } from "./command-line.ts";

export const command: Command = {
  name: "nixos-rebuild",
  help: "nixos-rebuild/nixos-rebuild.md",
  async run(words, context) {
    const line = readCommandLine(words, context);
    if (line.asked !== undefined) return answerAsked(command, line.asked, context);
    switch (line.action) {
      case "build":
      case "dry-build": {
        const toplevel = await (await import("./build-system.ts")).buildSystem(context, line);
        if (toplevel !== undefined) context.output.writeLine(toplevel);
        return 0;
      }
      case "switch":
      case "boot":
      case "test":
      case "check":
        return await (await import("./switch.ts")).switchTo(context, line, line.action);
      case "build-vm": {
        const vm = await (await import("./build-system.ts")).buildVirtualMachine(context, line);
        if (vm !== undefined) context.output.writeLine(vm);
        return 0;
      }
      case "build-image": {
        const image = await (await import("./build-image.ts")).buildImage(context, line);
        if (image !== undefined) context.output.writeLine(image);
        return 0;
      }
      case "list-generations":
        (await import("./list-generations.ts")).listGenerations(context, line);
        return 0;
      case "dry-activate":
        return await (await import("./dry-activate.ts")).dryActivate(context, { ...line, build: line });
      case undefined:
        throw new UsageError("no action specified");
    }
  },
};
