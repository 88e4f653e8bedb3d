// Gives a tree the metadata that store paths have (canonicalisePathMetaData): mode 0444 or 0555, modification time 1,
// this user as owner, no extended attributes. Only regular files, directories and links may be in it.

import { chmodSync, lchownSync, lstatSync, lutimesSync, readdirSync, type Stats } from "node:fs";
import { hostPath, removeExtendedAttributes } from "#host";
import { invalidOwnership, unsupportedFileType } from "../store-errors.ts";

/** In seconds: the modification time of everything in a store. */
export const storeModificationTime = 1;

export interface CanonicaliseOptions {
  /** Extended attributes to leave. */
  readonly ignoredAcls: readonly string[];
  /** Refuses files of other owners, as a builder could hard-link a foreign file into its output. Inclusive. */
  readonly owners?: { readonly first: number; readonly last: number };
  /** The files already done in the same build, `<device>:<inode>`: hard links among outputs are no intrusion. */
  readonly seen?: Set<string>;
}

/** Canonicalises `path` (real, byte string) and everything below it. */
export function canonicalisePathMetadata(path: string, options: CanonicaliseOptions): void {
  canonicalise(path, options, options.seen ?? new Set());
}

function canonicalise(path: string, options: CanonicaliseOptions, seen: Set<string>): void {
  const where = hostPath(path);
  const status = lstatSync(where);
  if (!status.isFile() && !status.isDirectory() && !status.isSymbolicLink()) throw unsupportedFileType(path);

  const inode = `${status.dev}:${status.ino}`;
  const { owners } = options;
  if (owners !== undefined && (status.uid < owners.first || status.uid > owners.last)) {
    if (status.isDirectory() || !seen.has(inode)) throw invalidOwnership(path);
    return;
  }
  seen.add(inode);
  removeExtendedAttributes(path, options.ignoredAcls);
  canonicaliseTimestampAndPermissions(path, status);
  const user = process.geteuid?.() ?? status.uid;
  if (status.uid !== user) lchownSync(where, user, process.getegid?.() ?? status.gid);

  if (status.isDirectory()) {
    for (const name of readdirSync(where, "latin1")) canonicalise(`${path}/${name}`, options, seen);
  }
}

/** The part about mode and time, for one file (canonicaliseTimestampAndPermissions). */
export function canonicaliseTimestampAndPermissions(path: string, status: Stats = lstatSync(hostPath(path))): void {
  const where = hostPath(path);
  if (!status.isSymbolicLink()) {
    const mode = status.mode & 0o7777;
    const isDirectory = status.isDirectory();
    if ((mode !== 0o444 || isDirectory) && mode !== 0o555) {
      chmodSync(where, 0o444 | ((mode & 0o100) !== 0 || isDirectory ? 0o111 : 0));
    }
  }
  if (Math.floor(status.mtimeMs / 1000) !== storeModificationTime) {
    lutimesSync(where, status.atimeMs / 1000, storeModificationTime);
  }
}
