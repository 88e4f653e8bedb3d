// The hash of a file's contents, or of a tree as a NAR, read in pieces.

import { closeSync, openSync, readSync } from "node:fs";
import { createHasher, type Hash, type HashAlgorithm } from "#formats";
import { hostPath } from "#host";
import { archivePath } from "#store";
import { absolutePath } from "../text/absolute-path.ts";

export function hashPath(path: string, method: "nar" | "flat", algorithm: HashAlgorithm): Hash {
  const hasher = createHasher(algorithm);
  for (const chunk of method === "nar" ? archivePath(absolutePath(path)) : readFilePieces(path)) hasher.update(chunk);
  return hasher.digest();
}

/** Also what is no regular file, such as the pipe of a process substitution. */
function* readFilePieces(path: string): Generator<Uint8Array, void> {
  const file = openSync(hostPath(path), "r");
  try {
    const buffer = new Uint8Array(256 * 1024);
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
