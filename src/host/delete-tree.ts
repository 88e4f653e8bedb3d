// Deletes a file or a whole tree without ever following a link: every step works relative to the open parent directory
// (through /proc/self/fd), so that swapping a directory for a link while this runs cannot lead it elsewhere.

import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  rmdirSync,
  type Stats,
  unlinkSync,
} from "node:fs";
import { hostPath, pathInDirectory, pathOfDescriptor } from "./host-path.ts";
import { errorCode } from "./system-error.ts";

const openPathOnly = 0o10000000;
const ownerAccess = 0o700;

/**
 * Deletes the absolute `path` (byte string) and everything below it; nothing happens when it does not exist. Gives the
 * bytes freed as Nix counts them (deletePath): the sizes of files with one or two hard links. Goes on after a file that
 * cannot be deleted, and throws the first such error at the end.
 */
export function deleteTree(path: string): number {
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  if (slash === -1 || name === "" || name === "." || name === "..") {
    throw new RangeError(`cannot delete "${path}": not an absolute path to something below the root`);
  }
  let parent: number;
  try {
    parent = openSync(hostPath(path.slice(0, slash) || "/"), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return 0;
    throw error;
  }
  const deletion = new TreeDeletion();
  try {
    deletion.deleteEntry(parent, name);
  } finally {
    closeSync(parent);
  }
  if (deletion.failures.length > 0) throw deletion.failures[0];
  return deletion.bytesFreed;
}

class TreeDeletion {
  bytesFreed = 0;
  readonly failures: unknown[] = [];

  deleteEntry(parent: number, name: string): void {
    const path = pathInDirectory(parent, name);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return;
    const isDirectory = status.isDirectory();
    if (isDirectory) this.deleteChildren(path, status);
    else if (status.nlink <= 2) this.bytesFreed += status.size;
    try {
      if (isDirectory) rmdirSync(path);
      else unlinkSync(path);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") this.failures.push(error);
    }
  }

  deleteChildren(path: string | Buffer, status: Stats): void {
    if ((status.mode & ownerAccess) !== ownerAccess) makeAccessible(path);
    const directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      for (const name of readdirSync(pathOfDescriptor(directory), "latin1")) this.deleteEntry(directory, name);
    } finally {
      closeSync(directory);
    }
  }
}

/** Gives the owner all rights on a directory, through a descriptor that no swapped link can redirect. */
function makeAccessible(path: string | Buffer): void {
  const descriptor = openSync(path, openPathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    chmodSync(pathOfDescriptor(descriptor), (fstatSync(descriptor).mode & 0o7777) | ownerAccess);
  } finally {
    closeSync(descriptor);
  }
}
