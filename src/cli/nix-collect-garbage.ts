// nix-collect-garbage: deletes what nothing keeps, with -d first the old generations of every profile in reach.

import { accessSync, constants, readdirSync, readlinkSync } from "node:fs";
import {
  defaultProfile,
  deleteGenerationsOlderThan,
  deleteOldGenerations,
  parseOlderThan,
  profilesDirectory,
} from "#profile";
import { hostPath } from "#host";
import { posix } from "node:path";
import type { TakeWord } from "./arguments/command-line.ts";
import { legacyFlags } from "./arguments/common-flags.ts";
import { collect, collectAndTell, parseMaxFreed, printWouldFree } from "./stores/collect-garbage.ts";
import { readProgramLine, type Asked } from "./arguments/program-line.ts";
import type { Command, Context } from "./command.ts";
import { answerAsked } from "./program/answer-asked.ts";
import { openLocalStoreOf } from "./stores/open-store.ts";
import { profileLocationsOf } from "./stores/profile-locations.ts";
import { UsageError } from "./program/usage-error.ts";

interface CollectLine {
  /** What is asked instead. */
  asked: Asked | undefined;
  removeOld: boolean;
  olderThan: string | undefined;
  dryRun: boolean;
  maxFreed: number | undefined;
}

export const command: Command = {
  name: "nix-collect-garbage",
  help: "nix-collect-garbage.md",
  async run(words, context) {
    const line = readCommandLine(words, context);
    if (line.asked !== undefined) return answerAsked(command, line.asked, context);
    if (line.maxFreed !== undefined && line.dryRun) {
      throw new UsageError("options --max-freed and --dry-run cannot be combined");
    }
    if (line.removeOld) removeOldGenerations(context, line);
    const store = openLocalStoreOf(context);
    if (line.dryRun) printWouldFree(context, await collect(context, store, { action: "return-dead" }));
    else {
      const limit = line.maxFreed === undefined ? {} : { maxFreed: line.maxFreed };
      await collectAndTell(context, store, { action: "delete-dead", ...limit });
    }
    return 0;
  },
};

function readCommandLine(words: readonly string[], context: Context): CollectLine {
  const line: CollectLine = {
    asked: undefined,
    removeOld: false,
    olderThan: undefined,
    dryRun: false,
    maxFreed: undefined,
  };
  const takeArgument = (word: string, take: TakeWord): boolean => {
    if (word === "--delete-old" || word === "-d") line.removeOld = true;
    else if (word === "--delete-older-than") {
      line.removeOld = true;
      line.olderThan = take(word);
    } else if (word === "--dry-run") line.dryRun = true;
    else if (word === "--max-freed") line.maxFreed = parseMaxFreed(word, take(word));
    else return false;
    return true;
  };
  line.asked = readProgramLine(words, { flags: legacyFlags(context), takeArgument }).asked;
  return line;
}

function removeOldGenerations(context: Context, line: CollectLine): void {
  const locations = profileLocationsOf(context);
  const folders = new Set([
    profilesDirectory(locations),
    `${locations.stateDir}/profiles`,
    posix.dirname(defaultProfile(locations)),
  ]);
  for (const folder of [...folders].toSorted()) removeOldGenerationsIn(folder, context, line);
}

/** Every link of a folder that looks like a profile's, and those of the folders in it. */
function removeOldGenerationsIn(folder: string, context: Context, line: CollectLine): void {
  if (!mayAccess(folder, constants.R_OK)) return;
  const canWrite = mayAccess(folder, constants.W_OK);
  for (const entry of readdirSync(hostPath(folder), { encoding: "latin1", withFileTypes: true })) {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) removeOldGenerationsIn(path, context, line);
    else if (entry.isSymbolicLink() && canWrite && readLinkIfAny(path)?.includes("link") === true) {
      context.log.message("info", `removing old generations of profile ${path}`);
      const options = { dryRun: line.dryRun, emit: context.log.emit };
      if (line.olderThan === undefined) deleteOldGenerations(path, options);
      else deleteGenerationsOlderThan(path, parseOlderThan(line.olderThan, Math.floor(Date.now() / 1000)), options);
    }
  }
}

/** Undefined when the link has gone meanwhile: the generations of a profile before it in the folder may be deleted. */
function readLinkIfAny(path: string): string | undefined {
  try {
    return readlinkSync(hostPath(path), { encoding: "latin1" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(hostPath(path), mode);
    return true;
  } catch {
    return false;
  }
}
