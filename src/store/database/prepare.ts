// Makes a store's folders, its reserved space and its database when they are not there, as Nix does when it opens one.

import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { FirnError } from "#formats";
import { type FileLock, hostPath, ifExists, lockFile, makeMountWritable } from "#host";
import { StoreDatabase } from "./database.ts";
import type { StoreLayout } from "../layout.ts";
import { schemaVersion } from "./schema.ts";
import type { StoreSettings } from "../settings.ts";
import { storeNotMade } from "../store-errors.ts";

/** False when there is a database that this user may not change. */
export function canWriteDatabase(layout: StoreLayout): boolean {
  const folder = hostPath(layout.databaseDir);
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return !existsSync(folder);
  }
}

/** Makes all folders of a store that is to be written to. */
export function prepareDirectories(layout: StoreLayout, settings: StoreSettings): void {
  const perUser = [`${layout.profilesDir}/per-user`, `${layout.gcRootsDir}/per-user`];
  for (const folder of [layout.realStoreDir, layout.linksDir, layout.tempRootsDir, layout.databaseDir, ...perUser]) {
    try {
      if (folder === layout.linksDir && !existsSync(hostPath(folder))) makeMountWritable(layout.realStoreDir);
      mkdirSync(hostPath(folder), { recursive: true });
    } catch (error) {
      throw storeNotMade(folder, error);
    }
  }
  for (const folder of perUser) {
    if ((statSync(hostPath(folder)).mode & 0o777) !== 0o755) chmodSync(hostPath(folder), 0o755);
  }
  if (process.geteuid?.() === 0 && settings.buildUsersGroup !== "") shareWithBuildUsers(layout, settings);
}

/** The store's folder belongs to root and the builders' group, who may add to it but not remove what is not theirs. */
function shareWithBuildUsers(layout: StoreLayout, settings: StoreSettings): void {
  const group = groupNumber(settings.buildUsersGroup);
  if (group === undefined) return;
  const folder = hostPath(layout.realStoreDir);
  const status = statSync(folder);
  if (status.uid === 0 && status.gid === group && (status.mode & 0o7777) === 0o1775) return;
  makeMountWritable(layout.realStoreDir);
  chownSync(folder, 0, group);
  chmodSync(folder, 0o1775);
}

function groupNumber(name: string): number | undefined {
  const groups = ifExists(() => readFileSync("/etc/group", "latin1")) ?? "";
  const line = groups.split("\n").find((entry) => entry.startsWith(`${name}:`));
  return line === undefined ? undefined : Number(line.split(":")[2]);
}

/** Throws when the store's folder or one above it is a symbolic link. */
export function checkNoSymlinks(layout: StoreLayout): void {
  for (let path = layout.realStoreDir; path !== ""; path = path.slice(0, path.lastIndexOf("/"))) {
    if (ifExists(() => lstatSync(hostPath(path)))?.isSymbolicLink() === true) {
      throw new FirnError(
        "symlinked-store",
        `the path "${path}" is a symlink; this is not allowed for the Nix store and its parent directories`,
      );
    }
  }
}

export function reservedSpacePath(layout: StoreLayout): string {
  return `${layout.databaseDir}/reserved`;
}

/** Keeps some disk space, which a collection on a full disk frees first. That it cannot be had is no error. */
export function reserveSpace(layout: StoreLayout, size: number): void {
  const file = hostPath(reservedSpacePath(layout));
  try {
    if (statSync(file, { throwIfNoEntry: false })?.size === size) return;
    const descriptor = openSync(file, "a", 0o600);
    try {
      ftruncateSync(descriptor, 0);
      for (let written = 0; written < size;) {
        written += writeSync(descriptor, new Uint8Array(Math.min(1024 * 1024, size - written)));
      }
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return;
  }
}

/** The number in db/schema; undefined for a store that has no database yet. */
export function readSchemaVersion(layout: StoreLayout): number | undefined {
  const file = `${layout.databaseDir}/schema`;
  const text = ifExists(() => readFileSync(hostPath(file), "latin1"))?.trim();
  if (text === undefined) return undefined;
  if (!/^[0-9]+$/.test(text)) throw new FirnError("corrupt-schema", `"${file}" is corrupt`);
  const version = Number(text);
  if (version > schemaVersion) {
    throw new FirnError(
      "newer-schema",
      `current Nix store schema is version ${version}, but I only support ${schemaVersion}`,
    );
  }
  if (version < schemaVersion) {
    throw new FirnError("older-schema", `The store's schema is version ${version}, but ${schemaVersion} is needed`, {
      hint: "Any command of Nix 2 or later brings the database to that version",
    });
  }
  return version;
}

function bigLockPath(layout: StoreLayout): string {
  return `${layout.databaseDir}/big-lock`;
}

/** The lock that every writer shares, so that nobody changes the schema under it. */
export function takeBigLock(layout: StoreLayout): FileLock | undefined {
  return lockFile(bigLockPath(layout), "shared", { wait: true });
}

/** Makes the database of a new store; of two processes at once, one does and the other waits. */
export function createDatabase(layout: StoreLayout, settings: StoreSettings): void {
  const lock = lockNewStore(layout);
  try {
    if (readSchemaVersion(layout) !== undefined) return;
    new StoreDatabase(layout, settings, "create").close();
    writeSchemaVersion(layout);
  } finally {
    lock?.release();
  }
}

/** Waits only until the database is there: whoever made it may go on to share the lock for as long as it works. */
function lockNewStore(layout: StoreLayout): FileLock | undefined {
  for (;;) {
    const lock = lockFile(bigLockPath(layout), "exclusive", { wait: false });
    if (lock !== undefined || readSchemaVersion(layout) !== undefined) return lock;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}

function writeSchemaVersion(layout: StoreLayout): void {
  const descriptor = openSync(hostPath(`${layout.databaseDir}/schema`), "w", 0o666);
  try {
    writeFileSync(descriptor, String(schemaVersion));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
