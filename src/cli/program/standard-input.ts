// Standard input in pieces, synchronously, so that a NAR of any size goes through in constant memory.

import { readSync } from "node:fs";

const pieceSize = 256 * 1024;

/** The chunks are valid until the next one is asked for. */
export function* readStandardInput(): Generator<Uint8Array, void> {
  const buffer = new Uint8Array(pieceSize);
  for (;;) {
    const length = readPiece(buffer);
    if (length === 0) return;
    yield buffer.subarray(0, length);
  }
}

function readPiece(buffer: Uint8Array): number {
  for (;;) {
    try {
      return readSync(0, buffer);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
