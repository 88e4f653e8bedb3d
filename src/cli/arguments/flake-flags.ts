// The flags that say what becomes of lock files and where names are looked up (Nix's MixFlakeOptions, --override-flake).

import type { Flakes, InputOverride, LockFlags } from "#instantiate";
import { type InputPath, parseInputPath } from "#fetch";
import { absolutePath } from "../text/absolute-path.ts";
import type { Context } from "../command.ts";
import { addInputsFrom, overrideFlake, readFlakeReference } from "../evaluation/flake-reference.ts";
import { UsageError } from "../program/usage-error.ts";
import { flagTable, switchFlag, valueFlag, type FlagLookup } from "./command-line.ts";

export interface FlakeFlags {
  readonly lookup: FlagLookup;
  /** What the flags say of the lock file; what they say of registries is done then. */
  lockFlags(flakes: Flakes): LockFlags;
  /** Inputs to fetch anew, which a command may add to. */
  readonly updates: InputPath[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function flakeFlags(context: Context): FlakeFlags {
  const flags: Mutable<LockFlags> = {};
  const updates: InputPath[] = [];
  const overrides = new Map<string, readonly [InputPath, string]>();
  /** What has to wait until there is an evaluation, in the order of the command line. */
  const later: ((flakes: Flakes) => void)[] = [];
  const warn = (text: string): void => context.log.message("warn", text);
  return {
    updates,
    lookup: flagTable({
      "--recreate-lock-file": switchFlag(() => {
        flags.recreateLockFile = true;
        warn(
          "'--recreate-lock-file' is deprecated and will be removed in a future version; use 'nix flake update' instead.",
        );
      }),
      "--no-update-lock-file": switchFlag(() => (flags.updateLockFile = false)),
      "--no-write-lock-file": switchFlag(() => (flags.writeLockFile = false)),
      "--no-registries": switchFlag(() => {
        flags.useRegistries = false;
        warn("'--no-registries' is deprecated; use '--no-use-registries'");
      }),
      "--commit-lock-file": switchFlag(() => (flags.commitLockFile = true)),
      "--update-input": valueFlag((text) => {
        warn("'--update-input' is a deprecated alias for 'flake update' and will be removed in a future version.");
        updates.push(inputPath(text, "--update-input"));
      }),
      "--override-input": {
        arity: 2,
        handle: (text = "", reference = "") => {
          flags.writeLockFile = false;
          const path = inputPath(text, "--override-input");
          overrides.set(path.join("/"), [path, reference]);
        },
      },
      "--reference-lock-file": valueFlag((path) => (flags.referenceLockFile = absolutePath(path))),
      "--output-lock-file": valueFlag((path) => (flags.outputLockFile = absolutePath(path))),
      "--inputs-from": valueFlag((text) => later.push((flakes) => addInputsFrom(flakes, text))),
      "--override-flake": {
        arity: 2,
        handle: (from = "", to = "") => later.push((flakes) => overrideFlake(flakes, from, to)),
      },
    }),
    lockFlags(flakes) {
      for (const act of later.splice(0)) act(flakes);
      const given = [...overrides.values()].map(([path, text]): InputOverride => ({
        path,
        reference: readFlakeReference(flakes, text, { mayBeMissing: true }),
      }));
      return { ...flags, updates, overrides: given };
    },
  };
}

function inputPath(text: string, flag: string): InputPath {
  const path = parseInputPath(text);
  if (path.length > 0) return path;
  throw new UsageError(
    `${flag} was passed a zero-length input path, which would refer to the flake itself, not an input`,
  );
}
