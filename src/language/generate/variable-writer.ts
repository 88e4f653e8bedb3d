// Where variables and environments are in generated text, and which values were looked at on the way to a place in it.

import { resolveVariable, type Scope } from "../compile/scope.ts";
import { narrowest } from "../values/environment.ts";
import type { Term } from "./source.ts";

/** Where the function's own variables are. */
export interface OwnScope {
  readonly scope: Scope;
  /** The locals, in the order of their places. */
  readonly slots: readonly Term[];
}

export class VariableWriter {
  private readonly own: OwnScope;
  /** Environments of `let`s that were entered. */
  private readonly entered = new Map<Scope, Term>();
  /** Values of variables that were forced on the way to here, by their slots. */
  private values = new Map<string, Term>();

  constructor(own: OwnScope) {
    this.own = own;
  }

  /** From here on the environment of a `let` is in a local. */
  enter(scope: Scope, environment: Term): void {
    this.entered.set(scope, environment);
  }

  /** The environment of a scope, as an expression. The function's own is made when it is asked for. */
  environment(scope: Scope): string {
    if (scope !== this.own.scope) return this.entered.get(scope) as Term;
    const { slots } = this.own;
    const places = slots.length > narrowest ? `[${slots.join(", ")}], undefined` : `${slots[0]}, ${slots[1]}`;
    return `(own ??= new Environment(env, ${places}))`;
  }

  /** An expression for the place of a variable; undefined for what is in no environment. */
  slotOf(name: string, scope: Scope): string | undefined {
    const found = resolveVariable(scope, name);
    if (found.kind !== "local") return undefined;
    let place: Scope = scope;
    /** Environments up from the function's own. */
    let ups = 0;
    for (let left = found.depth; left > 0; left--) {
      if (place === this.own.scope || ups > 0) ups++;
      place = (place as Exclude<Scope, { kind: "base" }>).parent;
    }
    if (place === this.own.scope) return this.own.slots[found.index];
    const environment = this.entered.get(place) ?? `env${".up".repeat(ups - 1)}`;
    if (found.isWide) return `${environment}.a[${found.index}]`;
    return `${environment}.${found.index === 0 ? "a" : "b"}`;
  }

  /** The local that has the value of a slot, if it was forced before. */
  valueOf(slot: string): Term | undefined {
    return this.values.get(slot);
  }

  remember(slot: string, value: Term): void {
    this.values.set(slot, value);
  }

  /** What is written by `write` may not run, so what it learns of variables holds only there. */
  apart<T>(write: () => T): T {
    const before = this.values;
    this.values = new Map(before);
    const result = write();
    this.values = before;
    return result;
  }
}
