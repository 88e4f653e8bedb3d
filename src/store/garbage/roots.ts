// Permanent roots: links below gcroots/ and profiles/ that keep paths alive, directly or through one more link elsewhere
// (gcroots/auto). What running processes use counts too: see runtime-roots.ts.

import { lstatSync, mkdirSync, readdirSync, readlinkSync, type Stats, unlinkSync } from "node:fs";
import {
  FirnError,
  hashByteString,
  isInStore,
  parsePathInStore,
  parseStorePathIfValid,
  printHash,
  type StorePath,
} from "#formats";
import { atomicSymlink, errorCode, hostPath, ifExists } from "#host";
import type { StoreLayout } from "../layout.ts";
import type { GcRoot } from "../store.ts";

/** What the search says about links that keep nothing; `note` is one line for the user. */
export interface RootSearch {
  readonly isValid: (path: StorePath) => boolean;
  readonly note: (text: string) => void;
}

/** The roots below gcroots/ and profiles/. A link in gcroots/auto whose target is gone is deleted. */
export function findLinkedRoots(layout: StoreLayout, search: RootSearch): GcRoot[] {
  const roots: GcRoot[] = [];
  const finder = new RootFinder(layout, search, roots);
  finder.visit(layout.gcRootsDir);
  finder.visit(layout.profilesDir);
  return roots;
}

class RootFinder {
  readonly #layout: StoreLayout;
  readonly #search: RootSearch;
  readonly #roots: GcRoot[];

  constructor(layout: StoreLayout, search: RootSearch, roots: GcRoot[]) {
    this.#layout = layout;
    this.#search = search;
    this.#roots = roots;
  }

  visit(path: string): void {
    try {
      const status = lstatSync(hostPath(path));
      if (status.isDirectory()) {
        for (const name of readdirSync(hostPath(path), "latin1")) this.visit(`${path}/${name}`);
      } else if (status.isSymbolicLink()) {
        this.#visitLink(path);
      } else if (status.isFile()) {
        const { storeDir } = this.#layout;
        const named = parseStorePathIfValid(storeDir, `${storeDir}/${path.slice(path.lastIndexOf("/") + 1)}`);
        if (named !== undefined && this.#search.isValid(named)) this.#roots.push({ path: named, link: path });
      }
    } catch (error) {
      const code = errorCode(error);
      if (code !== "EACCES" && code !== "ENOENT" && code !== "ENOTDIR") throw error;
      this.#search.note(`cannot read potential root "${path}"`);
    }
  }

  #visitLink(path: string): void {
    const target = readLink(path);
    if (isInStore(this.#layout.storeDir, target)) {
      this.#found(path, target);
      return;
    }
    const indirect = absolutePath(target, path.slice(0, path.lastIndexOf("/")));
    const status = linkStatus(indirect);
    if (status === undefined) {
      if (path.startsWith(`${this.#layout.gcRootsDir}/auto/`)) {
        this.#search.note(`removing stale link from "${path}" to "${indirect}"`);
        ifExists(() => unlinkSync(hostPath(path)));
      }
    } else if (status.isSymbolicLink()) {
      const next = readLink(indirect);
      if (isInStore(this.#layout.storeDir, next)) this.#found(indirect, next);
    }
  }

  #found(link: string, target: string): void {
    const path = parsePathInStoreIfAny(this.#layout.storeDir, target);
    if (path === undefined) return;
    if (this.#search.isValid(path)) this.#roots.push({ path, link });
    else this.#search.note(`skipping invalid root from "${link}" to "${target}"`);
  }
}

/** The store object that `target` lies in; undefined when it lies in none, or in one with a bad name. */
export function parsePathInStoreIfAny(storeDir: string, target: string): StorePath | undefined {
  if (!isInStore(storeDir, target)) return undefined;
  try {
    return parsePathInStore(storeDir, target).path;
  } catch (error) {
    if (error instanceof FirnError) return undefined;
    throw error;
  }
}

/** Names `link` in gcroots/auto (LocalStore::addIndirectRoot). */
export function addIndirectRoot(layout: StoreLayout, link: string): void {
  makeLink(registrationOf(layout, link), link);
}

function registrationOf(layout: StoreLayout, link: string): string {
  return `${layout.gcRootsDir}/auto/${printHash(hashByteString("sha1", link), "nix32")}`;
}

/**
 * Makes `link` point at `target` (a printed path) and registers it, unless something else than a link into the store is
 * there. The registration comes first: a link that a killed program left would be taken for a root by the next one.
 */
export function makeRootLink(
  layout: StoreLayout,
  link: string,
  target: string,
  register: (link: string) => void,
): void {
  if (isInStore(layout.storeDir, link)) throw rootInsideStore(link);
  const status = linkStatus(link);
  if (status !== undefined && !(status.isSymbolicLink() && isInStore(layout.storeDir, readLink(link)))) {
    throw linkExists(link);
  }
  register(link);
  makeLink(link, target);
  // A collection may have found the registration stale while the link was not there yet.
  if (linkStatus(registrationOf(layout, link)) === undefined) register(link);
}

function makeLink(link: string, target: string): void {
  mkdirSync(hostPath(link.slice(0, link.lastIndexOf("/"))), { recursive: true });
  atomicSymlink(target, link);
}

function rootInsideStore(link: string): FirnError {
  return new FirnError(
    "root-inside-store",
    `creating a garbage collector root ("${link}") in the Nix store is forbidden ` +
      `(are you running nix-build inside the store?)`,
  );
}

function linkExists(link: string): FirnError {
  return new FirnError("root-exists", `cannot create symlink "${link}"; already exists`);
}

function linkStatus(path: string): Stats | undefined {
  return ifExists(() => lstatSync(hostPath(path)));
}

function readLink(path: string): string {
  return readlinkSync(hostPath(path), "latin1");
}

/** `path` as an absolute one without `.` and `..`, going by the text alone (absPath). */
export function absolutePath(path: string, base: string): string {
  const components: string[] = [];
  for (const component of (path.startsWith("/") ? path : `${base}/${path}`).split("/")) {
    if (component === "..") components.pop();
    else if (component !== "" && component !== ".") components.push(component);
  }
  return `/${components.join("/")}`;
}
