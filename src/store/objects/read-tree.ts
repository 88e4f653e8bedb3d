// A file tree on disk as the tree of an archive, read while it is asked for: names in the order of their bytes, links not
// followed, small files read in one go and large ones in pieces.

import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from "node:fs";
import { FirnError, type NarNode, type NarSink, writeNar } from "#formats";
import { hostPath } from "#host";
import { unsupportedFileType } from "../store-errors.ts";
import type { PathFilter, SourceFileType } from "../store.ts";

/** Files up to this size are read in one go, before it is known whether their contents are wanted. */
const readAtOnce = 256 * 1024;
const pieceSize = 256 * 1024;

/** `path` is a byte string. The chunks of contents are new memory each, so they may be kept. */
export function readTree(path: string, filter?: PathFilter): NarNode {
  const status = lstatSync(hostPath(path));
  if (status.isDirectory()) return readDirectory(path, filter);
  if (status.isSymbolicLink()) return readSymlink(path);
  if (status.isFile()) return readRegularFile(path);
  throw unsupportedFileType(path);
}

function readDirectory(path: string, filter: PathFilter | undefined): NarNode {
  return { type: "directory", entries: readEntries(path, filter) };
}

function* readEntries(
  path: string,
  filter: PathFilter | undefined,
): Generator<readonly [name: string, node: NarNode], void> {
  const entries = readdirSync(hostPath(path), { withFileTypes: true, encoding: "latin1" });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const prefix = path.endsWith("/") ? path : `${path}/`;
  for (const entry of entries) {
    const child = prefix + entry.name;
    const type = typeOfEntry(entry, child);
    if (filter !== undefined && !filter(child, type)) continue;
    yield [entry.name, readChild(child, type, filter)];
  }
}

function typeOfEntry(entry: Dirent, path: string): SourceFileType {
  if (entry.isFile()) return "regular";
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "symlink";
  // Some file systems do not say the type in the directory itself.
  const status = lstatSync(hostPath(path));
  if (status.isFile()) return "regular";
  if (status.isDirectory()) return "directory";
  return status.isSymbolicLink() ? "symlink" : "unknown";
}

function readChild(path: string, type: SourceFileType, filter: PathFilter | undefined): NarNode {
  switch (type) {
    case "regular":
      return readRegularFile(path);
    case "directory":
      return readDirectory(path, filter);
    case "symlink":
      return readSymlink(path);
    case "unknown":
      throw unsupportedFileType(path);
  }
}

function readSymlink(path: string): NarNode {
  return { type: "symlink", target: readlinkSync(hostPath(path), "latin1") };
}

function openFile(path: string): number {
  return openSync(hostPath(path), constants.O_RDONLY | constants.O_NOFOLLOW);
}

function readRegularFile(path: string): NarNode {
  const file = openFile(path);
  try {
    const status = fstatSync(file);
    const { size } = status;
    const executable = (status.mode & 0o100) !== 0;
    const contents = size <= readAtOnce ? readWhole(file, size, path) : readPieces(path, size);
    return { type: "regular", executable, size, contents };
  } finally {
    closeSync(file);
  }
}

function readWhole(file: number, size: number, path: string): readonly Uint8Array[] {
  if (size === 0) return [];
  const bytes = Buffer.allocUnsafe(size);
  readExactly(file, bytes, path);
  return [bytes];
}

function* readPieces(path: string, size: number): Generator<Uint8Array, void> {
  const file = openFile(path);
  try {
    for (let left = size; left > 0;) {
      const bytes = Buffer.allocUnsafeSlow(Math.min(left, pieceSize));
      readExactly(file, bytes, path);
      left -= bytes.length;
      yield bytes;
    }
  } finally {
    closeSync(file);
  }
}

function readExactly(file: number, bytes: Uint8Array, path: string): void {
  for (let at = 0; at < bytes.length;) {
    const count = readSync(file, bytes, at, bytes.length - at, null);
    if (count === 0) throw fileShrank(path);
    at += count;
  }
}

function fileShrank(path: string): FirnError {
  return new FirnError("file-changed", `Cannot read the file "${path}": it became shorter while it was read`);
}

/** Tells `sink` of `node` and everything below it. */
export function feedTree(node: NarNode, sink: NarSink): void {
  switch (node.type) {
    case "directory":
      sink.startDirectory();
      for (const [name, child] of node.entries) {
        sink.startEntry(name);
        feedTree(child, sink);
      }
      sink.endDirectory();
      return;
    case "symlink":
      sink.symlink(node.target);
      return;
    case "regular":
      sink.regularFile(node.executable, node.size, 0);
      for (const chunk of node.contents) sink.contents(chunk);
      sink.endRegularFile();
      return;
  }
}

/** The archive of the tree at `path`. */
export function archivePath(path: string, filter?: PathFilter): Iterable<Uint8Array> {
  return writeNar(readTree(path, filter));
}
