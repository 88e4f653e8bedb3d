// A network between machines: a socket that QEMU's `stream` network devices connect to, and what one sends all others get. On
// the wire each frame follows its length, four bytes, the most significant first. The hub outlives the machines, so that they
// can be started anew; nothing of the host's own network is used.

import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";

/** Longer than any frame, offloaded segments included; what claims to be longer is no frame. */
const longestFrame = 256 * 1024;
/** What may wait for one machine, in bytes. Beyond that it loses frames, as on a real wire. */
const mostWaiting = 8 * 1024 * 1024;

export class EthernetHub {
  readonly path: string;
  readonly #server: Server;
  readonly #ports = new Set<Socket>();

  private constructor(path: string) {
    this.path = path;
    this.#server = createServer((port) => this.#plugIn(port));
  }

  static async open(path: string): Promise<EthernetHub> {
    rmSync(path, { force: true });
    const hub = new EthernetHub(path);
    hub.#server.listen(path);
    await once(hub.#server, "listening");
    return hub;
  }

  async close(): Promise<void> {
    for (const port of this.#ports) port.destroy();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #plugIn(port: Socket): void {
    this.#ports.add(port);
    let pending: Buffer = Buffer.alloc(0);
    port.on("data", (bytes: Buffer) => {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      let end = 0;
      while (pending.length - end >= 4) {
        const length = pending.readUInt32BE(end);
        if (length > longestFrame) {
          port.destroy();
          return;
        }
        if (pending.length - end - 4 < length) break;
        end += 4 + length;
      }
      if (end === 0) return;
      this.#send(port, pending.subarray(0, end));
      pending = pending.subarray(end);
    });
    port.on("close", () => this.#ports.delete(port));
    // A machine may be killed while it is sent to.
    port.on("error", () => undefined);
  }

  /** Whole frames, with their lengths. */
  #send(from: Socket, frames: Buffer): void {
    for (const port of this.#ports) {
      if (port !== from && port.writableLength < mostWaiting) port.write(frames);
    }
  }
}
