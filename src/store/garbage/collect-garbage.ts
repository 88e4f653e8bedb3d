// The garbage collector (LocalStore::collectGarbage). For every name in the store folder it walks to all that refers to it;
// if the walk meets no root, everything visited is dead: it is invalidated, referrers first, and deleted. Killed at any
// point it leaves a valid store, as a path is invalid before the first of its files goes. It yields now and then, so that
// other processes can tell it of new roots; whatever was decided before such a moment is decided again after it.

import { lstatSync, mkdirSync, opendirSync, readdirSync, statSync, unlinkSync } from "node:fs";
import {
  type Emit,
  FirnError,
  isDerivationPath,
  parseStorePathIfValid,
  storePathHashPart,
  type StorePath,
} from "#formats";
import { deleteTree, hostPath, ifExists, lockFile, tryLockExisting, type FileLock } from "#host";
import { computeClosure, topologicalSort } from "../database/closure.ts";
import { startRootsServer } from "./gc-server.ts";
import type { StoreLayout } from "../layout.ts";
import { reservedSpacePath } from "../database/prepare.ts";
import { renderSize } from "../render-size.ts";
import type { StoreSettings } from "../settings.ts";
import type { GcOptions, GcResults, GcRoot, Store } from "../store.ts";
import { pathStillAlive } from "../store-errors.ts";
import { gcLockPath, gcSocketPath, readTempRoots } from "./temp-roots.ts";

/** What the collector needs of the store beyond its interface. */
export interface CollectedStore extends Store {
  readonly layout: StoreLayout;
  readonly settings: StoreSettings;
  findRoots(options: { readonly emit?: Emit }): GcRoot[];
  invalidatePath(path: StorePath): void;
}

/** How code in the same thread tells the collection of a root. */
export interface RunningCollector {
  addRoot(path: StorePath): void;
}

const longestTurn = 10;

/** `announce` is called when the collection can be told of roots. */
export async function collectGarbage(
  store: CollectedStore,
  options: GcOptions,
  emit: Emit,
  announce: (collector: RunningCollector) => void,
): Promise<GcResults> {
  const collection = new Collection(store, options, emit);
  if (collection.deletes) ifExists(() => unlinkSync(hostPath(reservedSpacePath(store.layout))));
  const lock = await lockOutClients(store.layout, emit);
  try {
    announce(collection);
    const server = await startRootsServer(gcSocketPath(store.layout), store.storeDir, (path) =>
      collection.addRoot(path),
    );
    try {
      return await collection.run();
    } finally {
      await server.close();
    }
  } finally {
    lock.release();
  }
}

async function lockOutClients(layout: StoreLayout, emit: Emit): Promise<FileLock> {
  for (let tries = 0; ; tries++) {
    const lock = lockFile(gcLockPath(layout), "exclusive", { wait: false });
    if (lock !== undefined) return lock;
    if (tries === 0) note(emit, "waiting for the big garbage collector lock...");
    await new Promise((resolve) => setTimeout(resolve, tries < 100 ? 10 : 100));
  }
}

class Collection implements RunningCollector {
  readonly deletes: boolean;
  readonly #store: CollectedStore;
  readonly #options: GcOptions;
  readonly #emit: Emit;
  readonly #keepOutputs: boolean;
  readonly #keepDerivations: boolean;
  readonly #wanted: ReadonlySet<StorePath>;
  readonly #roots = new Set<StorePath>();
  /** Hash parts, so that `<path>.lock`, `.chroot` and the like are kept with the path. */
  readonly #tempRoots = new Set<string>();
  #rootsAdded = 0;
  readonly #alive = new Set<StorePath>();
  readonly #dead = new Set<StorePath>();
  readonly #deleted: StorePath[] = [];
  readonly #garbage: string[] = [];
  #bytesFreed = 0;
  #turnStarted = performance.now();

