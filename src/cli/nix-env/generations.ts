// The operations of nix-env on the generations of a profile, and on which profile is the user's.

import { FirnError } from "#formats";
import {
  deleteGenerations,
  deleteGenerationsBeyond,
  deleteGenerationsOlderThan,
  deleteOldGenerations,
  findGenerations,
  parseOlderThan,
  profileLink,
  switchGeneration,
  switchLink,
} from "#profile";
import { absolutePath } from "../text/absolute-path.ts";
import { profileLocationsOf } from "../stores/profile-locations.ts";
import { UsageError } from "../program/usage-error.ts";
import { onlyWord, parseNumber, refuseFlags, refuseWords } from "./operation-flags.ts";
import type { EnvRequest } from "./request.ts";

export function switchProfile(request: EnvRequest): void {
  refuseFlags(request);
  switchLink(profileLink(profileLocationsOf(request.context)), absolutePath(onlyWord(request)));
}

export function switchToGeneration(request: EnvRequest): void {
  refuseFlags(request);
  const number = parseNumber(onlyWord(request));
  if (number === undefined) throw new UsageError("expected a generation number");
  switchGeneration(request.profile, number, optionsOf(request));
}

export function rollback(request: EnvRequest): void {
  refuseFlags(request);
  refuseWords(request);
  switchGeneration(request.profile, undefined, optionsOf(request));
}

export function listGenerations(request: EnvRequest): void {
  refuseFlags(request);
  refuseWords(request);
  const { all, current } = findGenerations(request.profile);
  for (const { number, creationTime } of all) {
    const mark = number === current ? "(current)" : "";
    request.context.output.writeLine(`${String(number).padStart(4)}   ${localTime(creationTime)}   ${mark}`);
  }
}

/** By number, `old`, `30d` or `+5`. */
export function deleteSomeGenerations(request: EnvRequest): void {
  refuseFlags(request);
  const options = optionsOf(request);
  const { profile, words } = request;
  const [word] = words.length === 1 ? words : [];
  if (word === "old") deleteOldGenerations(profile, options);
  else if (word?.includes("d") === true) {
    deleteGenerationsOlderThan(profile, parseOlderThan(word, Math.floor(Date.now() / 1000)), options);
  } else if (word?.includes("+") === true) deleteGenerationsBeyond(profile, parseCount(word), options);
  else deleteGenerations(profile, new Set(words.map(parseGenerationNumber)), options);
}

function optionsOf(request: EnvRequest) {
  return { dryRun: request.dryRun, emit: request.context.log.emit };
}

function parseCount(word: string): number {
  if (word.length < 2) throw invalidCount(`invalid number of generations '${word}'`);
  const count = parseNumber(word.slice(1));
  if (count === undefined) throw invalidCount(`invalid number of generations to keep '${word}'`);
  return count;
}

function parseGenerationNumber(word: string): number {
  const number = parseNumber(word);
  if (number === undefined) throw new UsageError(`invalid generation number '${word}'`);
  return number;
}

/** `2026-11-22 18:43:52` in the time zone of the user. */
function localTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${String(date.getFullYear()).padStart(4)}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function invalidCount(message: string): FirnError {
  return new FirnError("invalid-generation-count", message);
}
