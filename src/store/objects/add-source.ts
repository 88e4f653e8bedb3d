// Adding what is not in the store yet and whose path its content decides: texts, file trees, archives. The tree is hashed
// first, kept in memory if it is small, and written only when it is not valid already. A large tree on disk is read a second
// time for that; a large archive, which can be read once only, goes to a temporary folder in the store meanwhile.

import {
  byteStringToBytes,
  FirnError,
  hashesEqual,
  makeFixedOutputPath,
  NarReader,
  type NarSink,
  type NarNode,
  type StorePath,
  type ValidPathInfo,
} from "#formats";
import { deleteTree, type FileLock } from "#host";
import { addObject, type AddingContext, writeTree } from "./add-object.ts";
import type { StoreLayout } from "../layout.ts";
import { FlatSink, HashingSink, RecordingSink, TeeSink, type TreeHash } from "./nar-sinks.ts";
import { feedTree, readTree } from "./read-tree.ts";
import type { AddToStoreOptions, PathFilter } from "../store.ts";
import { makeTemporaryFolder, moveTree } from "./temporary-folder.ts";
import { TreeWriter } from "./write-tree.ts";

/** Contents up to this size are kept in memory, as Nix's nar-buffer-size says. */
const keptInMemory = 32 * 1024 * 1024;

export type Source =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "text"; readonly contents: string };

/** Adds a tree on disk, or a text, and gives its path. */
export function addSource(context: AddingContext, name: string, source: Source, options: AddToStoreOptions): StorePath {
  const kept = new RecordingSink({ copyChunks: false });
  const bounded = new BoundedSink(kept);
  const hash = hashTree(openSource(source, options.filter), options, [bounded]);
  const info = describe(context.layout, name, hash, options);
  addObject(context, {
    info,
    repair: options.repair ?? false,
    write: (realPath) =>
      writeTree(context.settings, realPath, (sink) => {
        const target = isFlat(options) ? new FlatSink([sink]) : sink;
        if (!bounded.overflown) kept.replay(target);
        else writeAgain(openSource(source, options.filter), options, target, hash);
      }),
  });
  return info.path;
}

export interface HashedSource extends TreeHash {
  readonly path: StorePath;
}

/** The path that adding would give, without adding: for evaluation that only reads. */
export function computeSourcePath(
  storeDir: string,
  name: string,
  source: string,
  options: AddToStoreOptions,
): HashedSource {
  const hash = hashTree(readTree(source, options.filter), options, []);
  return { ...hash, path: sourcePath(storeDir, name, hash, options) };
}

function openSource(source: Source, filter: PathFilter | undefined): NarNode {
  switch (source.kind) {
    case "path":
      return readTree(source.path, filter);
    case "text": {
      const bytes = byteStringToBytes(source.contents);
      return { type: "regular", executable: false, size: bytes.length, contents: [bytes] };
    }
  }
}

function isFlat(options: AddToStoreOptions): boolean {
  switch (options.method) {
    case "flat":
    case "text":
      return true;
    case "nar":
      return false;
    case "git":
      throw new FirnError("git-hashing", "experimental Nix feature 'git-hashing' is disabled");
  }
}

function hashTree(node: NarNode, options: AddToStoreOptions, others: readonly NarSink[]): TreeHash {
  if (isFlat(options) && node.type === "directory") throw isADirectory();
  const hashing = new HashingSink(options.algorithm, isFlat(options));
  feedTree(node, others.length === 0 ? hashing : new TeeSink([hashing, ...others]));
  return hashing.result();
}

/** The kernel's refusal to read it as a file, as Nix words it. */
function isADirectory(): FirnError {
  return new FirnError("not-a-regular-file", "read of 4096 bytes: Is a directory");
}

function writeAgain(node: NarNode, options: AddToStoreOptions, sink: NarSink, expected: TreeHash): void {
  const again = hashTree(node, options, [sink]);
  if (!hashesEqual(again.narHash, expected.narHash)) {
    throw new FirnError("source-changed", "Cannot add this to the store: it changed while it was being added");
  }
}

function sourcePath(storeDir: string, name: string, hash: TreeHash, options: AddToStoreOptions): StorePath {
  const ca = { method: options.method, hash: hash.contentHash };
  return makeFixedOutputPath(storeDir, name, ca, { others: options.references ?? [], self: false });
}

