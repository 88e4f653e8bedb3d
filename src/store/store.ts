// The Store interface, and the small capability interfaces beside it: roots, garbage collection, build logs, verification.
// All of it is synchronous but the garbage collector, because SQLite and disk are and because the evaluator never awaits;
// the collector has to answer other processes while it works. Whatever is slow (a download, a build) belongs to build/.

import type {
  ContentAddressMethod,
  Derivation,
  Emit,
  HashAlgorithm,
  StoreDir,
  StorePath,
  ValidPathInfo,
} from "#formats";
import type { StoreLayout } from "./layout.ts";
import type { StoreSettings } from "./settings.ts";

/** `unknown`: a device, a pipe, a socket, which a store cannot hold. */
export type SourceFileType = "regular" | "directory" | "symlink" | "unknown";

/** Says whether a file goes into the store; `path` is the file's full path as a byte string. */
export type PathFilter = (path: string, type: SourceFileType) => boolean;

export interface AddToStoreOptions {
  readonly method: ContentAddressMethod;
  readonly algorithm: HashAlgorithm;
  /** Leaves files and whole directories out; asked for everything below the source, not for the source itself. */
  readonly filter?: PathFilter;
  readonly references?: readonly StorePath[];
  /** Writes the files again although the path is valid. */
  readonly repair?: boolean;
}

export interface AddTextOptions {
  readonly repair?: boolean;
}

export interface AddNarOptions {
  /** Refuses a path that no trusted key signed and that is not content-addressed; true when absent. */
  readonly checkSignatures?: boolean;
  readonly repair?: boolean;
}

export interface Store {
  /** What names are computed with, as `/nix/store`; where the files really lie is `realPath`. */
  readonly storeDir: StoreDir;
  /** As Nix prints it: `local`, `local?root=/x`. */
  readonly uri: string;

  isValidPath(path: StorePath): boolean;
  /** Throws "path '…' is not valid". */
  queryPathInfo(path: StorePath): ValidPathInfo;
  queryPathInfoIfValid(path: StorePath): ValidPathInfo | undefined;
  /** Valid paths that refer to `path`, possibly itself; sorted. */
  queryReferrers(path: StorePath): StorePath[];
  /** Valid derivations that have `path` as an output; sorted. */
  queryValidDerivers(path: StorePath): StorePath[];
  queryAllValidPaths(): StorePath[];
  queryPathFromHashPart(hashPart: string): StorePath | undefined;
  /** The outputs of a valid derivation, by output name, as registered; empty when the derivation is not valid. */
  queryDerivationOutputs(derivation: StorePath): ReadonlyMap<string, StorePath>;

  /** `contents` is a byte string. Gives the path whether or not it was valid before; a temporary root protects it. */
  addTextToStore(name: string, contents: string, references: readonly StorePath[], options?: AddTextOptions): StorePath;
  /** Adds the file tree at `source` (a path on this machine, byte string); links are not followed. */
  addToStore(name: string, source: string, options: AddToStoreOptions): ValidPathInfo;
  /** Adds the tree (or flat file) that `nar` serialises, under the name that its content gives. */
  addDumpToStore(name: string, nar: Iterable<Uint8Array>, options: Omit<AddToStoreOptions, "filter">): ValidPathInfo;
  /**
   * Restores `nar` as `info.path` and registers it. Throws when hash or size differ from `info`, when the NAR is hostile,
   * and when a signature is asked for and lacking; nothing stays behind then.
   */
  addNarToStore(info: ValidPathInfo, nar: Iterable<Uint8Array>, options?: AddNarOptions): void;
  /** The NAR of a valid path in chunks, read while iterated. */
  narFromPath(path: StorePath): Iterable<Uint8Array>;

  /** Reads and parses `<storeDir>/<derivation>`; the result is cached, as a derivation never changes. */
  readDerivation(derivation: StorePath): Derivation;
  /** Adds the derivation as text (Nix's writeDerivation); no-op on disk when valid, a temporary root protects it. */
  writeDerivation(derivation: Derivation): StorePath;

  /** Where the bytes of `path` (and of `rest` below it, `""` or `/bin/x`) lie on this machine; byte string. */
  realPath(path: StorePath, rest?: string): string;
  close(): void;
}

/** How another process opens the same local store. */
export interface StoreAddress {
  readonly layout: StoreLayout;
  readonly settings: StoreSettings;
}

/** What an evaluation needs of a store. */
export interface EvaluationStore extends Store {
  readonly readOnly: boolean;
  /** The folder that has the bytes of the store's objects; `storeDir` unless it is a chroot store. */
  readonly realStoreDir: string;
  /** Undefined where nothing can be built or downloaded. */
  readonly address: StoreAddress | undefined;
  /** Throws when the store cannot be written to. */
  beginWriting(): void;
  /** Protects `path` until this process ends, also when it is not valid yet. */
  addTempRoot(path: StorePath): void;
  /** Makes `link` point at `path` and keep it (Nix's addPermRoot); gives the link. */
  addPermanentRoot(path: StorePath, link: string): string;
}

export interface GcRoot {
  readonly path: StorePath;
  /** The link that keeps it, or `{temp:<pid>}`, `/proc/<pid>/exe` … as Nix prints it. */
  readonly link: string;
}

export interface FindRootsOptions {
  /** What running processes use; true when absent. */
  readonly runtime?: boolean;
  /** What running processes have as temporary roots (`{temp:<pid>}`); false when absent. */
  readonly temporary?: boolean;
  /** Told of links that keep nothing. */
  readonly emit?: Emit;
}

export interface RootsStore {
  /** Protects `path` until this process ends, also when it is not valid yet. */
  addTempRoot(path: StorePath): void;
  /** Makes the link `link` (absolute, outside the store) a root by naming it in gcroots/auto. */
  addIndirectRoot(link: string): void;
  /** Makes `link` point at `path` and registers it (Nix's addPermRoot); gives the link. */
  addPermanentRoot(path: StorePath, link: string): string;
  findRoots(options?: FindRootsOptions): GcRoot[];
}

export type GcAction = "return-live" | "return-dead" | "delete-dead" | "delete-specific";

export interface GcOptions {
  readonly action: GcAction;
  /** For `delete-specific`: what to delete. */
  readonly paths?: readonly StorePath[];
  /** Stops after so many bytes freed. */
  readonly maxFreed?: number;
  /** For `delete-specific`: deletes even what a root reaches. */
  readonly ignoreLiveness?: boolean;
}

export interface GcResults {
  readonly paths: readonly StorePath[];
  /** Names in the store directory that are no store paths and were (or would be) deleted. */
  readonly garbage: readonly string[];
  readonly bytesFreed: number;
}

export interface GcStore {
  collectGarbage(options: GcOptions, emit: Emit): Promise<GcResults>;
}

export interface LogStore {
  /** `log` uncompressed. A log that exists already stays. */
  addBuildLog(derivation: StorePath, log: Uint8Array): void;
  /** The log uncompressed, of a derivation or of the deriver of an output. */
  buildLog(path: StorePath): Uint8Array | undefined;
}

export interface VerifyOptions {
  readonly checkContents?: boolean;
  /** Called for each path that is missing or altered; true says that it is good again. */
  readonly repairPath?: (path: StorePath) => boolean;
}

export interface VerifyStore {
  /** True when errors remain. */
  verifyStore(options: VerifyOptions, emit: Emit): boolean;
}
