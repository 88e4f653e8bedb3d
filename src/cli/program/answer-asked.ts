// What every program can be asked instead of what it does.

import type { Asked } from "../arguments/program-line.ts";
import type { Command, Context } from "../command.ts";
import { printHelp } from "./help.ts";
import { printProgramVersion } from "./print-version.ts";

/** Gives the exit status. */
export function answerAsked(command: Command, asked: Asked, context: Context): number {
  switch (asked) {
    case "help":
      return printHelp(command, context);
    case "version":
      return printProgramVersion(context);
  }
}
