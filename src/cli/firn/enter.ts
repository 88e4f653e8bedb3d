// firn enter: a shell, or a program, for which the store is at /nix/store and the profile's programs are on PATH. It is how
// a user whose store lies in a folder lives with it.

import { defaultProfile } from "#profile";
import { legacyFlags } from "../arguments/common-flags.ts";
import { readProgramLine } from "../arguments/program-line.ts";
import type { Command } from "../command.ts";
import { answerAsked } from "../program/answer-asked.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import { profileLocationsOf } from "../stores/profile-locations.ts";
import { runSeeingStore } from "./run-seeing-store.ts";

export const command: Command = {
  name: "firn enter",
  help: "firn/enter.md",
  async run(words, context) {
    const { asked, behind } = readProgramLine(words, { flags: legacyFlags(context), runsProgram: true });
    if (asked !== undefined) return answerAsked(command, asked, context);
    const { environment } = context;
    const profile = `${defaultProfile(profileLocationsOf(context))}/bin`;
    return await runSeeingStore(
      context,
      openLocalStoreOf(context),
      behind.length > 0 ? behind : [environment["SHELL"] || "/bin/sh"],
      { ...environment, PATH: `${profile}:${environment["PATH"] ?? ""}` },
    );
  },
};
