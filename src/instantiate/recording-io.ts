// The window through which a recorder looks too: every question goes to the window behind it, and the question and its answer
// to the recorder. What ends in an error is not kept, even when the program goes on after it, and neither is what nothing
// could check again: the time, a fetch that no lock and no time to live speaks for.

import {
  type Derivation,
  type DerivationFile,
  derivationOutputPath,
  type Hash,
  type HashAlgorithm,
  hashByteString,
  type InputAttributes,
  makeFixedOutputPath,
  parseUrl,
  printInput,
  type StorePath,
  textAttribute,
  urlPathToPath,
} from "#formats";
import type { CopiedTree, CopiedTrees, FactRecorder } from "#facts";
import type {
  AddPathOptions,
  ClosureRequest,
  EvalIO,
  FetchedTree,
  FetchUrlRequest,
  FileStat,
  FileType,
  SourceText,
} from "#language";
import type { EvaluationStore } from "#store";
import { locatePath } from "./locate.ts";

export interface RecordingOptions {
  readonly recorder: FactRecorder;
  readonly store: EvaluationStore;
  /** Nothing is written to the store. */
  readonly readOnly: boolean;
  /** Not every path may be looked at (pure and restricted evaluation). */
  readonly isLimited: boolean;
  /** For how long, in seconds, a download without a hash is as good as another one. */
  readonly tarballTtl: number;
  readonly copiedTrees?: CopiedTrees | undefined;
}

export class RecordingIO implements EvalIO {
  readonly storeDir: string;
  readonly currentSystem: string;
  private readonly inner: EvalIO;
  private readonly recorder: FactRecorder;
  private readonly options: RecordingOptions;
  private readonly stats = new Map<string, FileStat | undefined>();
  private readonly added = new Map<string, StorePath>();
  /** Derivations that this evaluation made, written or not. */
  private readonly made = new Set<StorePath>();

  constructor(inner: EvalIO, options: RecordingOptions) {
    this.inner = inner;
    this.recorder = options.recorder;
    this.options = options;
    this.storeDir = inner.storeDir;
    this.currentSystem = inner.currentSystem;
  }

  get currentTime(): number {
    this.recorder.giveUp("the program asks for the time");
    return this.inner.currentTime;
  }

  private locate(path: string): string {
    return locatePath(this.options.store, path);
  }

  /** Runs a question whose failure nobody records. */
  private ask<T>(question: () => T): T {
    try {
      return question();
    } catch (error) {
      this.recorder.giveUp("something failed on the way");
      throw error;
    }
  }

  // Files.

  checkAccess(path: string): void {
    this.inner.checkAccess(path);
  }

  /** By the settings and what was read before, so always the same. */
  private isAllowed(path: string): boolean {
    if (!this.options.isLimited) return true;
    try {
      this.inner.checkAccess(path);
      return true;
    } catch {
      return false;
    }
  }

  lstat(path: string): FileStat | undefined {
    const known = this.stats.get(path);
    if (known !== undefined || this.stats.has(path)) return known;
    if (!this.isAllowed(path)) return this.inner.lstat(path);
    const stat = this.ask(() => this.inner.lstat(path));
    const located = this.locate(path);
    this.recorder.sawType(located, stat?.type ?? "absent");
    const seen = stat === undefined ? undefined : new SeenStat(stat, located, this.recorder);
    if (stat !== undefined || !path.startsWith(this.storeDir)) this.stats.set(path, seen);
    return seen;
  }

  readFile(path: string): string {
    const located = this.willRead(path);
    const contents = this.ask(() => this.inner.readFile(path));
    this.recorder.sawContents(located, contents);
    return contents;
  }

  readSource(path: string): SourceText {
    const located = this.willRead(path);
    const source = this.ask(
      () =>
        this.inner.readSource?.(path) ?? { text: this.inner.readFile(path), packed: undefined, keep: () => undefined },
    );
    this.recorder.sawContents(located, source.text);
    return source;
  }

  forgetFiles(): void {
    this.recorder.giveUp("files were looked at anew");
    this.stats.clear();
    this.inner.forgetFiles();
  }

