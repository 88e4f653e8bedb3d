// A Unix socket that blocks, for the one place where synchronous code must ask another process: telling a running garbage
// collector about a root. Node's own sockets need the event loop.

import { libc } from "./libc.ts";
import { systemCallFailed, errorNumberName } from "./system-error.ts";

const familyUnix = 1;
const typeStream = 1;
const closeOnExec = 0o2000000;
const noSignal = 0x4000;
const longestPath = 107;

export class BlockingSocket {
  readonly #descriptor: number;
  #open = true;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** False when the other side is gone. */
  write(bytes: Uint8Array): boolean {
    let rest = bytes;
    while (rest.length > 0) {
      const written = libc().send(this.#descriptor, rest, rest.length, noSignal);
      if (written >= 0) rest = rest.subarray(written);
      else if (this.#isGone("writing to a socket")) return false;
    }
    return true;
  }

  /** Reads one byte; undefined when the other side is gone. */
  readByte(): number | undefined {
    const byte = new Uint8Array(1);
    for (;;) {
      const read = libc().read(this.#descriptor, byte, 1);
      if (read === 1) return byte[0];
      if (read === 0 || this.#isGone("reading from a socket")) return undefined;
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    libc().close(this.#descriptor);
  }

  #isGone(doing: string): boolean {
    const errno = libc().errno();
    const name = errorNumberName(errno);
    if (name === "EINTR") return false;
    if (name === "EPIPE" || name === "ECONNRESET") return true;
    throw systemCallFailed(doing, errno);
  }
}

/** Connects to the socket at `path` (byte string); undefined when nobody listens there. */
export function connectUnixSocket(path: string): BlockingSocket | undefined {
  if (path.length > longestPath) throw systemCallFailed(`connecting to the socket '${path}'`, 36);
  const descriptor = libc().socket(familyUnix, typeStream | closeOnExec, 0);
  if (descriptor < 0) throw systemCallFailed("making a socket", libc().errno());
  const address = new Uint8Array(2 + path.length + 1);
  address[0] = familyUnix;
  address.set(Buffer.from(path, "latin1"), 2);
  if (libc().connect(descriptor, address, address.length) === 0) return new BlockingSocket(descriptor);
  const errno = libc().errno();
  libc().close(descriptor);
  const name = errorNumberName(errno);
  if (name === "ECONNREFUSED" || name === "ENOENT") return undefined;
  throw systemCallFailed(`connecting to the socket '${path}'`, errno);
}
