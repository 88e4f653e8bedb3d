// Locks a flake: computes its lock file, and writes it where it has changed and where it can be written (lockFlake).

import { readFileSync, writeFileSync, existsSync } from "node:fs";
import {
  checkFollows,
  describeChanges,
  findUnlocked,
  type LockFile,
  printLockFile,
  sourceFolderOf,
  writeFlakeFile,
} from "#fetch";
import { filterAnsiEscapes, type FlakeReference, printFlakeReference, printHash, revisionOf } from "#formats";
import { hostPath } from "#host";
import { asLanguageError, BaseError, hint, literalHint } from "#language";
import { guarded } from "../guarded.ts";
import { computeLocks, type NodePlaces } from "./compute-locks.ts";
import type { Flake } from "./flake.ts";
import type { Flakes } from "./flakes.ts";
import type { LockFlags } from "./lock-flags.ts";

export interface LockedFlake {
  readonly flake: Flake;
  readonly lockFile: LockFile;
  readonly places: NodePlaces;
}

export function lockFlake(flakes: Flakes, reference: FlakeReference, flags: LockFlags): LockedFlake {
  const useRegistries = flags.useRegistries ?? flakes.settings.useRegistries;
  const flake = flakes.get(reference, useRegistries ? "all" : "none");
  if (flags.applyNixConfig === true) for (const [name, value] of flake.config) flakes.applySetting(name, value);
  try {
    return lock(flakes, flake, { reference, flags, useRegistries });
  } catch (error) {
    const known = asLanguageError(error);
    if (known instanceof BaseError && !isForeign(error)) {
      known.addTrace(undefined, hint`while updating the lock file of flake '${printFlakeReference(flake.locked)}'`);
    }
    throw isForeign(error) ? error : known;
  }
}

/** An error of the JSON library, of which Nix's own frames know nothing. */
function isForeign(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "json-type";
}

interface Asked {
  readonly reference: FlakeReference;
  readonly flags: LockFlags;
  readonly useRegistries: boolean;
}

function lock(flakes: Flakes, flake: Flake, asked: Asked): LockedFlake {
  const { flags, useRegistries } = asked;
  const oldLockFile = readOldLockFile(flakes, flake, flags);
  const use = useRegistries ? "inputs" : "none";
  const { lockFile, places } = computeLocks(flakes, { flake, oldLockFile, flags, use });
  guarded(() => checkFollows(lockFile));
  const isChanged = printLockFile(lockFile) !== printLockFile(oldLockFile);
  if (!isChanged && flags.outputLockFile === undefined) return { flake, lockFile, places };
  const changes = describeChanges(oldLockFile, lockFile);
  if (flags.writeLockFile === false) {
    const told = `not writing modified lock file of flake '${printFlakeReference(asked.reference)}':\n${chomp(changes)}`;
    flakes.evaluator.io.emitMessage("warn", told);
    return { flake: { ...flake, forceDirty: true }, lockFile, places };
  }
  const written = writeLockFile(flakes, { ...asked, flake, lockFile, changes });
  return { flake: written, lockFile, places };
}

function readOldLockFile(flakes: Flakes, flake: Flake, flags: LockFlags): LockFile {
  const { referenceLockFile } = flags;
  if (referenceLockFile === undefined) {
    return flakes.readLockFile(`${flakes.foldersOf(flake.place).folder}/flake.lock`);
  }
  if (!flakes.settings.allowDirty) {
    throw new BaseError("reference lock file was provided, but the `allow-dirty` setting is set to false");
  }
  if (!existsSync(hostPath(referenceLockFile))) return flakes.parseLockFile('{"version":7,"root":"root"}', "");
  return flakes.parseLockFile(readFileSync(hostPath(referenceLockFile), "latin1"), referenceLockFile);
}

interface NewLockFile extends Asked {
  readonly flake: Flake;
  readonly lockFile: LockFile;
  readonly changes: string;
}

/** Gives the flake as it is afterwards. */
function writeLockFile(flakes: Flakes, wanted: NewLockFile): Flake {
  const { reference, flags, flake, lockFile } = wanted;
  const { settings, evaluator } = flakes;
  const warn = (text: string): void => evaluator.io.emitMessage("warn", text);
  const name = printFlakeReference(reference);
  const folder = guarded(() => sourceFolderOf(reference.input, warn));
  if (folder === undefined && flags.outputLockFile === undefined) throw cannotWrite(name);
  const unlocked = findUnlocked(lockFile, settings.allowDirtyLocks);
  if (unlocked !== undefined) {
    const input = printFlakeReference(unlocked);
    if (flags.failOnUnlocked === true) throw notWritten(name, input);
    if (settings.warnDirty)
      warn(`not writing lock file of flake '${name}' because it has an unlocked input ('${input}')`);
    return flake;
  }
  if (flags.updateLockFile === false) throw changesNotAllowed(name);
  const contents = `${printLockFile(lockFile)}\n`;
  if (flags.outputLockFile !== undefined) {
    if (flags.commitLockFile === true) throw commitAndOutput();
    writeFileSync(hostPath(flags.outputLockFile), contents, "latin1");
  } else {
    const path = reference.folder === "" ? "flake.lock" : `${reference.folder}/flake.lock`;
    const isThere = existsSync(hostPath(`${folder ?? ""}/${path}`));
    warn(describeWriting(`${folder ?? ""}/${path}`, isThere, chomp(wanted.changes)));
    const commitMessage = flags.commitLockFile === true ? messageFor(flakes, wanted, path, isThere) : undefined;
    guarded(() => writeFlakeFile(reference.input, { path, contents, commitMessage }, warn));
  }
  const after = flakes.get(reference, wanted.useRegistries ? "all" : "none");
  const [before, now] = [revisionOf(flake.locked.input), revisionOf(after.locked.input)];
  if (flags.commitLockFile === true && now !== undefined) {
    const revision = printHash(now, "base16");
    if (before === undefined || printHash(before, "base16") !== revision) warn(`committed new revision '${revision}'`);
  }
  return after;
}

function describeWriting(path: string, isThere: boolean, changes: string): string {
  if (!isThere) return `creating lock file "${path}": \n${changes}`;
  return changes === "" ? `updating lock file "${path}"` : `updating lock file "${path}":\n${changes}`;
}

function messageFor(flakes: Flakes, { changes }: NewLockFile, path: string, isThere: boolean): string {
  const summary = flakes.settings.commitLockFileSummary || `${path}: ${isThere ? "Update" : "Add"}`;
  return `${summary}\n\nFlake lock file updates:\n\n${filterAnsiEscapes(changes, "all")}`;
}

function chomp(text: string): string {
  return text.replace(/[ \n\r\t]+$/, "");
}

function cannotWrite(flake: string): BaseError {
  return new BaseError(
    hint`cannot write modified lock file of flake '${flake}' (use '--no-write-lock-file' to ignore)`,
  );
}

function notWritten(flake: string, input: string): BaseError {
  return new BaseError(
    hint`Not writing lock file of flake '${flake}' because it has an unlocked input ('${input}'). Use '--allow-dirty-locks' to allow this anyway.`,
  );
}

function changesNotAllowed(flake: string): BaseError {
  return new BaseError(
    hint`flake '${flake}' requires lock file changes but they're not allowed due to '--no-update-lock-file'`,
  );
}

function commitAndOutput(): BaseError {
  return new BaseError(literalHint("'--commit-lock-file' and '--output-lock-file' are incompatible"));
}