  readDirectory(path: string): ReadonlyMap<string, FileType> {
    const located = this.willRead(path);
    const entries = this.ask(() => this.inner.readDirectory(path));
    this.recorder.sawListing(located, entries);
    return entries;
  }

  private willRead(path: string): string {
    const located = this.locate(path);
    if (this.options.isLimited) this.ask(() => this.recorder.lookWhereReally(located));
    this.recorder.willRead(located);
    return located;
  }

  readLink(path: string): string {
    const target = this.ask(() => this.inner.readLink(path));
    this.recorder.sawTarget(this.locate(path), target);
    return target;
  }

  hashFile(algorithm: HashAlgorithm, path: string): Hash {
    return hashByteString(algorithm, this.readFile(path));
  }

  getEnvironmentVariable(name: string): string | undefined {
    const value = this.inner.getEnvironmentVariable(name);
    this.recorder.sawVariable(name, value);
    return value;
  }

  // The store.

  addPath(path: string, options: AddPathOptions): StorePath {
    const { name, method, filter, expected } = options;
    const references = options.references ?? [];
    if (expected !== undefined && this.isKnown(name, method, expected, references)) {
      return this.ask(() => this.inner.addPath(path, options));
    }
    const key = filter === undefined ? `${method}\0${name}\0${path}` : undefined;
    const before = key === undefined ? undefined : this.added.get(key);
    if (before !== undefined) return before;
    const described = { path: this.locate(path), name, method, references };
    const added = (filter === undefined && this.findCopy(path, described)) || this.copy(path, described, options);
    if (!this.options.readOnly) this.recorder.wrote(added, references);
    if (key !== undefined) this.added.set(key, added);
    return added;
  }

  private findCopy(path: string, tree: CopiedTree): StorePath | undefined {
    this.ask(() => this.inner.checkAccess(path));
    const known = this.options.copiedTrees?.find(tree);
    if (known !== undefined) this.recorder.sawTree(known);
    return known?.result;
  }

  private copy(path: string, described: CopiedTree, options: AddPathOptions): StorePath {
    const { filter } = options;
    const tree = this.recorder.beginTree(described);
    const passes = (file: string, type: FileType): boolean =>
      tree.ask(file.slice(path.length), type, () => filter?.(file, type) ?? true);
    const added = this.ask(() => this.inner.addPath(path, { ...options, filter: passes }));
    const fact = tree.end(added);
    if (filter === undefined) this.options.copiedTrees?.keep(fact);
    return added;
  }

  /** Whether the store has the object that a hash asks for, so that the source is not looked at. */
  private isKnown(name: string, method: "nar" | "flat", hash: Hash, others: readonly StorePath[]): boolean {
    const path = makeFixedOutputPath(this.storeDir, name, { method, hash }, { others, self: false });
    const isValid = this.ask(() => this.inner.isValidPath(path));
    if (isValid) this.recorder.sawValidity(path, true);
    return isValid;
  }

  addText(name: string, contents: string, references: readonly StorePath[]): StorePath {
    const path = this.ask(() => this.inner.addText(name, contents, references));
    if (!this.options.readOnly) this.recorder.wrote(path, references);
    return path;
  }

  writeDerivation(derivation: Derivation, file: DerivationFile): StorePath {
    const path = this.ask(() => this.inner.writeDerivation(derivation, file));
    if (!this.options.readOnly && !this.made.has(path)) this.recorder.wrote(path, file.references);
    this.made.add(path);
    return path;
  }

  readDerivation(path: StorePath): Derivation {
    const derivation = this.ask(() => this.inner.readDerivation(path));
    if (!this.made.has(path)) this.recorder.sawValidity(path, true);
    return derivation;
  }

  isValidPath(path: StorePath): boolean {
    const isValid = this.ask(() => this.inner.isValidPath(path));
    this.recorder.sawValidity(path, isValid);
    return isValid;
  }

  queryReferences(path: StorePath): readonly StorePath[] {
    if (!this.isValidPath(path)) return this.inner.queryReferences(path);
    const references = this.ask(() => this.inner.queryReferences(path));
    this.recorder.sawReferences(path, references);
    return references;
  }

