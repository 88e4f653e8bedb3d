// An EvalIO over files in memory, for tests and for the page: nothing is built or fetched, and what is copied to the store
// only gets its name. Paths are absolute; folders exist where a file lies below them.

import {
  byteStringToBytes,
  type Derivation,
  FirnError,
  type Hash,
  type HashAlgorithm,
  hashBytes,
  hashByteString,
  type InputAttributes,
  makeFixedOutputPath,
  makeTextPath,
  type NarNode,
  writeNar,
  makeDerivationFile,
  printInput,
  type StorePath,
  createHasher,
} from "#formats";
import type { AddPathOptions, ClosureRequest, EvalIO, FetchedTree, FetchUrlRequest, FileStat, FileType } from "./io.ts";

/** A file's text (byte string), or a symlink. */
export type MemoryFile = string | { readonly link: string } | { readonly executable: string };

export interface MemoryOptions {
  readonly files?: Readonly<Record<string, MemoryFile>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly currentSystem?: string;
  readonly currentTime?: number;
  readonly storeDir?: string;
}

export class MemoryIO implements EvalIO {
  readonly storeDir: string;
  readonly currentSystem: string;
  readonly currentTime: number;
  /** What `trace` and warnings said, in order. */
  readonly messages: { readonly level: string; readonly text: string }[] = [];
  /** What has been instantiated, in order: inputs come before what needs them. */
  readonly derivations = new Map<StorePath, Derivation>();
  private readonly files = new Map<string, MemoryFile>();
  private readonly folders = new Map<string, Map<string, FileType>>([["/", new Map()]]);
  private readonly environment: Readonly<Record<string, string>>;
  private readonly valid = new Set<StorePath>();
  private readonly references = new Map<StorePath, readonly StorePath[]>();

  constructor(options: MemoryOptions = {}) {
    this.storeDir = options.storeDir ?? "/nix/store";
    this.currentSystem = options.currentSystem ?? "x86_64-linux";
    this.currentTime = options.currentTime ?? 0;
    this.environment = options.environment ?? {};
    for (const [path, file] of Object.entries(options.files ?? {})) this.addFile(path, file);
  }

  addFile(path: string, file: MemoryFile): void {
    this.files.set(path, file);
    let type = typeOfFile(file);
    for (let current = path; current !== "/";) {
      const slash = current.lastIndexOf("/");
      const parent = current.slice(0, slash) || "/";
      let entries = this.folders.get(parent);
      if (entries === undefined) {
        entries = new Map();
        this.folders.set(parent, entries);
      }
      entries.set(current.slice(slash + 1), type);
      type = "directory";
      current = parent;
    }
  }

  /** Everything may be looked at. */
  checkAccess(): void {}

  lstat(path: string): FileStat | undefined {
    if (this.folders.has(path)) return { type: "directory", executable: false, size: 0 };
    const file = this.files.get(path);
    if (file === undefined) return undefined;
    const type = typeOfFile(file);
    return { type, executable: typeof file === "object" && "executable" in file, size: textOf(file).length };
  }

  /** What is in memory does not change behind the evaluation's back. */
  forgetFiles(): void {}

  readFile(path: string): string {
    const file = this.files.get(path);
    if (file === undefined) throw noSuchFile(path);
    return textOf(file);
  }

  readDirectory(path: string): ReadonlyMap<string, FileType> {
    const entries = this.folders.get(path);
    if (entries === undefined) throw noSuchFile(path);
    return entries;
  }

  readLink(path: string): string {
    const file = this.files.get(path);
    if (typeof file === "object" && "link" in file) return file.link;
    throw noSuchFile(path);
  }

  getEnvironmentVariable(name: string): string | undefined {
    return this.environment[name];
  }

  hashFile(algorithm: HashAlgorithm, path: string): Hash {
    return hashBytes(algorithm, byteStringToBytes(this.readFile(path)));
  }

