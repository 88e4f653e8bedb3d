// firn enter: a shell, or a program, for which the store is at /nix/store and the profile's programs are on PATH. It is how
// a user whose store lies in a folder lives with it.

import { defaultProfile } from "#profile";
import { firstOf, flagTable, parseCommandLine, switchFlag } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import type { Command } from "../command.ts";
import { printHelp } from "../program/help.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import { profileLocationsOf } from "../stores/profile-locations.ts";
import { runSeeingStore } from "./run-seeing-store.ts";

export const command: Command = {
  name: "firn enter",
  help: "firn/enter.md",
  async run(words, context) {
    let wantsHelp = false;
    const end = words.indexOf("--");
    const own = flagTable({ "--help": switchFlag(() => (wantsHelp = true)) });
    parseCommandLine(end < 0 ? words : words.slice(0, end), firstOf(own, legacyFlags(context)), () => false);
    if (wantsHelp) return printHelp(command, context);
    const argv = end < 0 ? [] : words.slice(end + 1);
    const { environment } = context;
    const profile = `${defaultProfile(profileLocationsOf(context))}/bin`;
    return await runSeeingStore(
      context,
      openLocalStoreOf(context),
      argv.length > 0 ? argv : [environment["SHELL"] || "/bin/sh"],
      { ...environment, PATH: `${profile}:${environment["PATH"] ?? ""}` },
    );
  },
};
