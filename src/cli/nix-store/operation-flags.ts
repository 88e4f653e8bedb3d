// Checks of flags and arguments that several operations of nix-store share, in Nix's words.

import { unknownFlag, UsageError } from "../program/usage-error.ts";
import type { StoreRequest } from "./request.ts";

/** Which of `known` were given; any other flag is an error. */
export function readSwitches<Name extends string>(request: StoreRequest, known: readonly Name[]): ReadonlySet<Name> {
  const found = new Set<Name>();
  for (const flag of request.flags) {
    const name = known.find((candidate) => candidate === flag);
    if (name === undefined) throw unknownFlag(flag);
    found.add(name);
  }
  return found;
}

export function refuseFlags(request: StoreRequest): void {
  if (request.flags.length > 0) throw new UsageError("unknown flag");
}

export function refuseWords(request: StoreRequest): void {
  if (request.words.length > 0) throw new UsageError("no arguments expected");
}

export function onlyWord(request: StoreRequest): string {
  const [word] = request.words;
  if (word === undefined || request.words.length !== 1) throw new UsageError("only one argument allowed");
  return word;
}