  ensurePath(path: StorePath): void {
    this.ask(() => this.inner.ensurePath(path));
    if (!this.options.readOnly) this.recorder.sawValidity(path, true);
  }

  realPath(path: StorePath): string {
    return this.inner.realPath(path);
  }

  // What takes its time.

  realise(derivation: StorePath, outputs: readonly string[] | undefined): ReadonlyMap<string, StorePath> {
    const parsed = this.readDerivation(derivation);
    const built = this.ask(() => this.inner.realise(derivation, outputs));
    for (const [output, path] of built) {
      if (derivationOutputPath(this.storeDir, parsed, output) === undefined) {
        this.recorder.giveUp("what it builds has no path that is known beforehand");
      }
      this.recorder.madeValid(path);
      if (this.options.isLimited) this.seeClosure(path);
    }
    return built;
  }

  /** Which paths may be read follows from it. */
  private seeClosure(path: StorePath): void {
    const closure = new Set([path]);
    for (const member of closure) for (const reference of this.queryReferences(member)) closure.add(reference);
  }

  fetchUrl(request: FetchUrlRequest): StorePath {
    const path = this.ask(() => this.fetchSeen(request));
    this.recorder.madeValid(path);
    return path;
  }

  private fetchSeen(request: FetchUrlRequest): StorePath {
    const { url, expected } = request;
    const fetch = (): StorePath => this.inner.fetchUrl(request);
    if (expected !== undefined) return fetch();
    if (url.startsWith("file:")) {
      const file = fileOf(url);
      if (file !== undefined) return this.recorder.whileReading(file, fetch);
      this.recorder.giveUp(`'${url}' names no file`);
    } else this.recorder.expiresIn(this.options.tarballTtl);
    return fetch();
  }

  fetchTree(input: InputAttributes): FetchedTree {
    if (!isLocked(input)) {
      if (isRemoteFile(input)) this.recorder.expiresIn(this.options.tarballTtl);
      else this.recorder.giveUp(`'${printInput(input)}' is not locked`);
    }
    const tree = this.ask(() => this.inner.fetchTree(input));
    this.recorder.madeValid(tree.path);
    return tree;
  }

  fetchClosure(request: ClosureRequest): StorePath {
    const path = this.ask(() => this.inner.fetchClosure(request));
    this.recorder.madeValid(path);
    return path;
  }

  resolveInput(input: InputAttributes, registries: "all" | "inputs"): InputAttributes {
    this.recorder.giveUp("a name is looked up in registries");
    return this.inner.resolveInput?.(input, registries) ?? input;
  }

  showPath(path: string): string {
    return this.inner.showPath?.(path) ?? path;
  }

  explainMissing(path: string): string | undefined {
    return this.inner.explainMissing?.(path);
  }

  emitMessage(...message: Parameters<EvalIO["emitMessage"]>): void {
    this.inner.emitMessage(...message);
  }
}

/** What is seldom asked of a file counts as seen only when it is. */
class SeenStat implements FileStat {
  readonly type: FileType;
  private readonly stat: FileStat;
  private readonly path: string;
  private readonly recorder: FactRecorder;

  constructor(stat: FileStat, path: string, recorder: FactRecorder) {
    this.type = stat.type;
    this.stat = stat;
    this.path = path;
    this.recorder = recorder;
  }

  get executable(): boolean {
    this.recorder.sawExecutable(this.path, this.stat.executable);
    return this.stat.executable;
  }

  get size(): number {
    this.recorder.sawSize(this.path, this.stat.size);
    return this.stat.size;
  }
}

function fileOf(url: string): string | undefined {
  try {
    return urlPathToPath(parseUrl(url, { warn: () => undefined }).path);
  } catch {
    return undefined;
  }
}

/** Whether an input names what it has to be. A folder is copied as it stands, whatever it is said to be. */
function isLocked(input: InputAttributes): boolean {
  const type = input.get("type");
  if (type === "git") return textAttribute(input, "rev") !== undefined;
  return type !== "path" && input.has("narHash");
}

function isRemoteFile(input: InputAttributes): boolean {
  const type = input.get("type");
  return (type === "tarball" || type === "file") && /^https?:/.test(textAttribute(input, "url") ?? "");
}
