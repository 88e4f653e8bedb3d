// The evaluator's only window to the world. All calls are synchronous: where the world is slow (a build, a download) the
// implementation blocks. All strings are byte strings; all paths are absolute and already lexically canonical.

import type { Derivation, DerivationFile, Hash, HashAlgorithm, InputAttributes, StorePath } from "#formats";

export type FileType = "regular" | "directory" | "symlink" | "unknown";

export interface FileStat {
  readonly type: FileType;
  /** Whether the owner may execute it; only regular files. */
  readonly executable: boolean;
  readonly size: number;
}

/** How a path is brought into the store by `builtins.path`, `filterSource` and string coercion. */
export interface AddPathOptions {
  readonly name: string;
  readonly method: "nar" | "flat";
  /** Called with each path below the root and its type; absent keeps everything. */
  readonly filter?: (path: string, type: FileType) => boolean;
  /** The NAR or flat hash that the result must have; the store is asked first for an object that has it. */
  readonly expected?: Hash;
  /** What the copy refers to, for sources that lie in the store themselves. */
  readonly references?: readonly StorePath[];
}

export interface FetchUrlRequest {
  readonly url: string;
  readonly name: string;
  /** Unpack the tarball and take its single top-level folder. */
  readonly unpack: boolean;
  readonly expected?: Hash;
}

/** What an input turned out to be. */
export interface FetchedTree {
  readonly path: StorePath;
  /** Those that were asked for and those found: `rev`, `revCount`, `lastModified`, `narHash` and so on. */
  readonly attributes: InputAttributes;
}

/** A program's text, and what an earlier evaluation left of its parsing. */
export interface SourceText {
  readonly text: string;
  /** The packed tree (see syntax/packed) that was kept for this text. */
  readonly packed: string | undefined;
  /** Keeps a packed tree for evaluations to come. */
  keep(packed: string): void;
}

/** What `fetchClosure` asks for. */
export interface ClosureRequest {
  /** The URL of the binary cache. */
  readonly fromStore: string;
  readonly fromPath: StorePath;
  readonly kind: "content-addressed" | "input-addressed" | "rewritten";
  /** What the path becomes when it is rewritten; absent, an error says it. */
  readonly toPath?: StorePath;
}

export interface EvalIO {
  readonly storeDir: string;
  /** `builtins.currentSystem`, e.g. `x86_64-linux`. */
  readonly currentSystem: string;
  /** Seconds since the epoch, fixed when the evaluation began. */
  readonly currentTime: number;

  /** Throws RestrictedPathError when this evaluation may not look at the path; `lstat` then says that nothing is there. */
  checkAccess(path: string): void;
  /** Does not follow a final symlink; undefined when nothing is there. Throws for what cannot be looked at. */
  lstat(path: string): FileStat | undefined;
  readFile(path: string): string;
  /** Absent where nothing is kept from one evaluation to the next. Throws what `readFile` throws. */
  readSource?(path: string): SourceText;
  /** Files may have changed since they were looked at: nothing that was seen of them counts any more. */
  forgetFiles(): void;
  readDirectory(path: string): ReadonlyMap<string, FileType>;
  readLink(path: string): string;
  getEnvironmentVariable(name: string): string | undefined;
  hashFile(algorithm: HashAlgorithm, path: string): Hash;

  /** Copies into the store and returns the store path; the same path asked twice is copied once. */
  addPath(path: string, options: AddPathOptions): StorePath;
  addText(name: string, contents: string, references: readonly StorePath[]): StorePath;
  /** `file` is what `instantiateDerivation` made of it. */
  writeDerivation(derivation: Derivation, file: DerivationFile): StorePath;
  readDerivation(path: StorePath): Derivation;
  isValidPath(path: StorePath): boolean;
  /** Keeps a path that the evaluation mentions alive while this process runs; makes it valid by substitution if it can. */
  ensurePath(path: StorePath): void;
  /** Import from derivation: builds the outputs (all when undefined) and returns where each lies, as store paths. */
  realise(derivation: StorePath, outputs: readonly string[] | undefined): ReadonlyMap<string, StorePath>;
  fetchUrl(request: FetchUrlRequest): StorePath;
  /** Fetches an input whose attributes its scheme has checked; the same one asked twice is fetched once. */
  fetchTree(input: InputAttributes): FetchedTree;
  /** A path of a binary cache with all that it refers to. */
  fetchClosure(request: ClosureRequest): StorePath;
  /** What a name such as `flake:nixpkgs` stands for, by all registries or by those that inputs of flakes are looked up in. */
  resolveInput?(input: InputAttributes, registries: "all" | "inputs"): InputAttributes;
  /** Where a store path's bytes lie on this machine, so that it can be read. */
  realPath(path: StorePath): string;

  /** What a valid store path refers to; throws when it is not valid. */
  queryReferences(path: StorePath): readonly StorePath[];

  /** What messages call a path, where it is not its name here: a tree that was fetched, after where it came from. */
  showPath?(path: string): string;
  /** Why nothing is at a path, where more can be said than that: a file that Git does not track. */
  explainMissing?(path: string): string | undefined;

  /**
   * `builtins.trace` and warnings. The text stands without "trace: " or "warning: ", which whoever prints it puts before
   * it; an evaluation warning (`builtins.warn`, an entry of the search path) is complete.
   */
  emitMessage(level: "trace" | "warn" | "evaluation-warning" | "info" | "debug", text: string): void;
}
