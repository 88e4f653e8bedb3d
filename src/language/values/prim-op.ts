// Builtin functions. `builtins/index.ts` collects a table of these; the machine calls `impl` when all arguments are there.
// Arguments come as slots, unforced; the result is a forced value. Nix passes no position to builtins, so errors inside
// them carry none of their own; the frame "while calling the 'x' builtin" with the call's position is added by the machine.

import type { Evaluator } from "../machine/evaluator.ts";
import type { MappedList } from "../machine/mapped-list.ts";
import type { NixList, Slot, Value } from "./value.ts";

interface PrimOpDescription {
  /** Without `__`: `map`, `lessThan`. */
  readonly name: string;
  readonly argumentNames: readonly string[];
  /** Markdown, for `:doc`. */
  readonly doc?: string;
  /** Also a global of its own name (`map`, `toString`); every other one is global as `__name`. */
  readonly isGlobal?: boolean;
  /** Leaves out the frame "while calling the '…' builtin". */
  readonly isSilent?: boolean;
  readonly experimentalFeature?: string;
  /** The argument, by its number, that is a list of which it looks at each element and keeps none (`openList`). */
  readonly opens?: number;
  /** Makes what `openList` gives of a call. */
  readonly makeOpen?: (evaluator: Evaluator, a: Slot, b: Slot) => MappedList | NixList;
  /** Not visible to programs; reached by the machine and other builtins through `Evaluator.internalPrimOp`. */
  readonly isInternal?: boolean;
}

export type PrimOpDefinition = PrimOpDescription &
  (
    | { readonly arity: 1; readonly impl: (evaluator: Evaluator, a: Slot) => Value }
    | { readonly arity: 2; readonly impl: (evaluator: Evaluator, a: Slot, b: Slot) => Value }
    | { readonly arity: 3; readonly impl: (evaluator: Evaluator, a: Slot, b: Slot, c: Slot) => Value }
  );

/** A constant of the base environment: `true`, `builtins.nixVersion`, `builtins.currentSystem`. */
export interface ConstantDefinition {
  readonly name: string;
  readonly isGlobal?: boolean;
  readonly doc?: string;
  /** Absent in pure evaluation. */
  readonly isImpure?: boolean;
  /** A value at once, or a thunk (`evaluator.delay`) for what is costly or must be lazy. */
  readonly make: (evaluator: Evaluator) => Slot;
}

export interface BuiltinTable {
  readonly primOps: readonly PrimOpDefinition[];
  readonly constants: readonly ConstantDefinition[];
  /** Files written in the language that come with it, by the path under which programs and traces know them. */
  readonly internalFiles?: ReadonlyMap<string, string>;
}

export class PrimOp {
  readonly definition: PrimOpDefinition;
  readonly name: string;
  readonly arity: 1 | 2 | 3;
  readonly isSilent: boolean;
  /** The definition's `impl` with the arity checked by the caller. */
  readonly impl: (evaluator: Evaluator, a: Slot, b: Slot, c: Slot) => Value;

  constructor(definition: PrimOpDefinition) {
    this.definition = definition;
    this.name = definition.name;
    this.arity = definition.arity;
    this.isSilent = definition.isSilent ?? false;
    this.impl = definition.impl;
  }
}

/** A builtin with some, but not all, of its arguments. */
export class PrimOpApp {
  readonly primOp: PrimOp;
  readonly args: readonly Slot[];
  constructor(primOp: PrimOp, args: readonly Slot[]) {
    this.primOp = primOp;
    this.args = args;
  }
}
