// Locks between processes by flock(2), as Nix uses them: advisory, bound to the open file, gone when the process dies.
// The waiting is a blocking call, so it holds the thread.

import { closeSync, constants, ftruncateSync, openSync } from "node:fs";
import { hostPath } from "./host-path.ts";
import { libc } from "./libc.ts";
import { errorCode, errorNumberName, systemCallFailed } from "./system-error.ts";

export type LockMode = "shared" | "exclusive";

const lockShared = 1;
const lockExclusive = 2;
const lockNonBlocking = 4;
const lockRelease = 8;

/** Opens `path` for locking, creating it with mode 0600 (Nix's openLockFile). */
export function openLockFile(path: string): number {
  return openSync(hostPath(path), constants.O_RDWR | constants.O_CREAT, 0o600);
}

/** Takes the lock on an open file; false when another holds it and `wait` is false. Changes the mode of a lock held. */
export function lockDescriptor(descriptor: number, mode: LockMode, wait: boolean): boolean {
  const operation = (mode === "shared" ? lockShared : lockExclusive) | (wait ? 0 : lockNonBlocking);
  while (libc().flock(descriptor, operation) !== 0) {
    const failure = errorNumberName(libc().errno());
    if (failure === "EWOULDBLOCK" || failure === "EAGAIN") return false;
    if (failure !== "EINTR") throw systemCallFailed("acquiring a lock", libc().errno());
  }
  return true;
}

export function unlockDescriptor(descriptor: number): void {
  if (libc().flock(descriptor, lockRelease) !== 0) throw systemCallFailed("releasing a lock", libc().errno());
}

/** A lock that is held; `release` closes the file and may be called twice. */
export class FileLock {
  readonly descriptor: number;
  #open = true;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Changes the mode; not atomic, as flock(2) says. False when `wait` is false and another process is in the way. */
  change(mode: LockMode, wait: boolean): boolean {
    return lockDescriptor(this.descriptor, mode, wait);
  }

  /** Empties the file, for locks whose file carries data. */
  truncate(): void {
    ftruncateSync(this.descriptor, 0);
  }

  release(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.descriptor);
  }
}

/** Opens or creates `path` and locks it; undefined when another process holds it and `wait` is false. */
export function lockFile(path: string, mode: LockMode, options: { readonly wait: boolean }): FileLock | undefined {
  const descriptor = openLockFile(path);
  try {
    if (lockDescriptor(descriptor, mode, options.wait)) return new FileLock(descriptor);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  closeSync(descriptor);
  return undefined;
}

/** Locks an open directory or file that may vanish: undefined when it is gone or locked by another. */
export function tryLockExisting(path: string, mode: LockMode): FileLock | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(hostPath(path), constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ELOOP") return undefined;
    throw error;
  }
  if (lockDescriptor(descriptor, mode, false)) return new FileLock(descriptor);
  closeSync(descriptor);
  return undefined;
}

/** Writes everything that is waiting to the devices (sync(2)). */
export function syncFileSystems(): void {
  libc().sync();
}

/** Writes what is waiting for the file system that `path` is on (syncfs(2)). */
export function syncFileSystemOf(path: string): void {
  const descriptor = openSync(hostPath(path), constants.O_RDONLY);
  try {
    if (libc().syncfs(descriptor) !== 0) throw systemCallFailed(`writing '${path}' to its device`, libc().errno());
  } finally {
    closeSync(descriptor);
  }
}
