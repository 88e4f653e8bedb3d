// Locks on store paths that are being made: an exclusive flock on `<path>.lock` (Nix's PathLocks). The file is deleted by
// its last owner, who then writes a byte to it, so that whoever waited on it sees that it locked a file already gone. On a
// full disk there is no room for the byte; the number of its links tells the same, though not to Nix.

import { fstatSync, unlinkSync, writeSync } from "node:fs";
import { errorCode, FileLock, hostPath, isDiskFull, lockDescriptor, openLockFile } from "#host";

export interface PathLocksOptions {
  /** Waits for other processes; when false and a path is taken, nothing is locked. */
  readonly wait?: boolean;
  /** Called before waiting, with the path that is taken. */
  readonly onWait?: (path: string) => void;
}

export class PathLocks {
  readonly #held: { readonly lock: FileLock; readonly file: string }[];

  constructor(held: { readonly lock: FileLock; readonly file: string }[]) {
    this.#held = held;
  }

  /** Lets go; `deleteFiles` when the paths are done, so that no lock file stays in the store. */
  release(options: { readonly deleteFiles: boolean }): void {
    for (const { lock, file } of this.#held.splice(0)) {
      if (options.deleteFiles) deleteLockFile(file, lock.descriptor);
      lock.release();
    }
  }
}

/**
 * Locks the real paths `paths` (byte strings), in sorted order so that two processes cannot wait for each other.
 * Undefined when one is taken and `wait` is false; waits by default.
 */
export function lockPaths(paths: readonly string[], options: PathLocksOptions = {}): PathLocks | undefined {
  const held: { readonly lock: FileLock; readonly file: string }[] = [];
  const locks = new PathLocks(held);
  try {
    for (const path of paths.toSorted()) {
      const file = `${path}.lock`;
      const lock = lockCurrentFile(file, path, options);
      if (lock === undefined) {
        locks.release({ deleteFiles: false });
        return undefined;
      }
      held.push({ lock, file });
    }
  } catch (error) {
    locks.release({ deleteFiles: false });
    throw error;
  }
  return locks;
}

/** Locks `file`, again as long as the file that was locked turns out to be deleted. */
function lockCurrentFile(file: string, path: string, options: PathLocksOptions): FileLock | undefined {
  for (;;) {
    const lock = new FileLock(openLockFile(file));
    let locked = lockDescriptor(lock.descriptor, "exclusive", false);
    if (!locked && (options.wait ?? true)) {
      options.onWait?.(path);
      locked = lockDescriptor(lock.descriptor, "exclusive", true);
    }
    if (!locked) {
      lock.release();
      return undefined;
    }
    const { size, nlink } = fstatSync(lock.descriptor);
    if (size === 0 && nlink > 0) return lock;
    lock.release();
  }
}

/** Deletes a lock file that this process holds, and tells those who wait on it (Nix's deleteLockFile). */
function deleteLockFile(file: string, descriptor: number): void {
  try {
    unlinkSync(hostPath(file));
  } catch (error) {
    if (errorCode(error) !== "ENOENT") return;
  }
  try {
    writeSync(descriptor, "d");
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
}
