// A mount namespace of this process's own, in which the store can be written to although it is mounted read-only for everybody
// else (Nix's makeStoreWritable). It holds for the calling thread, so for all synchronous work and for the children that it
// starts; what must see and change the machine's own mounts goes back to them first.

import { accessSync, closeSync, constants, openSync } from "node:fs";
import { createRequire } from "node:module";
import { hostPath } from "./host-path.ts";
import { errorCode, systemCallFailed } from "./system-error.ts";

interface MountCalls {
  unshare(flags: number): number;
  setns(descriptor: number, kind: number): number;
  mount(source: null, target: string, type: string, flags: number, data: null): number;
  errno(): number;
}

const newNamespace = 0x20000;
const remountBind = 32 | 4096;

/** The namespace that this process began in, while it is in one of its own. */
let original: number | undefined;

/** Makes the mount that holds `folder` writable for this process, if it is root and the mount is read-only. */
export function makeMountWritable(folder: string): void {
  if (process.geteuid?.() !== 0 || !isReadOnlyMount(folder)) return;
  const calls = loadMountCalls();
  if (original === undefined) {
    const began = openSync("/proc/thread-self/ns/mnt", "r");
    if (calls.unshare(newNamespace) !== 0) {
      closeSync(began);
      throw systemCallFailed("setting up a private mount namespace", calls.errno());
    }
    original = began;
  }
  if (calls.mount(null, folder, "none", remountBind, null) !== 0) {
    throw systemCallFailed(`remounting ${folder} writable`, calls.errno());
  }
}

/** Goes back to the mounts that this process began with. */
export function leaveMountNamespace(): void {
  if (original === undefined) return;
  const calls = loadMountCalls();
  if (calls.setns(original, newNamespace) !== 0) {
    throw systemCallFailed("going back to the machine's mounts", calls.errno());
  }
  closeSync(original);
  original = undefined;
}

function isReadOnlyMount(folder: string): boolean {
  try {
    accessSync(hostPath(folder), constants.W_OK);
    return false;
  } catch (error) {
    return errorCode(error) === "EROFS";
  }
}

let loaded: MountCalls | undefined;

function loadMountCalls(): MountCalls {
  if (loaded !== undefined) return loaded;
  const koffi = createRequire(import.meta.url)("koffi") as {
    load(path: string | null): { func(declaration: string): (...values: unknown[]) => number };
    errno(): number;
  };
  const program = koffi.load(null);
  loaded = {
    unshare: program.func("int unshare(int)"),
    setns: program.func("int setns(int, int)"),
    mount: program.func("int mount(const char *, const char *, const char *, unsigned long, const void *)"),
    errno: () => koffi.errno(),
  };
  return loaded;
}
