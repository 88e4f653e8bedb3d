// What nix-store --dump-db prints and --load-db and --register-validity read: valid paths as text.

import { lstatSync } from "node:fs";
import {
  createHasher,
  type Hash,
  parseHashedValidityRegistrations,
  parseValidityRegistrations,
  printValidityRegistration,
  type StorePath,
  type ValidityRegistration,
  type ValidPathInfo,
} from "#formats";
import { hostPath } from "#host";
import type { LocalStore } from "../local-store.ts";
import { archivePath } from "../objects/read-tree.ts";

/** All valid paths, or `paths`, in the text that loadDatabase reads. */
export function* dumpDatabase(store: LocalStore, paths?: readonly StorePath[]): Generator<string, void> {
  for (const path of paths ?? store.queryAllValidPaths()) {
    const { narHash, narSize, deriver, references } = store.queryPathInfo(path);
    const entry = { path, nar: { hash: narHash, size: narSize }, references };
    yield printValidityRegistration(store.storeDir, deriver === undefined ? entry : { ...entry, deriver });
  }
}

/** Registers what a dump says, without looking at the files (nix-store --load-db). */
export function loadDatabase(store: LocalStore, text: string): void {
  const entries = parseHashedValidityRegistrations(store.storeDir, text);
  register(store, entries, (entry) => entry.nar);
}

export interface RegisterValidityOptions {
  /** The text has hashes and sizes, and the files are already as they should be. */
  readonly hashGiven: boolean;
  /** Also paths that are valid already. */
  readonly reregister: boolean;
}

/** Registers paths whose files are in place (nix-store --register-validity). */
export function registerValidity(store: LocalStore, text: string, options: RegisterValidityOptions): void {
  const entries: readonly ValidityRegistration[] = options.hashGiven
    ? parseHashedValidityRegistrations(store.storeDir, text)
    : parseValidityRegistrations(store.storeDir, text);
  const wanted = options.reregister ? entries : entries.filter(({ path }) => !store.isValidPath(path));
  register(store, wanted, ({ path, nar }) => {
    const realPath = store.realPath(path);
    lstatSync(hostPath(realPath));
    if (!options.hashGiven) store.canonicalisePathMetadata(realPath);
    return nar ?? hashArchive(realPath);
  });
}

function register<Entry extends ValidityRegistration>(
  store: LocalStore,
  entries: readonly Entry[],
  narOf: (entry: Entry) => { readonly hash: Hash; readonly size: number },
): void {
  const infos = entries.map((entry): ValidPathInfo => {
    const nar = narOf(entry);
    const { path, references, deriver } = entry;
    return {
      path,
      narHash: nar.hash,
      narSize: nar.size,
      references,
      ...(deriver === undefined ? {} : { deriver }),
      registrationTime: 0,
      ultimate: false,
      signatures: [],
    };
  });
  store.registerValidPaths(infos);
}

function hashArchive(path: string): { readonly hash: Hash; readonly size: number } {
  const hasher = createHasher("sha256");
  let size = 0;
  for (const chunk of archivePath(path)) {
    hasher.update(chunk);
    size += chunk.length;
  }
  return { hash: hasher.digest(), size };
}
