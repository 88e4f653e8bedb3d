// What differs on purpose, with the reason.

import type { Outcome } from "./outcome.ts";

export function knownDifference(nix: Outcome): boolean {
  // Nix stops at an assertion of its own (`builtins.appendContext "" { "" = …; }`); Firn says what is wrong.
  if (nix.stderr.includes("Nix crashed. This is a bug.")) return true;
  // A list that no memory holds: Firn says so with a place.
  return nix.stderr.endsWith("error: out of memory\n");
}
