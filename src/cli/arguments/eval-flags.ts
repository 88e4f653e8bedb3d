// The flags of the programs that evaluate: -I, --arg and its kin, --impure, --eval-store (Nix's MixEvalArgs).

import type { MakeDebugSession } from "../evaluation/instruments.ts";
import { flagTable, switchFlag, valueFlag, type FlagLookup } from "./command-line.ts";

/** How a function argument was given on the command line. */
export type AutoArgument =
  | { readonly kind: "expression"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stdin" };

export interface EvalFlags {
  readonly lookup: FlagLookup;
  /** The -I entries, first wins. */
  readonly searchPath: string[];
  readonly autoArguments: Map<string, AutoArgument>;
  impure: boolean;
  evalStore: string | undefined;
  /** Who talks to the user where the debugger stops; undefined without one. */
  debugSession: MakeDebugSession | undefined;
}

export function evalFlags(): EvalFlags {
  const searchPath: string[] = [];
  const autoArguments = new Map<string, AutoArgument>();
  const flags: EvalFlags = {
    searchPath,
    autoArguments,
    impure: false,
    evalStore: undefined,
    debugSession: undefined,
    lookup: flagTable({
      "--arg": { arity: 2, handle: (name = "", text = "") => autoArguments.set(name, { kind: "expression", text }) },
      "--argstr": { arity: 2, handle: (name = "", text = "") => autoArguments.set(name, { kind: "string", text }) },
      "--arg-from-file": {
        arity: 2,
        handle: (name = "", path = "") => autoArguments.set(name, { kind: "file", path }),
      },
      "--arg-from-stdin": valueFlag((name) => autoArguments.set(name, { kind: "stdin" })),
      "-I --include": valueFlag((entry) => searchPath.push(entry)),
      "--impure": switchFlag(() => (flags.impure = true)),
      "--eval-store": valueFlag((uri) => (flags.evalStore = uri)),
    }),
  };
  return flags;
}
