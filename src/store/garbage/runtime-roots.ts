// Roots that no link names: store paths that running processes execute, stand in, hold open, have mapped, or have in their
// environment (findRuntimeRootsUnchecked). Processes that end or are not ours while this looks are passed over.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { StoreDir } from "#formats";
import { errorCode } from "#host";
import { parsePathInStoreIfAny } from "./roots.ts";
import type { GcRoot } from "../store.ts";

const kernelFiles = ["/proc/sys/kernel/modprobe", "/proc/sys/kernel/fbsplash", "/proc/sys/kernel/poweroff_cmd"];

/** Whether the paths are valid is left to the caller. */
export function findRuntimeRoots(storeDir: StoreDir, proc = "/proc"): GcRoot[] {
  const search = new RuntimeRoots(storeDir);
  for (const name of readdirIfAllowed(proc)) {
    if (/^[0-9]+$/.test(name)) search.visitProcess(`${proc}/${name}`);
  }
  for (const file of kernelFiles) search.addFileContents(file);
  return search.roots;
}

class RuntimeRoots {
  readonly roots: GcRoot[] = [];
  readonly #storeDir: StoreDir;
  readonly #seen = new Set<string>();
  readonly #pathPattern: RegExp;

  constructor(storeDir: StoreDir) {
    this.#storeDir = storeDir;
    const quoted = storeDir.replace(/[.^$\\*+?()[\]{}|]/g, "\\$&");
    this.#pathPattern = new RegExp(`${quoted}/[0-9a-z]+[0-9a-zA-Z+\\-._?=]*`, "g");
  }

  visitProcess(folder: string): void {
    this.#addLink(`${folder}/exe`);
    this.#addLink(`${folder}/cwd`);
    for (const name of readdirIfAllowed(`${folder}/fd`)) this.#addLink(`${folder}/fd/${name}`);
    for (const line of (readIfAllowed(`${folder}/maps`) ?? "").split("\n")) {
      const mapped = /^\s*\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+(\/\S+)\s*$/.exec(line)?.[1];
      if (mapped !== undefined) this.#add(mapped, `${folder}/maps`);
    }
    for (const [path] of (readIfAllowed(`${folder}/environ`) ?? "").matchAll(this.#pathPattern)) {
      this.#add(path, `${folder}/environ`);
    }
  }

  addFileContents(file: string): void {
    const contents = readIfAllowed(file);
    if (contents !== undefined) this.#add(contents.trimEnd(), file);
  }

  #addLink(link: string): void {
    const target = ifAllowed(() => readlinkSync(link, "latin1"));
    if (target?.startsWith("/") === true) this.#add(target, link);
  }

  #add(target: string, link: string): void {
    const path = parsePathInStoreIfAny(this.#storeDir, target);
    if (path === undefined || this.#seen.has(`${path} ${link}`)) return;
    this.#seen.add(`${path} ${link}`);
    this.roots.push({ path, link });
  }
}

function readdirIfAllowed(folder: string): string[] {
  return ifAllowed(() => readdirSync(folder)) ?? [];
}

function readIfAllowed(file: string): string | undefined {
  return ifAllowed(() => readFileSync(file, "latin1"));
}

function ifAllowed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "EACCES" || code === "ESRCH" || code === "EPERM" || code === "EINVAL") {
      return undefined;
    }
    throw error;
  }
}
