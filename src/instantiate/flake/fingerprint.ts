// What identifies the outputs of a locked flake: its source, its lock file, and what is known of its version
// (LockedFlake::getFingerprint).

import { findUnlocked, printLockFile } from "#fetch";
import { type Hash, hashByteString, numberAttribute } from "#formats";
import type { LockedFlake } from "./lock-flake.ts";

/** Undefined where an input is not locked, or nothing identifies the source. */
export function lockedFingerprint({ flake, lockFile }: LockedFlake, allowDirtyLocks = false): Hash | undefined {
  const source = flake.place.tree.fingerprint;
  if (source === undefined || findUnlocked(lockFile, allowDirtyLocks) !== undefined) return undefined;
  const { input, folder } = flake.locked;
  let text = `${source};${folder};${printLockFile(lockFile)}`;
  for (const name of ["revCount", "lastModified"]) {
    const value = numberAttribute(input, name);
    if (value !== undefined) text += `;${name}=${value}`;
  }
  return hashByteString("sha256", text);
}
