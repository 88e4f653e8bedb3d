// Looking at the disk, for recording and for checking alike, so that both say the same of the same thing.

import { lstatSync, readdirSync, readFileSync, realpathSync, statSync, type Dirent, type Stats } from "node:fs";
import { hashByteString, hashBytes, printHash } from "#formats";
import { hostPath, ifExists } from "#host";
import type { Kind } from "./facts.ts";

/** Of the entry itself. Throws for what cannot be looked at. */
export function lookAt(path: string): Stats | undefined {
  return ifExists(() => lstatSync(hostPath(path), { throwIfNoEntry: false }));
}

/** The same, but undefined for what cannot be looked at: a recorder disturbs nothing. */
export function glanceAt(path: string): Stats | undefined {
  try {
    return lookAt(path);
  } catch {
    return undefined;
  }
}

/** Of what a link leads to; undefined also for what cannot be looked at. */
export function lookBehind(path: string): Stats | undefined {
  try {
    return statSync(hostPath(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export function kindOf(status: Stats | Dirent | undefined): Kind {
  if (status === undefined) return "absent";
  if (status.isFile()) return "regular";
  if (status.isDirectory()) return "directory";
  return status.isSymbolicLink() ? "symlink" : "unknown";
}

export function isExecutable(status: Stats): boolean {
  return (status.mode & 0o100) !== 0;
}

/** `text` is a byte string. */
export function digestText(text: string): string {
  return printHash(hashByteString("sha256", text), "base64");
}

export function digestFile(path: string): string {
  return printHash(hashBytes("sha256", readFileSync(hostPath(path))), "base64");
}

export function digestFolder(path: string): string {
  const entries = readdirSync(hostPath(path), { withFileTypes: true, encoding: "latin1" });
  return digestListing(entries.map((entry) => [entry.name, kindOf(entry)]));
}

export function digestListing(entries: Iterable<readonly [name: string, type: string]>): string {
  const lines = Array.from(entries, ([name, type]) => `${name}\0${type}\0`);
  return digestText(lines.toSorted().join(""));
}

/** Null when nothing is there. */
export function realPathOf(path: string): string | null {
  return ifExists(() => realpathSync(hostPath(path), "latin1")) ?? null;
}
