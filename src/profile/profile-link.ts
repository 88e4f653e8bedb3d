// Where the files of a profile are. A profile leads into the store by links that name /nix/store, which of a chroot store
// is not a path of this machine; so each link is read by itself and what lies in the store is looked for where it is.

import { lstatSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { FirnError, isInStore, parsePathInStore } from "#formats";
import { hostPath } from "#host";
import type { Store } from "#store";

/** As deep as Linux follows links. */
const maxLinks = 40;

/** The file on this machine that `path` leads to, its last links followed; undefined when there is none. */
export function followToFile(store: Store, path: string): string | undefined {
  let current = path;
  for (let links = 0; links < maxLinks; links++) {
    const real = realPathOf(store, current);
    const status = lstatSync(hostPath(real), { throwIfNoEntry: false });
    if (status === undefined) return undefined;
    if (!status.isSymbolicLink()) return real;
    current = posix.resolve(posix.dirname(current), readlinkSync(hostPath(real), { encoding: "latin1" }));
  }
  throw tooManyLinks(path);
}

/** The name in the store that `path` leads to, such as `/nix/store/…-user-environment`; the path itself outside of it. */
export function followIntoStore(store: Store, path: string): string {
  let current = path;
  for (let links = 0; links < maxLinks && !isInStore(store.storeDir, current); links++) {
    const status = lstatSync(hostPath(current), { throwIfNoEntry: false });
    if (status?.isSymbolicLink() !== true) return current;
    current = posix.resolve(posix.dirname(current), readlinkSync(hostPath(current), { encoding: "latin1" }));
  }
  return current;
}

function realPathOf(store: Store, path: string): string {
  if (!isInStore(store.storeDir, path)) return path;
  const inside = parsePathInStore(store.storeDir, path);
  return store.realPath(inside.path, inside.rest);
}

function tooManyLinks(path: string): FirnError {
  return new FirnError("too-many-links", `too many links while following "${path}"`);
}
