// The store on this machine: SQLite for what is valid, a folder for the bytes. Works on the same files at the same time as
// Nix 2.34 does, under the same locks. This file says in which order the parts act; each part has a file of its own.

import { readFileSync } from "node:fs";
import {
  type Derivation,
  derivationNameFromPath,
  type DerivationModulo,
  derivationOutputPath,
  type Emit,
  fillOutputPaths,
  hashByteString,
  hashDerivationModulo,
  hashPartLength,
  isContentAddressed,
  isDerivationPath,
  makeDerivationFile,
  makeFixedOutputPath,
  parseDerivation,
  parseStorePathIfValid,
  type StoreDir,
  type StorePath,
  type ValidPathInfo,
} from "#formats";
import { type FileLock, hostPath, makeMountWritable, syncFileSystems } from "#host";
import { addNar, addObject, type AddedObject, type AddingContext } from "./objects/add-object.ts";
import { addDump, addSource } from "./objects/add-source.ts";
import { readExactLog, writeBuildLog } from "./build-logs.ts";
import { type CanonicaliseOptions, canonicalisePathMetadata } from "./objects/canonicalise.ts";
import { collectGarbage, type RunningCollector } from "./garbage/collect-garbage.ts";
import { type DatabaseMode, StoreDatabase } from "./database/database.ts";
import type { StoreLayout } from "./layout.ts";
import { optimisePath, optimiseStore, type OptimiseResults } from "./objects/optimise.ts";
import { lockPaths, type PathLocks, type PathLocksOptions } from "./path-locks.ts";
import { reserveSpace, takeBigLock } from "./database/prepare.ts";
import { archivePath } from "./objects/read-tree.ts";
import { absolutePath, addIndirectRoot, findLinkedRoots, makeRootLink } from "./garbage/roots.ts";
import { findRuntimeRoots } from "./garbage/runtime-roots.ts";
import type { StoreSettings } from "./settings.ts";
import { countGoodSignatures, parsePublicKeys, type PublicKeys } from "./signatures.ts";
import { falselyContentAddressed, pathInUse, pathNotValid, signatureLacking, storeIsReadOnly } from "./store-errors.ts";
import type {
  AddNarOptions,
  AddTextOptions,
  AddToStoreOptions,
  EvaluationStore,
  FindRootsOptions,
  GcOptions,
  GcResults,
  GcRoot,
  GcStore,
  LogStore,
  RootsStore,
  StoreAddress,
  VerifyOptions,
  VerifyStore,
} from "./store.ts";
import { readTempRoots, TempRoots } from "./garbage/temp-roots.ts";
import { verifyStore } from "./verify.ts";

/** Opened by openLocalStore. */
export class LocalStore implements EvaluationStore, RootsStore, GcStore, LogStore, VerifyStore {
  readonly layout: StoreLayout;
  readonly settings: StoreSettings;
  readonly readOnly: boolean;
  readonly #mode: Exclude<DatabaseMode, "create">;
  #openDatabase: StoreDatabase | undefined;
  readonly #tempRoots: TempRoots;
  readonly #derivations = new Map<StorePath, Derivation>();
  readonly #modulos = new Map<StorePath, DerivationModulo>();
  #bigLock: FileLock | undefined;
  #publicKeys: PublicKeys | undefined;
  /** A collection that this object is making, to be told of new roots directly. */
  #collector: RunningCollector | undefined;

  constructor(layout: StoreLayout, settings: StoreSettings, mode: Exclude<DatabaseMode, "create">) {
    this.layout = layout;
    this.settings = settings;
    this.readOnly = mode !== "read-write";
    this.#mode = mode;
    this.#tempRoots = new TempRoots(layout);
  }

  /** Opened by the first question, so that an evaluation which asks none is spared it, and a collection comes first. */
  get #database(): StoreDatabase {
    return (this.#openDatabase ??= new StoreDatabase(this.layout, this.settings, this.#mode));
  }

  get storeDir(): StoreDir {
    return this.layout.storeDir;
  }

  get realStoreDir(): string {
    return this.layout.realStoreDir;
  }

