// Standard output: answers only. Byte strings are collected and written in large pieces, synchronously, because a command
// may end by process.exit. When the reader has gone (EPIPE) the program ends silently, as one killed by SIGPIPE would.

import { writeSync } from "node:fs";

/** 128 + SIGPIPE: what a shell reports for a program that SIGPIPE killed. */
const brokenPipeStatus = 141;
const pieceSize = 64 * 1024;

export class Output {
  private pending = "";
  private readonly descriptor: number;

  constructor(descriptor = 1) {
    this.descriptor = descriptor;
  }

  /** Writes a byte string. */
  write(text: string): void {
    this.pending += text;
    if (this.pending.length >= pieceSize) this.flush();
  }

  writeLine(text: string): void {
    this.write(text + "\n");
  }

  writeBytes(bytes: Uint8Array): void {
    this.flush();
    writeFully(this.descriptor, bytes);
  }

  flush(): void {
    if (this.pending === "") return;
    const bytes = Buffer.from(this.pending, "latin1");
    this.pending = "";
    writeFully(this.descriptor, bytes);
  }
}

/** Writes all of `bytes`; waits when the descriptor does not block and is full, ends the program when its reader is gone. */
function writeFully(descriptor: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      else if (code === "EPIPE") process.exit(brokenPipeStatus);
      else throw error;
    }
  }
}