  constructor(store: CollectedStore, options: GcOptions, emit: Emit) {
    this.#store = store;
    this.#options = options;
    this.#emit = emit;
    this.deletes = options.action === "delete-dead" || options.action === "delete-specific";
    // Deleting one path whatever keeps it must not spread to its outputs or derivers.
    const spreads = !(options.action === "delete-specific" && options.ignoreLiveness === true);
    this.#keepOutputs = spreads && store.settings.keepOutputs;
    this.#keepDerivations = spreads && store.settings.keepDerivations;
    this.#wanted = new Set(options.paths);
  }

  addRoot(path: StorePath): void {
    this.#tempRoots.add(storePathHashPart(path));
    this.#rootsAdded++;
  }

  async run(): Promise<GcResults> {
    this.#findRoots();
    await this.#collect();
    if (this.deletes) await this.#deleteUnusedLinks();
    return { paths: this.#resultPaths(), garbage: this.#garbage, bytesFreed: this.#bytesFreed };
  }

  #resultPaths(): StorePath[] {
    switch (this.#options.action) {
      case "return-live":
        return [...this.#alive].toSorted();
      case "return-dead":
        return [...this.#dead].toSorted();
      case "delete-dead":
      case "delete-specific":
        return this.#deleted.toSorted();
    }
  }

  #findRoots(): void {
    note(this.#emit, "finding garbage collector roots...");
    if (this.#options.ignoreLiveness !== true) {
      for (const { path } of this.#store.findRoots({ emit: this.#emit })) this.#roots.add(path);
    }
    for (const { path } of readTempRoots(this.#store.layout)) {
      const parsed = parseStorePathIfValid(this.#store.storeDir, path);
      if (parsed === undefined) continue;
      this.#tempRoots.add(storePathHashPart(parsed));
      this.#roots.add(parsed);
    }
  }

  async #collect(): Promise<void> {
    if (this.#options.action === "delete-specific") {
      for (const path of this.#wanted) {
        await this.#deleteReferrersClosure(path);
        if (!this.#dead.has(path)) throw pathStillAlive(this.#store.storeDir, path);
      }
      return;
    }
    if ((this.#options.maxFreed ?? Infinity) <= 0) return;
    note(this.#emit, this.deletes ? "deleting garbage..." : "determining live/dead paths...");
    const folder = opendirSync(hostPath(this.#store.layout.realStoreDir), { encoding: "latin1", bufferSize: 1024 });
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        if (this.#limitReached()) return;
        await this.#visitName(entry.name);
      }
    } finally {
      folder.closeSync();
    }
  }

  async #visitName(name: string): Promise<void> {
    if (name === ".links") return;
    const path = parseStorePathIfValid(this.#store.storeDir, `${this.#store.storeDir}/${name}`);
    if (path !== undefined) await this.#deleteReferrersClosure(path);
    else if (this.deletes) this.#deleteUnknown(name);
    else this.#garbage.push(name);
    await this.#letOthersSpeak();
  }

  /** Decides about `start` and all that refers to it, and deletes them if they are dead. */
  async #deleteReferrersClosure(start: StorePath): Promise<void> {
    for (;;) {
      const visited = this.#visitReferrers(start);
      if (visited === undefined) return;
      const rootsAdded = this.#rootsAdded;
      const order = topologicalSort(this.#store, visited);
      for (const path of order) {
        if (this.#dead.has(path)) continue;
        this.#dead.add(path);
        if (!this.deletes) continue;
        this.#deleteDead(path);
        if (this.#limitReached()) return;
        await this.#letOthersSpeak();
        if (this.#rootsAdded !== rootsAdded) break;
      }
      if (this.#rootsAdded === rootsAdded) return;
    }
  }

  /** `start` and everything that keeps it; undefined when that includes a root, or a path not asked for. */
  #visitReferrers(start: StorePath): Set<StorePath> | undefined {
    const visited = new Set<StorePath>([start]);
    for (const path of visited) {
      if (this.#alive.has(path)) {
        this.#alive.add(start);
        return undefined;
      }
      if (this.#dead.has(path)) continue;
      if (this.#roots.has(path) || this.#tempRoots.has(storePathHashPart(path))) {
        this.#markAlive(path, start);
        return undefined;
      }
      if (this.#options.action === "delete-specific" && !this.#wanted.has(path)) return undefined;
      if (this.#store.isValidPath(path)) for (const keeper of this.#keepers(path)) visited.add(keeper);
    }
    return visited;
  }

  #keepers(path: StorePath): StorePath[] {
    const keepers = this.#store.queryReferrers(path);
    if (this.#keepDerivations && isDerivationPath(path)) {
      for (const output of this.#store.queryDerivationOutputs(path).values()) {
        if (this.#store.queryPathInfoIfValid(output)?.deriver === path) keepers.push(output);
      }
    }
    if (this.#keepOutputs) keepers.push(...this.#store.queryValidDerivers(path));
    return keepers;
  }

  #markAlive(path: StorePath, start: StorePath): void {
    this.#alive.add(path);
    this.#alive.add(start);
    if (!this.#store.isValidPath(path)) return;
    const closure = computeClosure(this.#store, [path], {
      includeOutputs: this.#keepOutputs,
      includeDerivers: this.#keepDerivations,
    });
    for (const reached of closure) this.#alive.add(reached);
  }

  #deleteDead(path: StorePath): void {
    try {
      this.#store.invalidatePath(path);
    } catch (error) {
      if (!(error instanceof FirnError) || error.code !== "path-in-use") throw error;
      // Registered after the walk by a process that did not tell of it; then it has to stay.
      this.#dead.delete(path);
      this.#alive.add(path);
      this.#emit({ kind: "message", level: "error", text: error.message });
      return;
    }
    this.#announceDeletion(path);
    this.#deleted.push(path);
    this.#bytesFreed += deleteTree(this.#store.realPath(path));
  }

  /** A name that is no store path: leftovers of temporary folders and links. */
  #deleteUnknown(name: string): void {
    const realPath = `${this.#store.layout.realStoreDir}/${name}`;
    let lock: FileLock | undefined;
    if (name.startsWith("tmp-")) {
      lock = tryLockExisting(realPath, "exclusive");
      if (lock === undefined) return;
    }
    try {
      this.#announceDeletion(name);
      this.#garbage.push(name);
      this.#bytesFreed += deleteTree(realPath);
    } finally {
      lock?.release();
    }
  }

  #announceDeletion(name: string): void {
    note(this.#emit, `deleting '${this.#store.storeDir}/${name}'`);
  }

  #limitReached(): boolean {
    const { maxFreed } = this.#options;
    return maxFreed !== undefined && this.#bytesFreed > maxFreed;
  }

  /** Files in .links that nothing else links to. */
  async #deleteUnusedLinks(): Promise<void> {
    note(this.#emit, "deleting unused links...");
    const { linksDir } = this.#store.layout;
    mkdirSync(hostPath(linksDir), { recursive: true });
    let actual = 0;
    let unshared = 0;
    for (const name of readdirSync(hostPath(linksDir), "latin1")) {
      const link = hostPath(`${linksDir}/${name}`);
      const status = lstatSync(link, { throwIfNoEntry: false });
      if (status === undefined) continue;
      if (status.nlink !== 1) {
        actual += status.size;
        unshared += (status.nlink - 1) * status.size;
      } else {
        ifExists(() => unlinkSync(link));
      }
      await this.#letOthersSpeak();
    }
    const overhead = statSync(hostPath(linksDir)).blocks * 512;
    note(this.#emit, `note: hard linking is currently saving ${renderSize(unshared - actual - overhead)}`);
  }

  /** Lets the event loop turn when this has worked for a while. */
  async #letOthersSpeak(): Promise<void> {
    if (performance.now() - this.#turnStarted < longestTurn) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#turnStarted = performance.now();
  }
}

function note(emit: Emit, text: string): void {
  emit({ kind: "message", level: "info", text });
}
