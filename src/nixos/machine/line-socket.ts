// A socket of QEMU's on which both sides speak in lines.

import { once } from "node:events";
import { connect, type Socket } from "node:net";

export class LineSocket {
  readonly #socket: Socket;
  readonly #lines: string[] = [];
  #partial = "";
  #wake: (() => void) | undefined;

  constructor(path: string) {
    this.#socket = connect(path);
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (text: string) => {
      const lines = (this.#partial + text).split("\n");
      this.#partial = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#wake?.();
    });
    // The machine may end at any time; whoever waits for a line finds that out by asking the process.
    this.#socket.on("error", () => undefined);
  }

  static async open(path: string): Promise<LineSocket> {
    const socket = new LineSocket(path);
    await once(socket.#socket, "connect");
    return socket;
  }

  send(line: string): void {
    this.write(`${line}\n`);
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** The next line, or undefined when none came within the time. */
  async nextLine(milliseconds: number): Promise<string | undefined> {
    if (this.#lines.length === 0 && milliseconds > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    return this.#lines.shift();
  }

  close(): void {
    this.#socket.destroy();
  }
}
