// What a command line says of lock files (LockFlags).

import { compareInputPaths, type InputPath } from "#fetch";
import type { FlakeReference } from "#formats";

export interface LockFlags {
  /** Begins anew instead of keeping what the old lock file has. */
  readonly recreateLockFile?: boolean;
  /** Lets the lock file change; true when absent. */
  readonly updateLockFile?: boolean;
  /** Writes the lock file when it has changed; true when absent. */
  readonly writeLockFile?: boolean;
  /** An input that is not locked is an error rather than a reason not to write. */
  readonly failOnUnlocked?: boolean;
  /** Whether names are looked up; what the settings say when absent. */
  readonly useRegistries?: boolean;
  /** Takes over what the flake's `nixConfig` says. */
  readonly applyNixConfig?: boolean;
  /** Lets inputs be fetched whose content nothing decides; true when absent. */
  readonly allowUnlocked?: boolean;
  readonly commitLockFile?: boolean;
  /** Read and written instead of the flake's own; absolute. */
  readonly referenceLockFile?: string;
  readonly outputLockFile?: string;
  readonly overrides?: readonly InputOverride[];
  /** Inputs to fetch anew. */
  readonly updates?: readonly InputPath[];
}

export interface InputOverride {
  readonly path: InputPath;
  readonly reference: FlakeReference;
}

/** A map whose keys are paths of inputs, in their order. */
export class InputPathMap<T> {
  private readonly entriesByKey = new Map<string, readonly [InputPath, T]>();

  get(path: InputPath): T | undefined {
    return this.entriesByKey.get(path.join("\0"))?.[1];
  }

  has(path: InputPath): boolean {
    return this.entriesByKey.has(path.join("\0"));
  }

  set(path: InputPath, value: T): void {
    this.entriesByKey.set(path.join("\0"), [path, value]);
  }

  /** Keeps what is there. */
  add(path: InputPath, value: T): void {
    if (!this.has(path)) this.set(path, value);
  }

  get sorted(): readonly (readonly [InputPath, T])[] {
    return [...this.entriesByKey.values()].toSorted(([a], [b]) => compareInputPaths(a, b));
  }
}
