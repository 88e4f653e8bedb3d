// Generations of a profile: `<profile>` is a link to `<profile>-N-link`, which is a link to a store path. A switch replaces
// one link by one rename, so that a reader, or a crash, sees the old generation or the new one and nothing else. Numbers
// only grow; a profile is changed under the lock `<profile>.lock`. All paths are byte strings and absolute.

import { lstatSync, readdirSync, readlinkSync, unlinkSync } from "node:fs";
import { posix } from "node:path";
import { printStorePath, type Emit, type StorePath } from "#formats";
import { atomicSymlink, hostPath } from "#host";
import type { RootsStore, Store } from "#store";
import {
  cannotDeleteCurrentGeneration,
  generationDoesNotExist,
  mustKeepOneGeneration,
  noOlderGeneration,
} from "./profile-errors.ts";
import { withProfileLock } from "./profile-lock.ts";

export interface Generation {
  readonly number: number;
  /** The link `<profile>-N-link`. */
  readonly path: string;
  /** When the link was made, in seconds since the epoch. */
  readonly creationTime: number;
}

export interface Generations {
  /** By number, ascending. */
  readonly all: readonly Generation[];
  readonly current: number | undefined;
}

export interface GenerationOptions {
  /** Say what would be done, and do nothing. */
  readonly dryRun: boolean;
  readonly emit: Emit;
}

/** Nix's findGenerations; throws when the profile's folder does not exist. */
export function findGenerations(profile: string): Generations {
  const folder = posix.dirname(profile);
  const name = posix.basename(profile);
  const all: Generation[] = [];
  for (const entry of readdirSync(hostPath(folder), { encoding: "latin1" })) {
    const number = parseGenerationName(name, entry);
    if (number === undefined) continue;
    const path = posix.join(folder, entry);
    all.push({ number, path, creationTime: Math.floor(lstatSync(hostPath(path)).mtimeMs / 1000) });
  }
  all.sort((a, b) => a.number - b.number);
  const target = readLinkIfAny(profile);
  return { all, current: target === undefined ? undefined : parseGenerationName(name, target) };
}

/**
 * Makes the generation that holds `path`, or gives the newest one when it holds just that. The link is registered as a
 * root of the store before anything points at it (Nix's createGeneration).
 */
export function createGeneration(store: Store & RootsStore, profile: string, path: StorePath): string {
  const { all } = findGenerations(profile);
  const last = all.at(-1);
  if (last !== undefined && readLinkIfAny(last.path) === printStorePath(store.storeDir, path)) return last.path;
  const generation = `${profile}-${(last?.number ?? 0) + 1}-link`;
  store.addPermanentRoot(path, generation);
  return generation;
}

/** Points `link` at `target` in one step; a target in the same folder becomes relative, so that the folder can move. */
export function switchLink(link: string, target: string): void {
  const inSameFolder = posix.dirname(target) === posix.dirname(link);
  atomicSymlink(inSameFolder ? posix.basename(target) : target, link);
}

/** Switches to generation `number`, or without one to the newest below the current one. */
export function switchGeneration(profile: string, number: number | undefined, options: GenerationOptions): void {
  withProfileLock(profile, options.emit, () => {
    const { all, current } = findGenerations(profile);
    const wanted =
      number === undefined
        ? all.findLast((generation) => current !== undefined && generation.number < current)
        : all.find((generation) => generation.number === number);
    if (wanted === undefined)
      throw number === undefined ? noOlderGeneration(current ?? 0) : generationDoesNotExist(number);
    notice(options, `switching profile from version ${current ?? 0} to ${wanted.number}`);
    if (!options.dryRun) switchLink(profile, wanted.path);
  });
}

/** Deletes the generations of these numbers; the current one among them is an error, and then none is deleted. */
export function deleteGenerations(profile: string, numbers: ReadonlySet<number>, options: GenerationOptions): void {
  withProfileLock(profile, options.emit, () => {
    const { all, current } = findGenerations(profile);
    if (current !== undefined && numbers.has(current)) throw cannotDeleteCurrentGeneration(profile);
    for (const generation of all) if (numbers.has(generation.number)) deleteGeneration(generation, options);
  });
}

/** Deletes all but the current one. */
export function deleteOldGenerations(profile: string, options: GenerationOptions): void {
  withProfileLock(profile, options.emit, () => {
    const { all, current } = findGenerations(profile);
    for (const generation of all) if (generation.number !== current) deleteGeneration(generation, options);
  });
}

/** Keeps the current generation and the `keep - 1` before it, and every newer one (Nix's deleteGenerationsGreaterThan). */
export function deleteGenerationsBeyond(profile: string, keep: number, options: GenerationOptions): void {
  if (keep === 0) throw mustKeepOneGeneration();
  withProfileLock(profile, options.emit, () => {
    const { all, current } = findGenerations(profile);
    const newestFirst = all.toReversed();
    const start = newestFirst.findIndex((generation) => generation.number === current);
    if (start < 0) return;
    for (const generation of newestFirst.slice(start + keep)) deleteGeneration(generation, options);
  });
}

/**
 * Deletes those older than `time` (seconds since the epoch) but for the current one and the one that was current at that
 * time, to which one may want to go back.
 */
export function deleteGenerationsOlderThan(profile: string, time: number, options: GenerationOptions): void {
  withProfileLock(profile, options.emit, () => {
    const { all, current } = findGenerations(profile);
    const newestFirst = all.toReversed();
    const firstOlder = newestFirst.findIndex((generation) => generation.creationTime < time);
    if (firstOlder < 0) return;
    for (const generation of newestFirst.slice(firstOlder + 1)) {
      if (generation.number !== current) deleteGeneration(generation, options);
    }
  });
}

/** What the profile points at now, "" when there is none: compared later to see whether someone else changed it. */
export function profileToken(profile: string): string {
  return readLinkIfAny(profile) ?? "";
}

function deleteGeneration(generation: Generation, options: GenerationOptions): void {
  notice(options, `${options.dryRun ? "would remove" : "removing"} profile version ${generation.number}`);
  if (!options.dryRun) unlinkSync(hostPath(generation.path));
}

function notice(options: GenerationOptions, text: string): void {
  options.emit({ kind: "message", level: "notice", text });
}

/** The number in `<profile name>-<number>-link`. */
function parseGenerationName(profileName: string, name: string): number | undefined {
  if (!name.startsWith(`${profileName}-`)) return undefined;
  const rest = name.slice(profileName.length + 1);
  const end = rest.indexOf("-link");
  if (end < 0) return undefined;
  const digits = rest.slice(0, end);
  return /^[0-9]{1,10}$/.test(digits) && Number(digits) < 2 ** 32 ? Number(digits) : undefined;
}

function readLinkIfAny(path: string): string | undefined {
  try {
    return readlinkSync(hostPath(path), { encoding: "latin1" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