  get address(): StoreAddress {
    return { layout: this.layout, settings: this.settings };
  }

  get uri(): string {
    return this.layout.root === undefined ? "local" : `local?root=${this.layout.root}`;
  }

  close(): void {
    this.#tempRoots.close();
    this.#openDatabase?.close();
    this.#bigLock?.release();
    this.#bigLock = undefined;
  }

  // Questions.

  isValidPath(path: StorePath): boolean {
    return this.#database.isValidPath(path);
  }

  queryPathInfo(path: StorePath): ValidPathInfo {
    const info = this.#database.queryPathInfo(path);
    if (info === undefined) throw pathNotValid(this.storeDir, path);
    return info;
  }

  queryPathInfoIfValid(path: StorePath): ValidPathInfo | undefined {
    return this.#database.queryPathInfo(path);
  }

  queryReferrers(path: StorePath): StorePath[] {
    return this.#database.queryReferrers(path);
  }

  queryValidDerivers(path: StorePath): StorePath[] {
    return this.#database.queryValidDerivers(path);
  }

  queryAllValidPaths(): StorePath[] {
    return this.#database.queryAllValidPaths();
  }

  queryPathFromHashPart(hashPart: string): StorePath | undefined {
    if (hashPart.length !== hashPartLength) throw new RangeError(`invalid hash part "${hashPart}"`);
    return this.#database.queryPathFromHashPart(hashPart);
  }

  queryDerivationOutputs(derivation: StorePath): ReadonlyMap<string, StorePath> {
    return this.#database.queryDerivationOutputs(derivation);
  }

  realPath(path: StorePath, rest = ""): string {
    return `${this.layout.realStoreDir}/${path}${rest}`;
  }

  narFromPath(path: StorePath): Iterable<Uint8Array> {
    if (!this.isValidPath(path)) throw pathNotValid(this.storeDir, path);
    return archivePath(this.realPath(path));
  }

  // Derivations.

  readDerivation(derivation: StorePath): Derivation {
    const known = this.#derivations.get(derivation);
    if (known !== undefined) return known;
    if (!this.isValidPath(derivation)) throw pathNotValid(this.storeDir, derivation);
    return this.#readDerivationFile(derivation);
  }

