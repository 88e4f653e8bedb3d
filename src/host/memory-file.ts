// Files without a name, in memory (memfd_create): for bytes that a child is to read from a descriptor.

import { closeSync, constants, openSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { systemCallFailed } from "./system-error.ts";

interface MemoryFileCalls {
  memfd_create(name: string, flags: number): number;
  errno(): number;
}

const closeOnExec = 1;

let calls: MemoryFileCalls | undefined;

/** A descriptor, to be read from the start, of a file that holds `bytes` and is gone when the last descriptor is closed. */
export function openMemoryFile(name: string, bytes: Uint8Array): number {
  const c = (calls ??= loadMemoryFileCalls());
  const written = c.memfd_create(name, closeOnExec);
  if (written < 0) throw systemCallFailed("making a file in memory", c.errno());
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(written, bytes, done);
    // Opened once more, as the first descriptor stands at the end.
    return openSync(`/proc/self/fd/${written}`, constants.O_RDONLY);
  } finally {
    closeSync(written);
  }
}

function loadMemoryFileCalls(): MemoryFileCalls {
  const koffi = createRequire(import.meta.url)("koffi") as {
    load(path: string | null): { func(declaration: string): (...values: unknown[]) => number };
    errno(): number;
  };
  return {
    memfd_create: koffi.load(null).func("int memfd_create(const char *, unsigned int)"),
    errno: () => koffi.errno(),
  };
}
