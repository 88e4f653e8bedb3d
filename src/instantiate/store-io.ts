// The evaluator's window to this machine and its store. What is looked at is remembered: an evaluation sees a file as it
// was at first sight, and a path that is added twice is copied once. In read-only mode names of store objects are computed
// and nothing is written; the derivations made are kept in memory, so that others can depend on them.

import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Dirent, type Stats } from "node:fs";
import type { BuildSettings } from "#build";
import type { CopiedTrees } from "#facts";
import { type FetchedTree as FetchedInput, FetcherCache } from "#fetch";
import {
  type Derivation,
  type DerivationFile,
  derivationOutputPath,
  type Emit,
  FirnError,
  type Hash,
  type HashAlgorithm,
  hashBytes,
  type InputAttributes,
  makeFixedOutputPath,
  makeTextPath,
  printHash,
  type StorePath,
} from "#formats";
import { byteStringOfHostText, errorCode, hostPath, ifExists, readSizedFile } from "#host";
import {
  asLanguageError,
  BaseError,
  type AddPathOptions,
  type ClosureRequest,
  type EvalIO,
  type EvalSettings,
  type FetchedTree,
  type FetchUrlRequest,
  type FileStat,
  type FileType,
  hint,
  literalHint,
  type SourceText,
} from "#language";
import { computeSourcePath, type EvaluationStore, type StoreAddress } from "#store";
import { AllowedPaths } from "./allowed-paths.ts";
import { cannotLookAt, cannotRead, cannotReadDirectory, cannotReadLink, noSuchPath } from "./file-errors.ts";
import { downloadOnce } from "./download-once.ts";
import { fetchClosure } from "./fetch-closure.ts";
import type { FetchSettings } from "./fetch-settings.ts";
import type { Fetched } from "./fetch-to-store.ts";
import { guarded } from "./guarded.ts";
import { askHelper } from "./helper-request.ts";
import { InputFetcher } from "./input-fetcher.ts";
import { locatePath } from "./locate.ts";
import type { ParsedFiles } from "./parsed-files.ts";
import type { Registries } from "./registries.ts";

export interface StoreIOOptions {
  readonly store: EvaluationStore;
  readonly settings: Pick<EvalSettings, "pureEval" | "restrictEval" | "searchPath" | "workingDirectory">;
  readonly fetchSettings: FetchSettings;
  readonly registries: Registries;
  /** Nothing is written to the store. */
  readonly readOnly: boolean;
  readonly buildSettings: BuildSettings;
  readonly emit: Emit;
  readonly parsedFiles?: ParsedFiles | undefined;
  readonly copiedTrees?: CopiedTrees | undefined;
}

export function createStoreIO(options: StoreIOOptions): EvalIO {
  return new StoreIO(options);
}

class StoreIO implements EvalIO {
  readonly storeDir: string;
  readonly currentSystem: string;
  readonly currentTime = Math.floor(Date.now() / 1000);
  private readonly store: EvaluationStore;
  private readonly readOnly: boolean;
  private readonly buildSettings: BuildSettings;
  private readonly emit: Emit;
  private readonly parsedFiles: ParsedFiles | undefined;
  private readonly copiedTrees: CopiedTrees | undefined;
  private readonly allowed: AllowedPaths;
  private readonly stats = new Map<string, FileStat | undefined>();
  private readonly added = new Map<string, StorePath>();
  private readonly fetched = new Map<string, Fetched>();
  private readonly cache: FetcherCache;
  private readonly inputs: InputFetcher;
  private readonly registries: Registries;
  private readonly isPure: boolean;
  private readonly written = new Set<StorePath>();
  private readonly valid = new Set<StorePath>();
  /** Derivations of this evaluation that were not written. */
  private readonly unwritten = new Map<StorePath, Derivation>();

