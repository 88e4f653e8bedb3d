// A machine's disk as a file of its own: shared with the original until one is written to, where the file system can do that,
// and otherwise only what is on it, for most of a disk is empty.

import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";

const pieceSize = 1024 * 1024;

/** `target` must not exist. It can be read and written by its owner alone. */
export function copyDisk(source: string, target: string): void {
  if (isShared(source, target)) return;
  const from = openSync(source, "r");
  try {
    const to = openSync(target, "wx", 0o600);
    try {
      copyData(from, to);
    } finally {
      closeSync(to);
    }
  } finally {
    closeSync(from);
  }
}

function isShared(source: string, target: string): boolean {
  try {
    copyFileSync(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
  } catch {
    return false;
  }
  const file = openSync(target, "r");
  fchmodSync(file, 0o600);
  closeSync(file);
  return true;
}

/** What is all zeros stays a hole. */
function copyData(from: number, to: number): void {
  const zeros = Buffer.alloc(pieceSize);
  const piece = Buffer.allocUnsafe(pieceSize);
  ftruncateSync(to, fstatSync(from).size);
  for (let at = 0, count = 0; (count = readSync(from, piece, 0, pieceSize, at)) > 0; at += count) {
    const read = piece.subarray(0, count);
    if (!read.equals(zeros.subarray(0, count)))
      for (let done = 0; done < count;) done += writeSync(to, read, done, count - done, at + done);
  }
}
