// Shares equal files of a store by hard links (LocalStore::optimisePath_): each file is linked with
// `.links/<nix32 SHA-256 of its archive>`, which includes the executable bit, and the ones that come later are replaced.

import { chmodSync, linkSync, lstatSync, readdirSync, renameSync, type Stats, statSync, unlinkSync } from "node:fs";
import { createHasher, type Emit, printHash, type StorePath } from "#formats";
import { errorCode, hostPath, ifExists, temporaryName } from "#host";
import { canonicaliseTimestampAndPermissions } from "./canonicalise.ts";
import type { StoreLayout } from "../layout.ts";
import { archivePath } from "./read-tree.ts";
import { renderSize } from "../render-size.ts";
import type { RootsStore, Store } from "../store.ts";

export interface OptimiseResults {
  readonly filesLinked: number;
  readonly bytesFreed: number;
}

/** Shares the files of the tree at the real path `path`. */
export function optimisePath(layout: StoreLayout, path: string): OptimiseResults {
  const optimisation = new Optimisation(layout, () => undefined, new Set());
  optimisation.visit(path);
  return optimisation;
}

/** Shares the files of all valid paths. */
export function optimiseStore(
  store: Store & RootsStore & { readonly layout: StoreLayout },
  emit: Emit,
): OptimiseResults {
  const { layout } = store;
  const known = new Set<number>();
  for (const name of readdirSync(hostPath(layout.linksDir), "latin1")) {
    const status = ifExists(() => lstatSync(hostPath(`${layout.linksDir}/${name}`)));
    if (status !== undefined) known.add(status.ino);
  }
  const optimisation = new Optimisation(layout, emit, known);
  const paths: StorePath[] = store.queryAllValidPaths();
  const id = 1;
  emit({ kind: "start", id, type: "optimiseStore", text: "" });
  for (const [done, path] of paths.entries()) {
    emit({ kind: "progress", id, done, expected: paths.length, running: 0, failed: 0 });
    store.addTempRoot(path);
    if (store.isValidPath(path)) optimisation.visit(store.realPath(path));
  }
  emit({ kind: "stop", id });
  const { bytesFreed, filesLinked } = optimisation;
  emit({
    kind: "message",
    level: "info",
    text: `${renderSize(bytesFreed)} freed by hard-linking ${filesLinked} files`,
  });
  return { bytesFreed, filesLinked };
}

class Optimisation implements OptimiseResults {
  filesLinked = 0;
  bytesFreed = 0;
  readonly #layout: StoreLayout;
  readonly #emit: Emit;
  /** Files that are in .links already. */
  readonly #linked: Set<number>;

  constructor(layout: StoreLayout, emit: Emit, linked: Set<number>) {
    this.#layout = layout;
    this.#emit = emit;
    this.#linked = linked;
  }

  visit(path: string): void {
    const status = lstatSync(hostPath(path));
    if (status.isDirectory()) {
      for (const name of readdirSync(hostPath(path), "latin1")) this.visit(`${path}/${name}`);
    } else if (status.isFile() || status.isSymbolicLink()) {
      this.#share(path, status);
    }
  }

  #share(path: string, status: Stats): void {
    if (status.isFile() && (status.mode & 0o200) !== 0) {
      this.#say("warn", `skipping suspicious writable file '${path}'`);
      return;
    }
    if (status.nlink > 1 && this.#linked.has(status.ino)) return;
    const link = `${this.#layout.linksDir}/${hashOfFile(path)}`;
    const existing = this.#usableLink(link, status);
    if (existing === undefined && !this.#makeLink(path, link, status)) return;
    const target = lstatSync(hostPath(link), { throwIfNoEntry: false });
    if (target === undefined || target.ino === status.ino) return;
    this.#replace(path, link, status);
  }

  /** The link of that content, unless it is missing or plainly damaged; a damaged one is removed. */
  #usableLink(link: string, status: Stats): Stats | undefined {
    const existing = lstatSync(hostPath(link), { throwIfNoEntry: false });
    if (existing === undefined || existing.size === status.size) return existing;
    this.#say("warn", `removing corrupted link '${link}'`);
    this.#say(
      "warn",
      "There may be more corrupted paths.\n" +
        "You should run `nix-store --verify --check-contents --repair` to fix them all",
    );
    ifExists(() => unlinkSync(hostPath(link)));
    return undefined;
  }

  /** False when there is no room for one more name in .links. */
  #makeLink(path: string, link: string, status: Stats): boolean {
    try {
      linkSync(hostPath(path), hostPath(link));
      this.#linked.add(status.ino);
    } catch (error) {
      const code = errorCode(error);
      if (code === "ENOSPC") {
        this.#say("info", `cannot link '${link}' to '${path}': no space left on device`);
        return false;
      }
      if (code !== "EEXIST") throw error;
    }
    return true;
  }

  #replace(path: string, link: string, status: Stats): void {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const isInStoreFolder = folder === this.#layout.realStoreDir;
    const temporary = temporaryName(`${this.#layout.realStoreDir}/.tmp-link`, "");
    try {
      linkSync(hostPath(link), hostPath(temporary));
    } catch (error) {
      // The collector may have removed the link, and a file can have only so many names; both only cost the sharing.
      if (errorCode(error) === "EMLINK" || errorCode(error) === "ENOENT") return;
      throw error;
    }
    if (!isInStoreFolder) chmodSync(hostPath(folder), (statSync(hostPath(folder)).mode & 0o7777) | 0o200);
    try {
      renameSync(hostPath(temporary), hostPath(path));
      this.#linked.add(status.ino);
      this.filesLinked++;
      this.bytesFreed += status.size;
    } catch (error) {
      ifExists(() => unlinkSync(hostPath(temporary)));
      if (errorCode(error) !== "EMLINK") throw error;
    } finally {
      if (!isInStoreFolder) canonicaliseTimestampAndPermissions(folder);
    }
  }

  #say(level: "info" | "warn", text: string): void {
    this.#emit({ kind: "message", level, text });
  }
}

/** The name in .links of the file at `path`. */
export function hashOfFile(path: string): string {
  const hasher = createHasher("sha256");
  for (const chunk of archivePath(path)) hasher.update(chunk);
  return printHash(hasher.digest(), "nix32");
}
