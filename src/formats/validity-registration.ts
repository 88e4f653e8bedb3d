// The text that `nix-store --dump-db` prints and `--load-db` and `--register-validity` read: for each path a line with the
// path, two with its hash and size unless they are to be computed, one with the deriver or nothing, the number of
// references, and those, one a line.

import { FirnError } from "./error.ts";
import { parseHash, printHash } from "./hash.ts";
import type { Hash } from "./hash.ts";
import { parseStorePath, printStorePath } from "./store-path.ts";
import type { StoreDir, StorePath } from "./store-path.ts";

export interface ValidityRegistration {
  readonly path: StorePath;
  /** Absent when the reader is to hash the path itself. */
  readonly nar?: { readonly hash: Hash; readonly size: number };
  readonly deriver?: StorePath;
  /** Sorted by bytes. */
  readonly references: readonly StorePath[];
}

/** One entry; entries follow each other without anything between them (Store::makeValidityRegistration). */
export function printValidityRegistration(storeDir: StoreDir, entry: ValidityRegistration): string {
  const lines = [printStorePath(storeDir, entry.path)];
  if (entry.nar !== undefined) lines.push(printHash(entry.nar.hash, "base16"), String(entry.nar.size));
  lines.push(entry.deriver === undefined ? "" : printStorePath(storeDir, entry.deriver));
  lines.push(String(entry.references.length));
  for (const reference of entry.references) lines.push(printStorePath(storeDir, reference));
  return `${lines.join("\n")}\n`;
}

/** Entries with hashes, as `--load-db` and `--register-validity --hash-given` read them (decodeValidPathInfo). */
export function parseHashedValidityRegistrations(
  storeDir: StoreDir,
  text: string,
): (ValidityRegistration & { readonly nar: { readonly hash: Hash; readonly size: number } })[] {
  const lines = new Lines(text);
  const entries = [];
  for (let path = lines.takePath(); path !== undefined; path = lines.takePath()) {
    const hash = parseHash(lines.take(), "sha256");
    const nar = { hash, size: parseNumber(lines.take()) };
    entries.push({ ...readRest(storeDir, path, lines), nar });
  }
  return entries;
}

/** Entries without hashes, as `--register-validity` reads them by itself. */
export function parseValidityRegistrations(storeDir: StoreDir, text: string): ValidityRegistration[] {
  const lines = new Lines(text);
  const entries = [];
  for (let path = lines.takePath(); path !== undefined; path = lines.takePath()) {
    entries.push(readRest(storeDir, path, lines));
  }
  return entries;
}

function readRest(storeDir: StoreDir, pathText: string, lines: Lines): ValidityRegistration {
  const path = parseStorePath(storeDir, pathText);
  const deriverText = lines.take();
  const deriver = deriverText === "" ? {} : { deriver: parseStorePath(storeDir, deriverText) };
  const count = parseNumber(lines.take());
  const references = new Set<StorePath>();
  for (let i = 0; i < count; i++) references.add(parseStorePath(storeDir, lines.take()));
  return { path, ...deriver, references: [...references].toSorted() };
}

function parseNumber(text: string): number {
  const number = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new FirnError("bad-validity-registration", "number expected");
  return number;
}

class Lines {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The first line of the next entry, or undefined at the end; a last line without its newline counts as the end. */
  takePath(): string | undefined {
    return this.text.includes("\n", this.at) ? this.take() : undefined;
  }

  take(): string {
    const end = this.text.indexOf("\n", this.at);
    if (end < 0) throw new FirnError("bad-validity-registration", "missing input");
    const line = this.text.slice(this.at, end);
    this.at = end + 1;
    return line;
  }
}
