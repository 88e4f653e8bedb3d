// Values as the REPL prints them: in colours, whether a terminal reads them or not, as Nix does.

import { type Evaluator, printValue, type Slot } from "#language";

/** What is deeper than `depth` is left out. */
export function printForUser(evaluator: Evaluator, value: Slot, depth = Infinity): string {
  return printValue(evaluator, value, {
    colors: true,
    force: true,
    derivationPaths: true,
    maxDepth: depth,
    indent: 2,
    errors: "throw-top-level",
  });
}
