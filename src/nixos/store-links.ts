// Files of systems, read through links that are followed by hand: the store that they lead into may lie in a folder, where
// its objects have another place than their names say. All paths are byte strings.

import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { posix } from "node:path";
import { hostPath } from "#host";

/** Where the objects of a store really lie; both are the same for a store that is no folder's. */
export interface StorePlace {
  readonly storeDir: string;
  readonly realStoreDir: string;
}

/** Sorted; empty when there is no such folder. */
export function readFolder(path: string, store: StorePlace): string[] {
  const end = followLinks(path, store);
  if (end === undefined || !lstatSync(hostPath(end)).isDirectory()) return [];
  return readdirSync(hostPath(end), { encoding: "latin1" }).toSorted();
}

/** Undefined when there is no such file. */
export function readText(path: string, store: StorePlace): string | undefined {
  const end = followLinks(path, store);
  return end === undefined || !isPlainFile(end) ? undefined : readPlainFile(end);
}

/** Of a place that links have been followed to. */
export function isPlainFile(place: string): boolean {
  return lstatSync(hostPath(place)).isFile();
}

export function readPlainFile(place: string): string {
  return readFileSync(hostPath(place), "latin1");
}

/** Where `path` leads, every link in it followed; undefined when nothing is there. A path on this machine. */
export function followLinks(path: string, store: StorePlace): string | undefined {
  return store.storeDir === store.realStoreDir ? followPlainLinks(path) : followLinksInto(path, store);
}

/** Where nothing has another place than its name says, in one call: a system has thousands of links. */
function followPlainLinks(path: string): string | undefined {
  try {
    return realpathSync.native(hostPath(path), { encoding: "latin1" });
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

function followLinksInto(path: string, { storeDir, realStoreDir }: StorePlace): string | undefined {
  let done = "/";
  let rest = path.split("/");
  for (let links = 0; rest.length > 0;) {
    const [name = "", ...behind] = rest;
    rest = behind;
    const next = posix.join(done, name);
    // What a store in a folder calls /nix/store/…
    if (next === storeDir && storeDir !== realStoreDir) {
      done = realStoreDir;
      continue;
    }
    const status = statusOf(next);
    if (status === undefined) return undefined;
    if (!status.isSymbolicLink()) {
      done = next;
      continue;
    }
    if (++links > 40) return undefined;
    const target = readlinkSync(hostPath(next), { encoding: "latin1" });
    rest = [...target.split("/"), ...rest];
    if (target.startsWith("/")) done = "/";
  }
  return done;
}

export function linkTarget(path: string): string | undefined {
  return statusOf(path)?.isSymbolicLink() === true ? readlinkSync(hostPath(path), { encoding: "latin1" }) : undefined;
}

/** Undefined when nothing is there, also because what should be a folder is a file. */
function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(hostPath(path), { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}
