// What differs on purpose, with the reason.

import type { Outcome } from "./outcome.ts";

const tomlRecovery = "while parsing TOML: [error]";

export function knownDifference(source: string, nix: Outcome, firn: Outcome): boolean {
  // Nix stops at an assertion of its own (`builtins.appendContext "" { "" = …; }`); Firn says what is wrong.
  if (nix.stderr.includes("Nix crashed. This is a bug.")) return true;
  // A list that no memory holds: Firn says so with a place.
  if (nix.stderr.endsWith("error: out of memory\n")) return true;
  // Without a debugger Nix's `break` gives its argument back unevaluated, as a thunk where a value belongs: `[ (break { }) ]`
  // prints <CODE>, `floor (break 1)` may find a thunk. Here it is evaluated.
  if (source.includes("break")) return true;
  // toml11 goes on after some mistakes and reports what it makes of the rest; the first report is the same.
  const firstReport = firn.stderr.trimEnd();
  if (firstReport.includes(tomlRecovery) && nix.stderr.startsWith(firstReport)) return true;
  // getFlake and fetchMercurial are not there yet.
  return /\xc2\xab10\d attributes elided\xc2\xbb/.test(nix.stderr) || nix.stdout.includes(" fetchMercurial = ");
}
