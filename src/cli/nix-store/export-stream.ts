// The stream of nix-store --export: for each path a 1, its NAR, a magic number, the path, its references, its deriver and a
// 0; at the end a 0. Numbers are 64-bit little endian, strings are padded to eight bytes. What comes in is hostile: the
// NAR goes through the parser on its way, and the store checks it again against its own hash.

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  bytesToByteString,
  byteStringToBytes,
  createHasher,
  FirnError,
  hashesEqual,
  NarReader,
  parseStorePath,
  printHash,
  printStorePath,
  type Hash,
  type NarSink,
  type StorePath,
} from "#formats";
import { topologicalSort, type LocalStore } from "#store";

const magic = 0x4558494e;
/** Longer than any path or list of one. */
const maxString = 64 * 1024;
const maxReferences = 1_000_000;

/** The objects with what they refer to first. Throws when the files of one have changed. */
export function* exportPaths(store: LocalStore, paths: readonly StorePath[]): Generator<Uint8Array, void> {
  for (const path of topologicalSort(store, paths).toReversed()) {
    yield number(1);
    const info = store.queryPathInfo(path);
    const hasher = createHasher("sha256");
    for (const chunk of store.narFromPath(path)) {
      hasher.update(chunk);
      yield chunk;
    }
    const actual = hasher.digest();
    if (!hashesEqual(actual, info.narHash))
      throw contentsChanged(printStorePath(store.storeDir, path), info.narHash, actual);
    yield number(magic);
    yield string(printStorePath(store.storeDir, path));
    yield number(info.references.length);
    for (const reference of info.references) yield string(printStorePath(store.storeDir, reference));
    yield string(info.deriver === undefined ? "" : printStorePath(store.storeDir, info.deriver));
    yield number(0);
  }
  yield number(0);
}

/** Adds each object as it comes; signatures are not asked for, as whoever writes to a store may. */
export function* importPaths(store: LocalStore, input: Iterable<Uint8Array>): Generator<StorePath, void> {
  const stream = new ByteStream(input);
  const folder = mkdtempSync(join(tmpdir(), "firn-import-"));
  try {
    for (let mark = stream.number(); mark !== 0n; mark = stream.number()) {
      if (mark !== 1n) throw notAnExport("input doesn't look like something created by 'nix-store --export'");
      yield importPath(store, stream, join(folder, "nar"));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The NAR comes before what it is of, so it waits in a file. */
function importPath(store: LocalStore, stream: ByteStream, file: string): StorePath {
  const descriptor = openSync(file, "w+", 0o600);
  try {
    const { hash, size } = saveNar(stream, descriptor);
    if (stream.number() !== BigInt(magic)) throw notAnExport("Nix archive cannot be imported; wrong format");
    const path = parseStorePath(store.storeDir, stream.string());
    const references = readReferences(store, stream);
    const deriver = stream.string();
    // An old kind of signature, which means nothing any more.
    if (stream.number() === 1n) stream.string();
    const info = {
      path,
      narHash: hash,
      narSize: size,
      references,
      registrationTime: 0,
      ultimate: false,
      signatures: [],
      ...(deriver === "" ? {} : { deriver: parseStorePath(store.storeDir, deriver) }),
    };
    store.addNarToStore(info, readPieces(descriptor, size), { checkSignatures: false });
    return path;
  } finally {
    closeSync(descriptor);
  }
}

const ignoreContents: NarSink = {
  startDirectory() {},
  startEntry() {},
  endDirectory() {},
  regularFile() {},
  contents() {},
  endRegularFile() {},
  symlink() {},
};

function saveNar(stream: ByteStream, descriptor: number): { hash: Hash; size: number } {
  const reader = new NarReader(ignoreContents);
  const hasher = createHasher("sha256");
  while (!reader.done) {
    const chunk = stream.peek();
    const count = reader.push(chunk);
    const piece = chunk.subarray(0, count);
    hasher.update(piece);
    writeSync(descriptor, piece);
    stream.skip(count);
  }
  return { hash: hasher.digest(), size: reader.offset };
}

function readReferences(store: LocalStore, stream: ByteStream): StorePath[] {
  const count = stream.number();
  if (count > BigInt(maxReferences)) throw notAnExport("Nix archive cannot be imported; wrong format");
  const references = new Set<StorePath>();
  for (let i = 0n; i < count; i++) references.add(parseStorePath(store.storeDir, stream.string()));
  return [...references].toSorted();
}

function* readPieces(descriptor: number, size: number): Generator<Uint8Array, void> {
  const buffer = new Uint8Array(256 * 1024);
  for (let at = 0; at < size;) {
    const length = readSync(descriptor, buffer, 0, buffer.length, at);
    if (length === 0) return;
    at += length;
    yield buffer.subarray(0, length);
  }
}

/** Reads numbers and strings from chunks, and lets a parser take what it wants of the next chunk. */
class ByteStream {
  private readonly source: Iterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);

  constructor(source: Iterable<Uint8Array>) {
    this.source = source[Symbol.iterator]();
  }

  /** What is there without being taken; never empty. */
  peek(): Uint8Array {
    while (this.chunk.length === 0) {
      const next = this.source.next();
      if (next.done === true) throw notAnExport("unexpected end-of-file");
      this.chunk = next.value;
    }
    return this.chunk;
  }

  skip(count: number): void {
    this.chunk = this.chunk.subarray(count);
  }

  number(): bigint {
    const bytes = this.take(8);
    return new DataView(bytes.buffer).getBigUint64(0, true);
  }

  string(): string {
    const length = this.number();
    if (length > BigInt(maxString)) throw notAnExport("string is too long");
    const bytes = this.take(Number(length));
    if (this.take((8 - (bytes.length % 8)) % 8).some((byte) => byte !== 0)) throw notAnExport("non-zero padding");
    return bytesToByteString(bytes);
  }

  private take(count: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      const piece = this.peek().subarray(0, count - filled);
      bytes.set(piece, filled);
      filled += piece.length;
      this.skip(piece.length);
    }
    return bytes;
  }
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function string(text: string): Uint8Array {
  const bytes = new Uint8Array(8 + Math.ceil(text.length / 8) * 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(byteStringToBytes(text), 8);
  return bytes;
}

function notAnExport(message: string): FirnError {
  return new FirnError("bad-export", message);
}

function contentsChanged(path: string, expected: Hash, actual: Hash): FirnError {
  const show = (hash: Hash) => printHash(hash, "nix32", { prefix: true });
  return new FirnError(
    "contents-changed",
    `hash of path '${path}' has changed from '${show(expected)}' to '${show(actual)}'!`,
  );
}
