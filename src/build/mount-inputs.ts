// Mounts a large input closure. Bubblewrap reads the list of all mounts anew for each that it makes, so that its time
// grows with the square of their number, and it takes at most 9000 words. Beyond a bound the inputs are therefore mounted
// beforehand, in a user and mount namespace around it, by a small program that makes the calls itself and becomes bwrap.

import { createRequire } from "node:module";
import { byteStringToBytes } from "#formats";

/** Up to so many mounts bubblewrap is faster than starting the program here. */
export const bubblewrapMounts = 150;

export interface InputMount {
  readonly source: string;
  /** The mount point on this machine, below the sandbox's root. */
  readonly target: string;
  readonly kind: "directory" | "file";
}

export interface MountingCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** For the file behind the descriptor that `args` names. */
  readonly list: Uint8Array;
}

/**
 * The command that mounts `inputs` read-only below `storeDir` (the store's folder in the sandbox's root) and then becomes
 * `command`, a program found on PATH with its arguments. `listDescriptor` is where the child will find `list`.
 */
export function mountThenRun(
  inputs: readonly InputMount[],
  storeDir: string,
  command: readonly string[],
  listDescriptor: number,
): MountingCommand {
  const koffi = createRequire(import.meta.url).resolve("koffi");
  const code = `(${mountAndBecome.toString()})(require, process)`;
  const words = [storeDir, ...inputs.flatMap(({ kind, source, target }) => [kind, source, target])];
  return {
    program: "unshare",
    args: [
      ["--user", "--map-root-user", "--mount", "--propagation", "private", "--"],
      [process.execPath, "--input-type=commonjs", "-e", code, "--", koffi, String(listDescriptor), ...command],
    ].flat(),
    list: byteStringToBytes(words.map((word) => `${word}\0`).join("")),
  };
}

/** Runs in a process of its own, from its text: it sees nothing of this module but what it is given. */
function mountAndBecome(require: NodeJS.Require, process: NodeJS.Process): void {
  const [koffiPath = "", listDescriptor = "", ...command] = process.argv.slice(1);
  const fs = require("node:fs") as typeof import("node:fs");
  const koffi = require(koffiPath) as {
    load(path: null): { func(declaration: string): (...values: unknown[]) => number };
    errno(): number;
  };
  const libc = koffi.load(null);
  const mount = libc.func("int mount(const uint8_t *, const uint8_t *, const uint8_t *, unsigned long, const void *)");
  const setAttributes = libc.func("long syscall(long, int, const uint8_t *, unsigned int, const uint64_t *, size_t)");
  const signal = libc.func("void *signal(int, void *)");
  const setDescriptorFlags = libc.func("int fcntl(int, int, int)");
  const check = (result: number, doing: string): void => {
    if (result === 0) return;
    fs.writeSync(2, `bwrap: ${doing}: error ${koffi.errno()}\n`);
    process.exit(1);
  };
  const bytes = (word: string): Uint8Array => Buffer.from(`${word}\0`, "latin1");
  const [bindRecursively, mountSetattr, recursive] = [4096 | 16384, 442, 0x8000];
  const [readOnly, noSetuid, noDevices] = [1n, 2n, 4n];
  const change = (path: string, flags: number, set: bigint, clear: bigint): void =>
    check(
      setAttributes(mountSetattr, -100, bytes(path), flags, new BigUint64Array([set, clear, 0n, 0n]), 32),
      `changing the mount ${path}`,
    );
  const words = fs.readFileSync(Number(listDescriptor), "latin1").split("\0");
  const storeDir = words[0] as string;
  check(mount(bytes(storeDir), bytes(storeDir), null, bindRecursively, null), `mounting ${storeDir}`);
  for (let i = 1; i + 2 < words.length; i += 3) {
    const [kind, source, target] = words.slice(i, i + 3) as [string, string, string];
    const point = Buffer.from(target, "latin1");
    if (kind === "directory") fs.mkdirSync(point);
    else fs.writeFileSync(point, "");
    check(mount(bytes(source), bytes(target), null, bindRecursively, null), `mounting ${source}`);
  }
  change(storeDir, recursive, readOnly | noSetuid | noDevices, 0n);
  change(storeDir, 0, 0n, readOnly);
  // Node ignores SIGPIPE and SIGXFSZ, and what is ignored stays so in the program that a process becomes.
  signal(13, null);
  signal(25, null);
  // Node closes on exec what it inherited itself; the descriptors before the list's are bwrap's.
  for (let descriptor = 3; descriptor < Number(listDescriptor); descriptor++) setDescriptorFlags(descriptor, 2, 0);
  process.execve?.("/usr/bin/env", ["env", ...command], process.env);
}