  constructor(options: StoreIOOptions) {
    const { store, settings, fetchSettings, registries, readOnly, buildSettings, emit } = options;
    this.store = store;
    this.storeDir = store.storeDir;
    this.currentSystem = buildSettings.system;
    this.readOnly = readOnly || store.readOnly;
    this.buildSettings = buildSettings;
    this.emit = emit;
    this.parsedFiles = options.parsedFiles;
    this.copiedTrees = options.copiedTrees;
    this.allowed = new AllowedPaths(settings);
    this.isPure = settings.pureEval;
    this.registries = registries;
    const download = (url: string, name: string, unpack: boolean): Fetched => this.download(url, name, unpack);
    const warn = (text: string): void => this.emitMessage("warn", text);
    this.cache = new FetcherCache(fetchSettings.cacheFolder, fetchSettings.tarballTtl);
    const debug = (text: string): void => this.emitMessage("debug", text);
    this.inputs = new InputFetcher({ store, settings: fetchSettings, cache: this.cache, download, warn, debug });
  }

  // Files.

  private locate(path: string): string | Buffer {
    return hostPath(locatePath(this.store, path));
  }

  checkAccess(path: string): void {
    this.allowed.check(path);
  }

  /** Before something is read that may have been reached over a link: where it really is must be allowed too. */
  private checkReading(path: string): void {
    this.allowed.check(path);
    if (!this.allowed.isLimited) return;
    const { realStoreDir } = this.store;
    const real = ifExists(() => realpathSync(this.locate(path), "latin1"));
    if (real === undefined) return;
    this.allowed.check(real.startsWith(`${realStoreDir}/`) ? this.storeDir + real.slice(realStoreDir.length) : real);
  }

  lstat(path: string): FileStat | undefined {
    if (!this.allowed.isAllowed(path)) return undefined;
    const known = this.stats.get(path);
    if (known !== undefined || this.stats.has(path)) return known;
    const stat = this.lookAt(path);
    // A build may yet make what is not in the store now.
    if (stat !== undefined || !path.startsWith(this.storeDir)) this.stats.set(path, stat);
    return stat;
  }

  private lookAt(path: string): FileStat | undefined {
    try {
      const stat = ifExists(() => lstatSync(this.locate(path)));
      return stat && { type: fileType(stat), executable: (stat.mode & 0o100) !== 0, size: stat.size };
    } catch (error) {
      throw cannotLookAt(path, error);
    }
  }

  forgetFiles(): void {
    this.stats.clear();
    this.added.clear();
    this.inputs.forget();
  }

  readFile(path: string): string {
    return this.readBytes(path).toString("latin1");
  }

  readSource(path: string): SourceText {
    const bytes = this.readBytes(path);
    const text = bytes.toString("latin1");
    const { parsedFiles } = this;
    if (parsedFiles === undefined || !parsedFiles.isWorthwhile(bytes.length))
      return { text, packed: undefined, keep: () => undefined };
    const key = parsedFiles.keyOf(bytes);
    return { text, packed: parsedFiles.get(key), keep: (packed) => parsedFiles.add(key, packed) };
  }

  private readBytes(path: string): Buffer {
    this.checkReading(path);
    try {
      return readSizedFile(this.locate(path));
    } catch (error) {
      throw this.missing(path, error) ?? cannotRead(this.showPath(path), error);
    }
  }

  readDirectory(path: string): ReadonlyMap<string, FileType> {
    this.checkReading(path);
    if (this.isPure && path === this.storeDir) throw notInStore(`${path}/`);
    try {
      const entries = readdirSync(this.locate(path), { withFileTypes: true, encoding: "latin1" });
      return new Map(entries.map((entry) => [entry.name, fileType(entry)]));
    } catch (error) {
      throw this.missing(path, error) ?? cannotReadDirectory(this.showPath(path), error);
    }
  }

  readLink(path: string): string {
    this.allowed.check(path);
    try {
      return readlinkSync(this.locate(path), "latin1");
    } catch (error) {
      throw cannotReadLink(path, error);
    }
  }

  hashFile(algorithm: HashAlgorithm, path: string): Hash {
    return hashBytes(algorithm, this.readBytes(path));
  }

  getEnvironmentVariable(name: string): string | undefined {
    const value = process.env[Buffer.from(name, "latin1").toString()];
    return value === undefined ? undefined : byteStringOfHostText(value);
  }

