// Reads the flags that an operation of nix-env has of its own; they may stand before or after the operation.

import { missingArgument, unknownFlag, UsageError } from "../program/usage-error.ts";
import type { EnvRequest, InstallSource } from "./request.ts";

/** Calls `take` for each flag with a function that gives its argument; false means that it is unknown. */
export function readFlags(request: EnvRequest, take: (flag: string, value: () => string) => boolean): void {
  const rest = [...request.flags];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const name = flag;
    const value = () => {
      const next = rest.shift();
      if (next === undefined) throw missingArgument(name);
      return next;
    };
    if (!take(name, value)) throw unknownFlag(name);
  }
}

/** -E, -A and --from-profile; undefined for any other flag. */
export function readSourceFlag(flag: string, value: () => string): InstallSource | undefined {
  switch (flag) {
    case "--from-expression":
    case "-E":
      return { kind: "expressions" };
    case "--from-profile":
      return { kind: "profile", profile: value() };
    case "--attr":
    case "-A":
      return { kind: "attributes" };
    default:
      return undefined;
  }
}

export function refuseFlags(request: EnvRequest): void {
  const [first] = request.flags;
  if (first !== undefined) throw unknownFlag(first);
}

export function refuseWords(request: EnvRequest): void {
  if (request.words.length > 0) throw new UsageError("no arguments expected");
}

export function onlyWord(request: EnvRequest): string {
  const [word] = request.words;
  if (word === undefined || request.words.length !== 1) throw new UsageError("exactly one argument expected");
  return word;
}

/** A whole number that is not negative. */
export function parseNumber(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
