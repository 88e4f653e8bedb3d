// Puts other hash parts in the place of some, in the contents, names and link targets of a tree (Nix's RewritingSink).
// Needed where a build could not be given the final name of its output because a valid path was in the way. The hash
// parts have the same length, so files are changed where they are. Nobody else may have access to the tree.

import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { hostPath } from "#host";

const pieceSize = 1024 * 1024;

/** `rewrites`: from hash part to hash part. Modes and times have to be made canonical again afterwards. */
export function rewriteHashes(path: string, rewrites: ReadonlyMap<string, string>): void {
  const status = lstatSync(hostPath(path));
  if (status.isSymbolicLink()) {
    const target = readlinkSync(hostPath(path), "latin1");
    const rewritten = rewriteText(target, rewrites);
    if (rewritten === target) return;
    unlinkSync(hostPath(path));
    symlinkSync(hostPath(rewritten), hostPath(path));
  } else if (status.isDirectory()) {
    chmodSync(hostPath(path), 0o700);
    for (const name of readdirSync(hostPath(path), "latin1")) {
      const newName = rewriteText(name, rewrites);
      if (newName !== name) renameSync(hostPath(`${path}/${name}`), hostPath(`${path}/${newName}`));
      rewriteHashes(`${path}/${newName}`, rewrites);
    }
  } else if (status.isFile()) {
    chmodSync(hostPath(path), (status.mode & 0o777) | 0o200);
    rewriteFile(path, rewrites);
  }
}

function rewriteText(text: string, rewrites: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [from, to] of rewrites) result = result.replaceAll(from, to);
  return result;
}

/** Pieces overlap by one byte less than a hash part, so that none is missed across a border. */
function rewriteFile(path: string, rewrites: ReadonlyMap<string, string>): void {
  const overlap = Math.max(0, ...[...rewrites.keys()].map((from) => from.length - 1));
  const file = openSync(hostPath(path), constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const piece = Buffer.alloc(pieceSize + overlap);
    for (let start = 0; ; start += pieceSize) {
      const size = readSync(file, piece, 0, piece.length, start);
      for (const [from, to] of rewrites) replaceInPiece(file, piece.subarray(0, size), start, from, to);
      if (size < piece.length) return;
    }
  } finally {
    closeSync(file);
  }
}

function replaceInPiece(file: number, piece: Buffer, start: number, from: string, to: string): void {
  for (let at = piece.indexOf(from, 0, "latin1"); at !== -1; at = piece.indexOf(from, at + from.length, "latin1")) {
    piece.write(to, at, "latin1");
    writeSync(file, piece, at, to.length, start + at);
  }
}