  // The store.

  addPath(path: string, options: AddPathOptions): StorePath {
    const { name, method, filter, expected, references } = options;
    this.allowed.check(path);
    if (expected !== undefined) {
      const others = references ?? [];
      const known = makeFixedOutputPath(this.storeDir, name, { method, hash: expected }, { others, self: false });
      if (this.isValidPath(known)) return this.allow(known);
    }
    const key = filter === undefined ? `${method}\0${name}\0${path}` : undefined;
    const before = key === undefined ? undefined : this.added.get(key);
    if (before !== undefined) return before;
    const added = this.allow(
      guarded(() => (filter === undefined ? this.copyWhole(path, options) : this.copy(path, options))),
    );
    if (key !== undefined) this.added.set(key, added);
    return added;
  }

  private copyWhole(path: string, options: AddPathOptions): StorePath {
    const { name, method, references = [] } = options;
    const source = locatePath(this.store, path);
    return (
      this.copiedTrees?.copy({ path: source, name, method, references }, (passes) =>
        this.copy(path, { ...options, filter: (file, type) => passes(source + file.slice(path.length), type) }),
      ) ?? this.copy(path, options)
    );
  }

  private copy(path: string, { name, method, filter, references }: AddPathOptions): StorePath {
    const source = locatePath(this.store, path);
    const options = {
      method,
      algorithm: "sha256",
      ...(references === undefined ? {} : { references }),
      ...(filter === undefined
        ? {}
        : { filter: (below: string, type: FileType) => filter(path + below.slice(source.length), type) }),
    } as const;
    if (this.lookAt(path) === undefined) throw this.noSuchPath(path);
    if (this.readOnly) return computeSourcePath(this.storeDir, name, source, options).path;
    const { path: storePath } = this.store.addToStore(name, source, options);
    this.valid.add(storePath);
    return storePath;
  }

  addText(name: string, contents: string, references: readonly StorePath[]): StorePath {
    return this.allow(
      guarded(() =>
        this.readOnly
          ? makeTextPath(this.storeDir, name, contents, references)
          : this.store.addTextToStore(name, contents, references),
      ),
    );
  }

  writeDerivation(derivation: Derivation, file: DerivationFile): StorePath {
    const { path } = file;
    if (this.readOnly) {
      this.unwritten.set(path, derivation);
    } else if (!this.written.has(path)) {
      guarded(() => {
        this.store.addTempRoot(path);
        if (!this.store.isValidPath(path)) this.store.writeDerivation(derivation);
      });
      this.written.add(path);
      this.valid.add(path);
    }
    return path;
  }

  readDerivation(path: StorePath): Derivation {
    return this.unwritten.get(path) ?? guarded(() => this.store.readDerivation(path));
  }

  isValidPath(path: StorePath): boolean {
    if (this.valid.has(path)) return true;
    if (!guarded(() => this.store.isValidPath(path))) return false;
    this.valid.add(path);
    return true;
  }

  queryReferences(path: StorePath): readonly StorePath[] {
    return guarded(() => this.store.queryPathInfo(path)).references;
  }

  ensurePath(path: StorePath): void {
    this.allow(path);
    if (this.readOnly) return;
    guarded(() => {
      this.store.addTempRoot(path);
      if (!this.isValidPath(path)) throw cannotBeCreated(`${this.storeDir}/${path}`);
    });
  }

  realPath(path: StorePath): string {
    return this.store.realPath(path);
  }

  private allow(path: StorePath): StorePath {
    this.allowed.allow(`${this.storeDir}/${path}`);
    return path;
  }

  private allowClosure(path: StorePath): void {
    const closure = new Set([path]);
    for (const member of closure) {
      this.allow(member);
      for (const reference of this.queryReferences(member)) closure.add(reference);
    }
  }

  // What takes its time.

  realise(derivation: StorePath, outputs: readonly string[] | undefined): ReadonlyMap<string, StorePath> {
    return guarded(() => {
      const built = this.validOutputs(derivation, outputs) ?? this.build(derivation, outputs);
      for (const path of built.values()) {
        this.store.addTempRoot(path);
        this.allowClosure(path);
      }
      return built;
    });
  }