function describe(layout: StoreLayout, name: string, hash: TreeHash, options: AddToStoreOptions): ValidPathInfo {
  return {
    path: sourcePath(layout.storeDir, name, hash, options),
    narHash: hash.narHash,
    narSize: hash.narSize,
    references: [...new Set(options.references ?? [])].toSorted(),
    registrationTime: 0,
    ultimate: false,
    signatures: [],
    ca: { method: options.method, hash: hash.contentHash },
  };
}

/** Lets a recording grow up to the bound; beyond it the recording is thrown away. */
class BoundedSink extends TeeSink {
  overflown = false;
  readonly #kept: RecordingSink;

  constructor(kept: RecordingSink) {
    super([]);
    this.#kept = kept;
  }

  override startDirectory(): void {
    if (!this.overflown) this.#kept.startDirectory();
  }

  override startEntry(name: string): void {
    if (!this.overflown) this.#kept.startEntry(name);
  }

  override endDirectory(): void {
    if (!this.overflown) this.#kept.endDirectory();
  }

  override regularFile(executable: boolean, size: number, narOffset: number): void {
    if (this.overflown) return;
    this.#kept.regularFile(executable, size, narOffset);
    this.#bound(this.#kept.size + size);
  }

  override contents(chunk: Uint8Array): void {
    if (this.overflown) return;
    this.#kept.contents(chunk);
    this.#bound(this.#kept.size);
  }

  override endRegularFile(): void {
    if (!this.overflown) this.#kept.endRegularFile();
  }

  override symlink(target: string): void {
    if (!this.overflown) this.#kept.symlink(target);
  }

  #bound(size: number): void {
    if (size <= keptInMemory) return;
    this.overflown = true;
    this.#kept.forget();
  }
}

/** Adds the tree that an archive holds, under the path that its content gives (addToStoreFromDump). */
export function addDump(
  context: AddingContext,
  name: string,
  nar: Iterable<Uint8Array>,
  options: AddToStoreOptions,
): StorePath {
  const staging = new StagingSink(context);
  try {
    const hashing = new HashingSink(options.algorithm, isFlat(options));
    const sink = new TeeSink([hashing, isFlat(options) ? new FlatSink([staging]) : staging]);
    const reader = new NarReader(sink);
    for (const chunk of nar) {
      reader.push(chunk);
      if (reader.done) break;
    }
    reader.finish();
    const info = describe(context.layout, name, hashing.result(), options);
    addObject(context, {
      info,
      repair: options.repair ?? false,
      write: (realPath) => staging.moveTo(realPath),
    });
    return info.path;
  } finally {
    staging.discard();
  }
}

/** Keeps a tree in memory, and from the bound on in a temporary folder of the store, until its path is known. */
class StagingSink implements NarSink {
  readonly #context: AddingContext;
  readonly #kept = new RecordingSink({ copyChunks: true });
  #folder: { readonly path: string; readonly lock: FileLock; readonly writer: TreeWriter } | undefined;

  constructor(context: AddingContext) {
    this.#context = context;
  }

  startDirectory(): void {
    this.#sink.startDirectory();
  }

  startEntry(name: string): void {
    this.#sink.startEntry(name);
  }

  endDirectory(): void {
    this.#sink.endDirectory();
  }

  regularFile(executable: boolean, size: number, narOffset: number): void {
    this.#sink.regularFile(executable, size, narOffset);
  }

  contents(chunk: Uint8Array): void {
    this.#sink.contents(chunk);
    if (this.#folder === undefined && this.#kept.size > keptInMemory) this.#moveToDisk();
  }

  endRegularFile(): void {
    this.#sink.endRegularFile();
  }

  symlink(target: string): void {
    this.#sink.symlink(target);
  }

  moveTo(realPath: string): void {
    if (this.#folder === undefined) {
      writeTree(this.#context.settings, realPath, (sink) => this.#kept.replay(sink));
      return;
    }
    moveTree(`${this.#folder.path}/x`, realPath);
  }

  discard(): void {
    if (this.#folder === undefined) return;
    this.#folder.writer.close();
    deleteTree(this.#folder.path);
    this.#folder.lock.release();
    this.#folder = undefined;
  }

  get #sink(): NarSink {
    return this.#folder?.writer ?? this.#kept;
  }

  #moveToDisk(): void {
    const { path, lock } = makeTemporaryFolder(this.#context.layout);
    const writer = new TreeWriter(`${path}/x`, { sync: this.#context.settings.fsyncStorePaths });
    this.#folder = { path, lock, writer };
    this.#kept.replay(writer);
    this.#kept.forget();
  }
}
