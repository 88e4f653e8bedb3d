// One remembered evaluation as a file: a line with the format's version and a checksum, then JSON. A file that was cut off
// or damaged, or has another shape than this version writes, is no entry. The checksum is against damage and not against
// malice, which the folder's permissions keep out.

import type { FileFact, Facts, TreeFact } from "./facts.ts";

export interface RememberedEntry {
  readonly facts: Facts;
  /** What there was to say, in order; whoever asked knows the shape. */
  readonly answer: readonly unknown[];
}

const magic = "firn evaluation 1";

export function encodeEntry(entry: RememberedEntry): Buffer {
  const body = Buffer.from(JSON.stringify([entry.facts, entry.answer]));
  return Buffer.concat([Buffer.from(`${magic} ${checksum(body)}\n`), body]);
}

/** Undefined when it is none. */
export function decodeEntry(bytes: Buffer): RememberedEntry | undefined {
  const end = bytes.indexOf("\n");
  const body = bytes.subarray(end + 1);
  if (bytes.toString("latin1", 0, end) !== `${magic} ${checksum(body)}`) return undefined;
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    if (!Array.isArray(parsed)) return undefined;
    const [facts, answer] = parsed as unknown[];
    return isFacts(facts) && Array.isArray(answer) ? { facts, answer } : undefined;
  } catch {
    return undefined;
  }
}

/** Two sums over the words of four bytes (Fletcher), the length among them. */
function checksum(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wholeWords = bytes.length & ~3;
  let sum = bytes.length | 0;
  let sumOfSums = 0;
  const add = (word: number): void => {
    sum = (sum + word) | 0;
    sumOfSums = (Math.imul(sumOfSums, 31) + sum) | 0;
  };
  for (let at = 0; at < wholeWords; at += 4) add(view.getInt32(at, true));
  for (let at = wholeWords; at < bytes.length; at++) add(bytes[at] as number);
  return `${(sum >>> 0).toString(16)}-${(sumOfSums >>> 0).toString(16)}`;
}

function isFacts(value: unknown): value is Facts {
  return (
    isRecord(value) &&
    isListOf(value["files"], isFileFact) &&
    isListOf(value["trees"], isTreeFact) &&
    isListOf(value["variables"], (entry) => isPair(entry, isTextOrNull)) &&
    isListOf(value["valid"], isText) &&
    isListOf(value["invalid"], isText) &&
    isListOf(value["references"], (entry) => isPair(entry, isText)) &&
    (value["expires"] === null || typeof value["expires"] === "number")
  );
}

const kinds = new Set<unknown>(["regular", "directory", "symlink", "unknown", "absent"]);

const fieldsOfFile: Readonly<Record<keyof FileFact, (value: unknown) => boolean>> = {
  path: isText,
  type: (value) => kinds.has(value),
  executable: (value) => typeof value === "boolean",
  size: (value) => typeof value === "number",
  target: isText,
  followed: (value) => kinds.has(value),
  real: isTextOrNull,
  contents: isText,
  listing: isText,
  stamp: isStamp,
};

function isFileFact(value: unknown): boolean {
  if (!isRecord(value) || !isText(value["path"])) return false;
  for (const name in value) {
    if (!Object.hasOwn(fieldsOfFile, name) || !fieldsOfFile[name as keyof FileFact](value[name])) return false;
  }
  return true;
}

function isTreeFact(value: unknown): value is TreeFact {
  return (
    isRecord(value) &&
    isText(value["path"]) &&
    isText(value["name"]) &&
    (value["method"] === "nar" || value["method"] === "flat") &&
    isListOf(value["references"], isText) &&
    isText(value["asked"]) &&
    isListOf(value["omitted"], isText) &&
    isListOf(value["members"], (entry) => isPair(entry, (stamp) => stamp === null || isStamp(stamp))) &&
    isText(value["result"])
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}

function isStamp(value: unknown): boolean {
  return Array.isArray(value) && value.length === 5 && value.every((number) => typeof number === "number");
}

function isPair(value: unknown, isSecond: (value: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length === 2 && isText(value[0]) && isSecond(value[1]);
}

function isListOf(value: unknown, is: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}