  /** The outputs if all of them are there already. */
  private validOutputs(
    derivation: StorePath,
    outputs: readonly string[] | undefined,
  ): ReadonlyMap<string, StorePath> | undefined {
    const parsed = this.readDerivation(derivation);
    const found = new Map<string, StorePath>();
    for (const name of outputs ?? parsed.outputs.keys()) {
      if (!parsed.outputs.has(name)) throw noSuchOutput(`${this.storeDir}/${derivation}`, name);
      const path = derivationOutputPath(this.storeDir, parsed, name);
      if (path === undefined) return undefined;
      this.store.addTempRoot(path);
      if (!this.isValidPath(path)) return undefined;
      found.set(name, path);
    }
    return found;
  }

  private build(derivation: StorePath, outputs: readonly string[] | undefined): ReadonlyMap<string, StorePath> {
    const wanted = { kind: "built", derivation, outputs: outputs ?? "all" } as const;
    const store = this.address(`path '${derivation}' is not valid`);
    const answer = askHelper({ kind: "realise", store, wanted, build: this.buildSettings });
    if (answer.kind !== "built") throw unexpectedAnswer();
    return new Map(answer.outputs);
  }

  fetchTree(input: InputAttributes): FetchedTree {
    const tree = this.inputs.fetch(input);
    this.allow(tree.path);
    return tree;
  }

  resolveInput(input: InputAttributes, use: "all" | "inputs"): InputAttributes {
    return guarded(() => this.registries.resolve(input, use).input);
  }

  fetchClosure(request: ClosureRequest): StorePath {
    const path = guarded(() =>
      fetchClosure(this.store, request, (wanted, rewrite) => this.copyFromCache(request.fromStore, wanted, rewrite)),
    );
    this.allowClosure(path);
    return path;
  }

  private copyFromCache(from: string, path: StorePath, rewrite: boolean): StorePath {
    const store = this.address(`operation 'addToStore' is not supported by store '${this.store.uri}'`);
    const answer = askHelper({ kind: "copy", store, from, path, rewrite, build: this.buildSettings });
    if (answer.kind !== "copied") throw unexpectedAnswer();
    return answer.path;
  }

  // What messages call a path: in pure evaluation, which sees nothing but trees, by where the tree came from.

  showPath(path: string): string {
    if (this.isPure && path === this.storeDir) return `${this.store.realStoreDir}/`;
    const found = this.inTree(path);
    if (found === undefined) return path;
    const shown = found.tree?.shownAs ?? `${this.store.realStoreDir}/${found.name}`;
    return shown + path.slice(this.storeDir.length + 1 + found.name.length);
  }

  explainMissing(path: string): string | undefined {
    const found = this.inTree(path);
    const folder = found?.tree?.workingTree;
    if (found === undefined || folder === undefined) return undefined;
    const rest = path.slice(this.storeDir.length + 2 + found.name.length);
    if (ifExists(() => lstatSync(hostPath(`${folder}/${rest}`))) === undefined) {
      return `Path '${rest}' does not exist in Git repository "${folder}".`;
    }
    return (
      `Path '${rest}' in the repository "${folder}" is not tracked by Git.\n\n` +
      `To make it visible to Nix, run:\n\ngit -C "${folder}" add "${rest}"`
    );
  }

  private noSuchPath(path: string): BaseError {
    const why = this.explainMissing(path);
    return why === undefined ? noSuchPath(this.showPath(path)) : new BaseError(literalHint(why));
  }

