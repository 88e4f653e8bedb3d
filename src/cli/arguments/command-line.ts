// Reads a command line the way Nix's Args does: `-qaP` is `-q -a -P`, `-j3` is `-j 3`, `--` ends the flags, a flag takes
// as many arguments as its table says, and what no table knows goes to the command.

import { UsageError, missingArgument, unexpectedArgument, unrecognisedFlag } from "../program/usage-error.ts";

export interface Flag {
  /** How many of the words that follow belong to it. */
  readonly arity: number;
  readonly handle: (...values: string[]) => void;
}

/** Finds the flag that a word such as `--cores` or `-j` names. */
export type FlagLookup = (word: string) => Flag | undefined;

/** The next word of the command line, which `flag` needs; throws when there is none. */
export type TakeWord = (flag: string) => string;

/** Takes a word that no flag table knows; false when the command does not know it either. `next` is the word behind it. */
export type TakeArgument = (word: string, take: TakeWord, next: string | undefined) => boolean;

/** Reads until the words, or `isDone`, end it. */
export function parseCommandLine(
  words: readonly string[],
  lookup: FlagLookup,
  takeArgument: TakeArgument,
  isDone: () => boolean = () => false,
): void {
  const rest = [...words];
  let flagsEnded = false;
  const take: TakeWord = (flag) => {
    const next = rest.shift();
    if (next === undefined) throw missingArgument(flag);
    return next;
  };
  while (!isDone()) {
    let word = rest.shift();
    if (word === undefined) return;
    if (!flagsEnded && /^-[A-Za-z]./.test(word)) {
      rest.unshift(...expandCompoundFlag(word).slice(1));
      word = word.slice(0, 2);
    }
    if (!flagsEnded && word === "--") {
      flagsEnded = true;
      continue;
    }
    const isFlag = !flagsEnded && word.startsWith("-");
    const flag = isFlag ? lookup(word) : undefined;
    if (flag !== undefined) flag.handle(...takeValues(word, flag, rest));
    else if (!takeArgument(word, take, rest[0])) throw isFlag ? unrecognisedFlag(word) : unexpectedArgument(word);
  }
}

/** `-qlf` → `-q`, `-l`, `-f`; a part that begins with no letter is an argument: `-j3` → `-j`, `3`. */
function expandCompoundFlag(word: string): string[] {
  const parts: string[] = [];
  for (let i = 1; i < word.length; i++) {
    if (!/[A-Za-z]/.test(word.charAt(i))) {
      parts.push(word.slice(i));
      break;
    }
    parts.push(`-${word.charAt(i)}`);
  }
  return parts;
}

function takeValues(word: string, flag: Flag, rest: string[]): string[] {
  const values = rest.splice(0, flag.arity);
  if (values.length < flag.arity) {
    throw new UsageError(`flag '${word}' requires ${flag.arity} argument(s), but only ${values.length} were given`);
  }
  return values;
}

/** A table of flags as one lookup; several names of one flag are separated by spaces. */
export function flagTable(flags: Readonly<Record<string, Flag>>): FlagLookup {
  const table = new Map<string, Flag>();
  for (const [names, flag] of Object.entries(flags)) for (const name of names.split(" ")) table.set(name, flag);
  return (word) => table.get(word);
}

export function firstOf(...lookups: readonly FlagLookup[]): FlagLookup {
  return (word) => {
    for (const lookup of lookups) {
      const flag = lookup(word);
      if (flag !== undefined) return flag;
    }
    return undefined;
  };
}

/** A flag without arguments. */
export function switchFlag(handle: () => void): Flag {
  return { arity: 0, handle };
}

/** A flag with one argument. */
export function valueFlag(handle: (value: string) => void): Flag {
  return { arity: 1, handle };
}
