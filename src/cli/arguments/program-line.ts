// The command line of a program: its own flags and words, and what every program can be asked instead, --help and --version.
// As in Nix, reading ends where one of these stands, so that what is wrong behind it is not looked at.

import {
  firstOf,
  flagTable,
  parseCommandLine,
  switchFlag,
  type FlagLookup,
  type TakeArgument,
} from "./command-line.ts";

export type Asked = "help" | "version";

export interface ProgramLine {
  /** What is asked instead of what the program does; `answerAsked` answers it. */
  readonly asked: Asked | undefined;
  /** The words behind `--`, where they are another program's command line. */
  readonly behind: readonly string[];
}

interface Expected {
  readonly flags: FlagLookup;
  /** The words that are no flags, and flags that no table can describe; without it there are none. */
  readonly takeArgument?: TakeArgument;
  /** What stands behind `--` is another program's, flags and all. */
  readonly runsProgram?: boolean;
}

export function readProgramLine(words: readonly string[], expected: Expected): ProgramLine {
  const { flags, takeArgument = () => false, runsProgram = false } = expected;
  let asked: Asked | undefined;
  const asking = flagTable({
    "--help": switchFlag(() => (asked = "help")),
    "--version": switchFlag(() => (asked = "version")),
  });
  const end = runsProgram ? words.indexOf("--") : -1;
  const own = end < 0 ? words : words.slice(0, end);
  parseCommandLine(own, firstOf(asking, flags), takeArgument, () => asked !== undefined);
  return { asked, behind: end < 0 ? [] : words.slice(end + 1) };
}

/** Takes each word that is no flag. */
export function collectWords(into: string[]): TakeArgument {
  return (word) => !word.startsWith("-") && into.push(word) > 0;
}