  addPath(path: string, options: AddPathOptions): StorePath {
    const storeDir = this.storeDir;
    if (options.method === "flat" && this.folders.has(path)) throw isADirectory();
    const hash =
      options.method === "flat"
        ? hashByteString("sha256", this.readFile(path))
        : this.hashNar(path, options.filter ?? (() => true));
    const storePath = makeFixedOutputPath(storeDir, options.name, { method: options.method, hash });
    this.valid.add(storePath);
    return storePath;
  }

  private hashNar(path: string, filter: NonNullable<AddPathOptions["filter"]>): Hash {
    const hasher = createHasher("sha256");
    for (const chunk of writeNar(this.narNode(path, filter))) hasher.update(chunk);
    return hasher.digest();
  }

  private narNode(path: string, filter: NonNullable<AddPathOptions["filter"]>): NarNode {
    const stat = this.lstat(path);
    if (stat === undefined) throw noSuchFile(path);
    if (stat.type === "symlink") return { type: "symlink", target: this.readLink(path) };
    if (stat.type !== "directory") {
      const bytes = byteStringToBytes(this.readFile(path));
      return { type: "regular", executable: stat.executable, size: bytes.length, contents: [bytes] };
    }
    const entries: [string, NarNode][] = [];
    for (const [name, type] of [...this.readDirectory(path)].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const child = path === "/" ? `/${name}` : `${path}/${name}`;
      if (filter(child, type)) entries.push([name, this.narNode(child, filter)]);
    }
    return { type: "directory", entries };
  }

  addText(name: string, contents: string, references: readonly StorePath[]): StorePath {
    const path = makeTextPath(this.storeDir, name, contents, references);
    this.valid.add(path);
    this.references.set(path, references);
    this.addFile(`${this.storeDir}/${path}`, contents);
    return path;
  }

  writeDerivation(derivation: Derivation): StorePath {
    const { path, references } = makeDerivationFile(this.storeDir, derivation);
    this.derivations.set(path, derivation);
    this.references.set(path, references);
    this.valid.add(path);
    return path;
  }

  readDerivation(path: StorePath): Derivation {
    const derivation = this.derivations.get(path);
    if (derivation === undefined) throw noSuchFile(`${this.storeDir}/${path}`);
    return derivation;
  }

  isValidPath(path: StorePath): boolean {
    return this.valid.has(path);
  }

  /** As in Nix's read-only mode: nothing is fetched, so nothing is asked for. */
  ensurePath(): void {}

  realise(derivation: StorePath): ReadonlyMap<string, StorePath> {
    throw new FirnError(
      "cannot-build",
      `cannot build '${this.storeDir}/${derivation}': there is no store here, only memory`,
    );
  }

  fetchUrl(request: FetchUrlRequest): StorePath {
    throw new FirnError("cannot-fetch", `cannot download '${request.url}': there is no network here, only memory`);
  }

  fetchTree(input: InputAttributes): FetchedTree {
    throw new FirnError("cannot-fetch", `cannot fetch '${printInput(input)}': there is no network here, only memory`);
  }

  fetchClosure({ fromStore }: ClosureRequest): StorePath {
    throw new FirnError("cannot-fetch", `cannot copy from '${fromStore}': there is no network here, only memory`);
  }

  queryReferences(path: StorePath): readonly StorePath[] {
    if (!this.valid.has(path)) {
      throw new FirnError("path-not-valid", `path '${this.storeDir}/${path}' is not valid`);
    }
    return this.references.get(path) ?? [];
  }

  realPath(path: StorePath): string {
    return `${this.storeDir}/${path}`;
  }

  emitMessage(level: "trace" | "warn" | "evaluation-warning" | "info" | "debug", text: string): void {
    this.messages.push({ level, text });
  }
}

function typeOfFile(file: MemoryFile): FileType {
  return typeof file === "object" && "link" in file ? "symlink" : "regular";
}

function textOf(file: MemoryFile): string {
  if (typeof file === "string") return file;
  return "link" in file ? file.link : file.executable;
}

function isADirectory(): FirnError {
  return new FirnError("not-a-regular-file", "read of 4096 bytes: Is a directory");
}

function noSuchFile(path: string): FirnError {
  return new FirnError("no-such-file", `path '${path}' does not exist`);
}
