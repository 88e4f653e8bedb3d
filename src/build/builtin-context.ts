// What a builtin builder is given.

import type { Derivation, LogEvent, StorePath } from "#formats";
import type { LocalStore } from "#store";
import type { BuildSettings } from "./settings.ts";

export interface BuiltinContext {
  readonly store: LocalStore;
  readonly derivation: Derivation;
  readonly settings: BuildSettings;
  /** Where an output is to be made on this machine, by output name; nothing is there yet. */
  readonly outputs: ReadonlyMap<string, string>;
  /** All that the builder may read of the store. */
  readonly inputPaths: ReadonlySet<StorePath>;
  /** Shows a line of the build's log, byte string without newline. */
  readonly log: (line: string) => void;
  readonly activity: number;
  readonly newActivity: () => number;
  readonly emit: (event: LogEvent) => void;
  readonly signal: AbortSignal;
}

/** An attribute that a builtin cannot do without. */
export function requireAttribute(derivation: Derivation, name: string): string {
  const value = derivation.env.get(name);
  if (value === undefined) throw new Error(`attribute '${name}' missing`);
  return value;
}
