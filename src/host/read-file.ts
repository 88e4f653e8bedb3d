// Reads files whose contents an evaluation asks for.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

const mostAtOnce = 2 ** 30;

/** A file that was cut off while it was read. */
export class FileShrank extends Error {}

/**
 * As many bytes as the file says that it has, which is how Nix reads: nothing of a pipe or of a device, whose end may never
 * come, nor of what the kernel makes up. Throws what Node throws, and FileShrank.
 */
export function readSizedFile(path: string | Buffer): Buffer {
  // Without waiting for somebody to write into a pipe.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.allocUnsafe(size);
    for (let done = 0; done < size;) {
      const count = readSync(file, bytes, done, Math.min(size - done, mostAtOnce), null);
      if (count === 0) throw new FileShrank();
      done += count;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