  #readDerivationFile(path: StorePath): Derivation {
    const known = this.#derivations.get(path);
    if (known !== undefined) return known;
    const text = readFileSync(hostPath(this.realPath(path)), "latin1");
    const derivation = parseDerivation(this.storeDir, text, derivationNameFromPath(path));
    this.#derivations.set(path, derivation);
    return derivation;
  }

  /** What `derivation`, valid or only on disk yet, counts for in the names of those that depend on it; cached. */
  derivationModulo(derivation: StorePath): DerivationModulo {
    const known = this.#modulos.get(derivation);
    if (known !== undefined) return known;
    const modulo = hashDerivationModulo(this.storeDir, this.#readDerivationFile(derivation), (input) =>
      this.derivationModulo(input),
    );
    this.#modulos.set(derivation, modulo);
    return modulo;
  }

  writeDerivation(derivation: Derivation): StorePath {
    const { path, contents, references } = makeDerivationFile(this.storeDir, derivation);
    this.addTempRoot(path);
    if (this.isValidPath(path)) return path;
    this.#derivations.set(path, derivation);
    try {
      return this.addTextToStore(`${derivation.name}.drv`, contents, references);
    } catch (error) {
      this.#derivations.delete(path);
      throw error;
    }
  }

  /** The outputs to register for a derivation that is on disk; throws when its paths are not those it must have. */
  #checkedOutputs(path: StorePath): ReadonlyMap<string, StorePath> {
    const derivation = this.#readDerivationFile(path);
    try {
      fillOutputPaths(this.storeDir, derivation, (input) => this.derivationModulo(input));
    } catch (error) {
      this.#derivations.delete(path);
      throw error;
    }
    const outputs = new Map<string, StorePath>();
    for (const name of derivation.outputs.keys()) {
      const output = derivationOutputPath(this.storeDir, derivation, name);
      if (output !== undefined) outputs.set(name, output);
    }
    return outputs;
  }

  // Adding.

  addTextToStore(
    name: string,
    contents: string,
    references: readonly StorePath[],
    options: AddTextOptions = {},
  ): StorePath {
    const hash = hashByteString("sha256", contents);
    const ca = { method: "text", hash } as const;
    const path = makeFixedOutputPath(this.storeDir, name, ca, { others: references, self: false });
    this.addTempRoot(path);
    if (options.repair !== true && this.isValidPath(path)) return path;
    const source = { kind: "text", contents } as const;
    return addSource(this.#adding(), name, source, { method: "text", algorithm: "sha256", references, ...options });
  }

  addToStore(name: string, source: string, options: AddToStoreOptions): ValidPathInfo {
    return this.queryPathInfo(addSource(this.#adding(), name, { kind: "path", path: source }, options));
  }

  addDumpToStore(name: string, nar: Iterable<Uint8Array>, options: Omit<AddToStoreOptions, "filter">): ValidPathInfo {
    return this.queryPathInfo(addDump(this.#adding(), name, nar, options));
  }

  /** Throws when the path would not be taken: nobody trusted signed it, and its content does not decide its name. */
  checkSignatures(info: ValidPathInfo): void {
    if (!this.isTrusted(info)) throw signatureLacking(`${this.storeDir}/${info.path}`);
  }

  addNarToStore(info: ValidPathInfo, nar: Iterable<Uint8Array>, options: AddNarOptions = {}): void {
    if (options.checkSignatures ?? true) this.checkSignatures(info);
    addNar(this.#adding(), info, nar, { repair: options.repair ?? false });
  }

  /** Adds a tree that `object.write` makes; see AddedObject. For builders of objects whose path is known beforehand. */
  addObject(object: AddedObject): void {
    addObject(this.#adding(), object);
  }

  /** True unless signatures are required and neither a trusted key nor the path's own content speaks for it. */
  isTrusted(info: ValidPathInfo): boolean {
    if (!this.settings.requireSignatures) return true;
    this.#publicKeys ??= parsePublicKeys(this.settings.trustedPublicKeys);
    return countGoodSignatures(this.storeDir, info, this.#publicKeys) > 0;
  }

  #adding(): AddingContext {
    this.beginWriting();
    return {
      layout: this.layout,
      settings: this.settings,
      isValidPath: (path) => this.isValidPath(path),
      addTempRoot: (path) => this.addTempRoot(path),
      register: (info) => this.registerValidPaths([info]),
    };
  }

  /** Takes the lock that all writers share, on a mount that can be written to; throws when the store is read-only. */
  beginWriting(): void {
    if (this.readOnly) throw storeIsReadOnly("change the store");
    if (this.#bigLock !== undefined) return;
    makeMountWritable(this.layout.realStoreDir);
    this.#bigLock = takeBigLock(this.layout);
  }

  // Validity.

  /** Registers all of `infos` or none; their files must be in place. Checks content addresses, derivations and cycles. */
  registerValidPaths(infos: readonly ValidPathInfo[]): void {
    this.beginWriting();
    if (this.settings.syncBeforeRegistering) syncFileSystems();
    for (const info of infos) {
      if (info.ca !== undefined && !isContentAddressed(this.storeDir, info)) {
        throw falselyContentAddressed(`${this.storeDir}/${info.path}`);
      }
    }
    this.#database.registerValidPaths(infos, (derivation) => this.#checkedOutputs(derivation));
  }

  /** Adds signatures to those that the path has. */
  addSignatures(path: StorePath, signatures: readonly string[]): void {
    this.beginWriting();
    this.#database.transaction(() => {
      const info = this.queryPathInfo(path);
      const all = [...new Set([...info.signatures, ...signatures])].toSorted();
      this.#database.updatePathInfo({ ...info, signatures: all });
    });
  }

  /** Writes hash, size, signatures and content address of a valid path anew. */
  updatePathInfo(info: ValidPathInfo): void {
    this.beginWriting();
    this.#database.updatePathInfo(info);
  }

  /** Forgets `path`; throws "cannot delete path '…' because it is in use by …" when others refer to it. */
  invalidatePath(path: StorePath): void {
    this.beginWriting();
    this.#database.transaction(() => {
      if (!this.isValidPath(path)) return;
      const referrers = this.queryReferrers(path).filter((referrer) => referrer !== path);
      if (referrers.length > 0) throw pathInUse(this.storeDir, path, referrers);
      this.#database.invalidatePath(path);
    });
    this.#derivations.delete(path);
    this.#modulos.delete(path);
  }

  /** Runs `body` so that all changes to what is valid are made or none. */
  transaction<T>(body: () => T): T {
    this.beginWriting();
    return this.#database.transaction(body);
  }

  // What builders need.

  /** Locks the store paths that are about to be made; see lockPaths. */
  makePathLocks(paths: readonly StorePath[], options?: PathLocksOptions): PathLocks | undefined {
    this.beginWriting();
    return lockPaths(
      paths.map((path) => this.realPath(path)),
      options,
    );
  }

  /** Gives the tree at the real path `path` the metadata of store paths. */
  canonicalisePathMetadata(path: string, options: Partial<CanonicaliseOptions> = {}): void {
    canonicalisePathMetadata(path, { ignoredAcls: this.settings.ignoredAcls, ...options });
  }

  /** Shares equal files of the whole store by hard links. */
  optimiseStore(emit: Emit): OptimiseResults {
    this.beginWriting();
    return optimiseStore(this, emit);
  }

  /** Shares the files of one tree (real path) with the store's when auto-optimise-store is on. */
  optimisePathIfWanted(path: string): void {
    if (this.settings.autoOptimiseStore) optimisePath(this.layout, path);
  }

  // Roots.

  addTempRoot(path: StorePath): void {
    if (this.readOnly) return;
    this.beginWriting();
    this.#tempRoots.add(path, this.#collector && ((root) => this.#collector?.addRoot(root)));
  }

  addIndirectRoot(link: string): void {
    this.beginWriting();
    addIndirectRoot(this.layout, link);
  }

  addPermanentRoot(path: StorePath, link: string): string {
    const absolute = absolutePath(link, Buffer.from(process.cwd()).toString("latin1"));
    this.addTempRoot(path);
    makeRootLink(this.layout, absolute, `${this.storeDir}/${path}`, (link) => this.addIndirectRoot(link));
    return absolute;
  }

  findRoots(options: FindRootsOptions = {}): GcRoot[] {
    const roots = findLinkedRoots(this.layout, {
      isValid: (path) => this.isValidPath(path),
      note: (text) => options.emit?.({ kind: "message", level: "info", text }),
    });
    if (options.runtime !== false) {
      roots.push(...findRuntimeRoots(this.storeDir).filter(({ path }) => this.isValidPath(path)));
    }
    if (options.temporary === true) {
      for (const { path, pid } of readTempRoots(this.layout)) {
        const parsed = parseStorePathIfValid(this.storeDir, path);
        if (parsed !== undefined) roots.push({ path: parsed, link: `{temp:${pid}}` });
      }
    }
    return roots;
  }

  // Upkeep.

  async collectGarbage(options: GcOptions, emit: Emit): Promise<GcResults> {
    this.beginWriting();
    try {
      return await collectGarbage(this, options, emit, (collector) => {
        this.#collector = collector;
      });
    } finally {
      this.#collector = undefined;
      reserveSpace(this.layout, this.settings.gcReservedSpace);
    }
  }

  verifyStore(options: VerifyOptions, emit: Emit): boolean {
    this.beginWriting();
    return verifyStore(this, options, emit);
  }

  // Build logs.

  addBuildLog(derivation: StorePath, log: Uint8Array): void {
    writeBuildLog(this.layout, derivation, log, { compress: this.settings.compressBuildLog });
  }

  buildLog(path: StorePath): Uint8Array | undefined {
    const derivation = isDerivationPath(path) ? path : this.queryPathInfoIfValid(path)?.deriver;
    return derivation === undefined ? undefined : readExactLog(this.layout, derivation);
  }
}
