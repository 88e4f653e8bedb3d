// Values as the REPL prints them: in colours, whether a terminal reads them or not, as Nix does.

import { printValue, type Slot } from "#language";
import type { ReplHost } from "./repl.ts";

/** What is deeper than `depth` is left out. */
export function printForUser(host: ReplHost, value: Slot, depth = Infinity): void {
  const text = printValue(host.evaluator, value, {
    colors: true,
    force: true,
    derivationPaths: true,
    maxDepth: depth,
    indent: 2,
    errors: "throw-top-level",
    interrupted: (printed) => host.write(printed),
  });
  host.write(`${text}\n`);
}
