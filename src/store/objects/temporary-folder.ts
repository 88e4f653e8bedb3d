// Trees that are made beside the store's paths and then take their place: in a folder `tmp-…` of the store, which no
// collector deletes while it is locked.

import { chmodSync, lstatSync, mkdirSync, renameSync } from "node:fs";
import { deleteTree, exchangePaths, type FileLock, hostPath, temporaryName, tryLockExisting } from "#host";
import { canonicaliseTimestampAndPermissions } from "./canonicalise.ts";
import type { StoreLayout } from "../layout.ts";

/** A locked temporary folder in the store (createTempDirInStore); release the lock after deleting it. */
export function makeTemporaryFolder(layout: StoreLayout): { readonly path: string; readonly lock: FileLock } {
  for (;;) {
    const path = temporaryName(`${layout.realStoreDir}/tmp`, "");
    mkdirSync(hostPath(path), 0o700);
    const lock = tryLockExisting(path, "exclusive");
    if (lock !== undefined && lstatSync(hostPath(path), { throwIfNoEntry: false }) !== undefined) return { path, lock };
    lock?.release();
  }
}

/** Renames a canonical tree into another folder, for which a directory has to be writable for a moment. */
export function moveTree(from: string, to: string): void {
  makeMovable(from);
  renameSync(hostPath(from), hostPath(to));
  canonicaliseTimestampAndPermissions(to);
}

/**
 * Lets `write` make a tree anew and puts it in the place of the one at `realPath`, which stays whole until that moment;
 * nothing changes when `write` throws.
 */
export function replaceTree(layout: StoreLayout, realPath: string, write: (realPath: string) => void): void {
  const { path: folder, lock } = makeTemporaryFolder(layout);
  const fresh = `${folder}/x`;
  try {
    write(fresh);
    if (lstatSync(hostPath(realPath), { throwIfNoEntry: false }) === undefined) moveTree(fresh, realPath);
    else {
      for (const path of [fresh, realPath]) makeMovable(path);
      exchangePaths(fresh, realPath);
      canonicaliseTimestampAndPermissions(realPath);
    }
  } finally {
    deleteTree(folder);
    lock.release();
  }
}

/** A directory has to be writable to get another parent. */
function makeMovable(path: string): void {
  if (lstatSync(hostPath(path)).isDirectory()) chmodSync(hostPath(path), 0o755);
}