  private missing(path: string, error: unknown): BaseError | undefined {
    if (errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR") return undefined;
    // A file that is there, but was taken for a folder.
    if (errorCode(error) === "ENOTDIR" && this.lookAt(path) !== undefined) return undefined;
    // Who reads the objects of Git says it without the word.
    if (this.inTree(path)?.tree?.isCommit === true) return new BaseError(hint`'${this.showPath(path)}' does not exist`);
    return this.noSuchPath(path);
  }

  private inTree(path: string): { readonly name: StorePath; readonly tree: FetchedInput | undefined } | undefined {
    if (!this.isPure || !path.startsWith(`${this.storeDir}/`)) return undefined;
    const [name = ""] = path.slice(this.storeDir.length + 1).split("/", 1);
    return { name: name as StorePath, tree: this.inputs.treeAt(name as StorePath) };
  }

  private download(url: string, name: string, unpack: boolean): Fetched {
    const key = `${unpack}\0${name}\0${url}`;
    let fetched = this.fetched.get(key);
    if (fetched === undefined) {
      fetched = guarded(() =>
        downloadOnce({ store: this.store, cache: this.cache, warn: (text) => this.emitMessage("warn", text) }, url, {
          name,
          unpack,
          fetch: () => this.downloadAnew(url, name, unpack),
        }),
      );
      this.fetched.set(key, fetched);
    }
    return fetched;
  }

  private downloadAnew(url: string, name: string, unpack: boolean): Fetched {
    const store = this.address(`operation 'addToStoreFromDump' is not supported by store '${this.store.uri}'`);
    const request = { kind: "fetch", store, url, name, unpack, build: this.buildSettings } as const;
    const answer = askHelper(request);
    if (answer.kind !== "fetched") throw unexpectedAnswer();
    return answer;
  }

  fetchUrl({ url, name, unpack, expected }: FetchUrlRequest): StorePath {
    const fetched = this.download(url, name, unpack).path;
    if (expected !== undefined) {
      guarded(() => {
        const method = unpack ? "nar" : "flat";
        if (makeFixedOutputPath(this.storeDir, name, { method, hash: expected }) !== fetched) {
          throw this.hashMismatch(url, expected, fetched, unpack);
        }
      });
    }
    return this.allow(fetched);
  }

  private hashMismatch(url: string, expected: Hash, path: StorePath, unpack: boolean): FirnError {
    const got = unpack
      ? this.store.queryPathInfo(path).narHash
      : hashBytes("sha256", readFileSync(hostPath(this.store.realPath(path))));
    return downloadMismatch(url, expected, got);
  }

  /** For the process that builds and downloads; throws `refusal` where the store can do neither. */
  private address(refusal: string): StoreAddress {
    const { address } = this.store;
    if (address === undefined) throw asLanguageError(new FirnError("store-operation", refusal));
    return address;
  }

  emitMessage(level: "trace" | "warn" | "evaluation-warning" | "info" | "debug", text: string): void {
    switch (level) {
      case "trace":
        return this.emit({ kind: "message", level: "error", text: `trace: ${text}` });
      case "warn":
        // The parser words some of its warnings whole.
        return this.emit({
          kind: "message",
          level: "warn",
          text: text.startsWith("warning:") ? text : `warning: ${text}`,
        });
      case "evaluation-warning":
        return this.emit({ kind: "message", level: "warn", text });
      case "info":
      case "debug":
        return this.emit({ kind: "message", level, text });
    }
  }
}

function fileType(entry: Stats | Dirent): FileType {
  if (entry.isFile()) return "regular";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "symlink" : "unknown";
}

function cannotBeCreated(path: string): FirnError {
  return new FirnError("path-unavailable", `path '${path}' does not exist and cannot be created`);
}

function notInStore(path: string): BaseError {
  return new BaseError(literalHint(`path '${path}' is not in the Nix store`));
}

function noSuchOutput(derivation: string, output: string): FirnError {
  return new FirnError("no-such-output", `derivation '${derivation}' does not have output '${output}'`);
}

function unexpectedAnswer(): FirnError {
  return new FirnError(
    "helper-answer",
    "The process that builds and downloads during evaluation gave the answer to another question",
  );
}

function downloadMismatch(url: string, expected: Hash, got: Hash): FirnError {
  const print = (hash: Hash): string => printHash(hash, "nix32", { prefix: true });
  return new FirnError(
    "hash-mismatch",
    `hash mismatch in file downloaded from '${url}':\n  specified: ${print(expected)}\n  got:       ${print(got)}`,
    { exitStatus: 102 },
  );
}
