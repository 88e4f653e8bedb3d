// The constants of the base environment, and `derivation`, which is written in the language itself.

import type { Evaluator } from "../machine/evaluator.ts";
import type { ConstantDefinition } from "../values/prim-op.ts";
import { knownFromStart, knownOnDemand } from "../values/thunk.ts";
import type { Slot } from "../values/value.ts";
import { derivationPath } from "./derivation/wrapper.ts";

/** The version of Nix whose behaviour this is. */
export const nixVersion = "2.34.8";

const languageVersion = 6;

export const constants: readonly ConstantDefinition[] = [
  { name: "true", isGlobal: true, make: () => true },
  { name: "false", isGlobal: true, make: () => false },
  { name: "null", isGlobal: true, make: () => null },
  // Whoever watches the questions must see the time asked for only where it is.
  { name: "currentTime", isImpure: true, make: ({ io }) => knownOnDemand(() => io.currentTime) },
  { name: "currentSystem", isImpure: true, make: ({ io }) => io.currentSystem },
  { name: "nixVersion", make: () => nixVersion },
  { name: "storeDir", make: ({ io }) => io.storeDir },
  { name: "langVersion", make: () => languageVersion },
  { name: "nixPath", make: makeNixPath },
  {
    name: "derivation",
    isGlobal: true,
    make: (evaluator) => knownFromStart(evaluator.delay(() => evaluator.evalFile(derivationPath))),
  },
];

function makeNixPath(evaluator: Evaluator): Slot {
  return evaluator.settings.searchPath.map(({ path, prefix }) => evaluator.attrs({ path, prefix }));
}
