// Static scopes. A variable is found when code is compiled: as a place (how many environments up, which slot), as a value
// of the base environment, or in the `with` expressions around it, which come last and are searched when it runs.

import type { BaseEnvironment } from "../machine/base-environment.ts";
import type { LetExpr } from "../syntax/ast.ts";
import { narrowest } from "../values/environment.ts";
import type { Slot } from "../values/value.ts";
import { NumberedNames, type Places } from "./places.ts";
import type { Pos } from "../values/position.ts";

/** A function's body may run many times with one environment around it; what a set or a `let` binds runs at most once. */
export type Binder = LetExpr | "set" | "function";

export type Scope =
  | { readonly kind: "base"; readonly base: BaseEnvironment }
  /** Places of an environment, numbered from 0; `isWide` is what the environment's `at` wants to know. */
  | {
      readonly kind: "names";
      readonly names: Places;
      readonly isWide: boolean;
      readonly parent: Scope;
      /** What the variables are of. */
      readonly binder: Binder;
    }
  /** An environment whose first place is the set. */
  | { readonly kind: "with"; readonly pos: Pos; readonly parent: Scope };

export interface WithLevel {
  /** Environments up from where the variable stands. */
  readonly depth: number;
  readonly pos: Pos;
}

export type Resolution =
  | { readonly kind: "local"; readonly depth: number; readonly index: number; readonly isWide: boolean }
  | { readonly kind: "constant"; readonly slot: Slot }
  /** Innermost first. */
  | { readonly kind: "with"; readonly levels: readonly WithLevel[] }
  | { readonly kind: "undefined" };

/** The scope of an environment with these variables, in the order of their places. */
export function namesScope(
  names: readonly string[],
  parent: Scope,
  binder: Binder = "function",
): Extract<Scope, { kind: "names" }> {
  return { kind: "names", names: new NumberedNames(names), isWide: names.length > narrowest, parent, binder };
}

export function resolveVariable(scope: Scope, name: string): Resolution {
  const levels: WithLevel[] = [];
  let depth = 0;
  for (let current = scope; ; depth++) {
    switch (current.kind) {
      case "names": {
        const index = current.names.get(name);
        if (index !== undefined) return { kind: "local", depth, index, isWide: current.isWide };
        current = current.parent;
        break;
      }
      case "with":
        levels.push({ depth, pos: current.pos });
        current = current.parent;
        break;
      case "base": {
        const slot = current.base.lookUp(name);
        if (slot !== undefined) return { kind: "constant", slot };
        return levels.length > 0 ? { kind: "with", levels } : { kind: "undefined" };
      }
    }
  }
}
