// The C library, for the few calls that Node lacks: flock, extended attributes, a blocking Unix socket. koffi takes about
// ten milliseconds to load, so it is loaded by the first call and never by a command that only reads.

import { createRequire } from "node:module";

export interface LibC {
  flock(descriptor: number, operation: number): number;
  llistxattr(path: string, list: Uint8Array | null, size: number): number;
  lremovexattr(path: string, name: string): number;
  lsetxattr(path: string, name: string, value: Uint8Array, size: number, flags: number): number;
  socket(domain: number, type: number, protocol: number): number;
  connect(descriptor: number, address: Uint8Array, size: number): number;
  read(descriptor: number, bytes: Uint8Array, size: number): number;
  /** send(2), which can be told to fail with EPIPE instead of raising SIGPIPE. */
  send(descriptor: number, bytes: Uint8Array, size: number, flags: number): number;
  close(descriptor: number): number;
  sync(): void;
  syncfs(descriptor: number): number;
  renameat2(fromDirectory: number, from: string, toDirectory: number, to: string, flags: number): number;
  geteuid(): number;
  /** The error number of the last call that failed in this thread. */
  errno(): number;
}

interface Koffi {
  load(path: string | null): { func(declaration: string): (...values: unknown[]) => number };
  errno(): number;
}

let loaded: LibC | undefined;

export function libc(): LibC {
  return (loaded ??= loadLibC());
}

/**
 * koffi's binary itself, where it is the usual one: its script looks for it in many places, and touches what makes Node load
 * three times as much.
 */
function loadKoffi(): Koffi {
  const require = createRequire(import.meta.url);
  try {
    return createRequire(require.resolve("koffi"))("@koromix/koffi-linux-x64/linux_x64/koffi.node") as Koffi;
  } catch {
    return require("koffi") as Koffi;
  }
}

function loadLibC(): LibC {
  const koffi = loadKoffi();
  const program = koffi.load(null);
  const lazy = (declaration: string) => {
    let found: ((...values: unknown[]) => number) | undefined;
    return (...values: unknown[]) => (found ??= program.func(declaration))(...values);
  };
  return {
    flock: lazy("int flock(int, int)"),
    llistxattr: lazy("int64_t llistxattr(const char *, uint8_t *, size_t)"),
    lremovexattr: lazy("int lremovexattr(const char *, const char *)"),
    lsetxattr: lazy("int lsetxattr(const char *, const char *, const uint8_t *, size_t, int)"),
    socket: lazy("int socket(int, int, int)"),
    connect: lazy("int connect(int, const uint8_t *, uint32_t)"),
    read: lazy("int64_t read(int, _Out_ uint8_t *, size_t)"),
    send: lazy("int64_t send(int, const uint8_t *, size_t, int)"),
    close: lazy("int close(int)"),
    sync: lazy("void sync()"),
    syncfs: lazy("int syncfs(int)"),
    renameat2: lazy("int renameat2(int, const char *, int, const char *, unsigned int)"),
    geteuid: lazy("uint32_t geteuid()"),
    errno: () => koffi.errno(),
  };
}
