// Lines of standard input where it is no terminal, or while an evaluation is stopped. It is read byte by byte, so that a
// program which a command starts finds the rest.

import { readSync } from "node:fs";
import { isTerminal } from "#host";
import type { Output } from "../../program/output.ts";

/** Shows the prompt and reads a line. What comes from no terminal is echoed, so that answers can be told apart. */
export function promptedLine(output: Output, prompt: string): string | undefined {
  output.write(prompt);
  output.flush();
  const line = readLine();
  if (line !== undefined && !isTerminal(0)) output.write(`${line}\n`);
  return line;
}

const lineFeed = 10;
const carriageReturn = 13;

/** A line without its end, as a byte string; undefined at the end of the input. */
function readLine(): string | undefined {
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  while (readByte(byte)) {
    const [code = 0] = byte;
    if (code === lineFeed || code === carriageReturn) return Buffer.from(bytes).toString("latin1");
    bytes.push(code);
  }
  return bytes.length === 0 ? undefined : Buffer.from(bytes).toString("latin1");
}

function readByte(byte: Uint8Array): boolean {
  for (;;) {
    try {
      return readSync(0, byte) > 0;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A terminal that hangs up.
      if (code === "EOF" || code === "EIO") return false;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
