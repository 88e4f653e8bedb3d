// switch-to-configuration: what a system's bin/switch-to-configuration starts, with its toplevel in $TOPLEVEL. The same that
// nixos-rebuild does when it has built the system, for those who only have the system.

import type { Command, Context } from "../command.ts";
import { printHelp } from "../program/help.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import { printProgramVersion } from "../program/print-version.ts";
import { UsageError } from "../program/usage-error.ts";

export const command: Command = {
  name: "switch-to-configuration",
  help: "switch-to-configuration/switch-to-configuration.md",
  async run(words, context) {
    const [word, ...rest] = words;
    if (word === "--help") return printHelp(command, context);
    if (word === "--version") return printProgramVersion(context);
    if (rest.length > 0) throw new UsageError(`unexpected argument '${rest.join(" ")}'`);
    switch (word) {
      case "switch":
      case "boot":
      case "test":
      case "check":
        return await (
          await import("./switch-machine.ts")
        ).switchMachine(context, openLocalStoreOf(context), {
          action: word,
          toplevel: toplevelOf(context),
        });
      case "dry-activate":
        return await (await import("../nixos-rebuild/dry-activate.ts")).dryActivateTo(context, toplevelOf(context));
      case "recover":
        return await (await import("./switch-machine.ts")).recoverMachine(context, openLocalStoreOf(context));
      default:
        throw new UsageError(
          word === undefined
            ? "no action specified"
            : `'${word}' is not an action: switch, boot, test, check, dry-activate`,
        );
    }
  },
};

function toplevelOf({ environment }: Context): string {
  const toplevel = environment["TOPLEVEL"];
  if (toplevel === undefined || toplevel === "") {
    throw new UsageError("$TOPLEVEL does not say which system", "A system's own bin/switch-to-configuration sets it.");
  }
  return toplevel;
}
