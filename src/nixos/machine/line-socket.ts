// A socket of QEMU's on which both sides speak in lines.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** How long QEMU may take from making a socket to listening on it, in milliseconds, and how often that is tried. */
const patience = 10_000;
const betweenTries = 20;

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

  /** A socket that is there and refuses is about to listen. */
  static async open(path: string): Promise<LineSocket> {
    for (const end = Date.now() + patience; ;) {
      const socket = new LineSocket(path);
      try {
        await once(socket.#socket, "connect");
        return socket;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ECONNREFUSED" || Date.now() > end) throw error;
        await pause(betweenTries);
      }
    }
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
