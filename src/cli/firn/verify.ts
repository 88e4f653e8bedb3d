// firn verify: reads every file of the store, and says what is not as it should be.

import { firstOf, flagTable, switchFlag } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import { readProgramLine } from "../arguments/program-line.ts";
import type { Command } from "../command.ts";
import { answerAsked } from "../program/answer-asked.ts";
import { verify } from "../nix-store/verify.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";

export const command: Command = {
  name: "firn verify",
  help: "firn/verify.md",
  async run(words, context) {
    const flags = ["--check-contents"];
    const own = flagTable({ "--quick": switchFlag(() => flags.splice(0)) });
    const { asked } = readProgramLine(words, { flags: firstOf(own, legacyFlags(context)) });
    if (asked !== undefined) return answerAsked(command, asked, context);
    const status = await verify({
      context,
      flags,
      words: [],
      root: undefined,
      noOutput: false,
      openStore: () => openLocalStoreOf(context),
    });
    if (status === 0) context.output.writeLine("The store is as it should be.");
    return status;
  },
};
