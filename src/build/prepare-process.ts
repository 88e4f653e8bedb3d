// What bubblewrap cannot do, done by a small program that then becomes bubblewrap. It mounts a large input closure:
// bubblewrap reads the list of all mounts anew for each that it makes, so that its time grows with the square of their
// number, and it takes at most 9000 words. And it cuts builders that share this machine's network off from abstract
// sockets of processes outside, through which they could pass files (Landlock, as Nix has it; where the kernel knows it).
// Starting it takes some fifty milliseconds, so that other builds do without.

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

export interface Preparation {
  /** Store paths to mount read-only, in a user and mount namespace around bubblewrap's. */
  readonly inputs: readonly InputMount[];
  /** The store's folder in the sandbox's root. */
  readonly storeInRoot: string;
  readonly withoutOuterSockets: boolean;
}

export interface PreparedCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** For the file behind the descriptor that `args` names. */
  readonly list: Uint8Array;
}

/**
 * The command that prepares its process and then becomes `command`, a program found on PATH with its arguments.
 * `listDescriptor` is where the child will find `list`; it passes on the descriptors from 3 up to that one.
 */
export function prepareThenRun(
  { inputs, storeInRoot, withoutOuterSockets }: Preparation,
  command: readonly string[],
  listDescriptor: number,
): PreparedCommand {
  const koffi = createRequire(import.meta.url).resolve("koffi");
  const code = `(${prepareAndBecome.toString()})(require, process)`;
  const words = [
    withoutOuterSockets ? "scope" : "",
    storeInRoot,
    ...inputs.flatMap(({ kind, source, target }) => [kind, source, target]),
  ];
  const own = [process.execPath, "--input-type=commonjs", "-e", code, "--", koffi, String(listDescriptor), ...command];
  const namespaces = ["unshare", "--user", "--map-root-user", "--mount", "--propagation", "private", "--"];
  const [program = "", ...args] = inputs.length === 0 ? own : [...namespaces, ...own];
  return { program, args, list: byteStringToBytes(words.map((word) => `${word}\0`).join("")) };
}

/** Runs in a process of its own, from its text: it sees nothing of this module but what it is given. */
function prepareAndBecome(require: NodeJS.Require, process: NodeJS.Process): void {
  const [koffiPath = "", listDescriptor = "", ...command] = process.argv.slice(1);
  const fs = require("node:fs") as typeof import("node:fs");
  const koffi = require(koffiPath) as {
    load(path: null): { func(declaration: string): (...values: unknown[]) => number };
    errno(): number;
  };
  const libc = koffi.load(null);
  const mount = libc.func("int mount(const uint8_t *, const uint8_t *, const uint8_t *, unsigned long, const void *)");
  const setAttributes = libc.func("long syscall(long, int, const uint8_t *, unsigned int, const uint64_t *, size_t)");
  const landlock = libc.func("long syscall(long, const uint64_t *, size_t, unsigned int)");
  const restrictSelf = libc.func("long syscall(long, int, unsigned int)");
  const prctl = libc.func("int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)");
  const signal = libc.func("void *signal(int, void *)");
  const setDescriptorFlags = libc.func("int fcntl(int, int, int)");
  const check = (result: number, doing: string): void => {
    if (result === 0) return;
    fs.writeSync(2, `bwrap: ${doing}: error ${koffi.errno()}\n`);
    process.exit(1);
  };
  const bytes = (word: string): Uint8Array => Buffer.from(`${word}\0`, "latin1");
  const [bindRecursively, mountSetattr, recursive] = [4096 | 16384, 442, 0x8000];
  const [landlockCreate, landlockRestrict, scopeSince, noNewPrivileges] = [444, 446, 6, 38];
  const [readOnly, noSetuid, noDevices] = [1n, 2n, 4n];
  const change = (path: string, flags: number, set: bigint, clear: bigint): void =>
    check(
      setAttributes(mountSetattr, -100, bytes(path), flags, new BigUint64Array([set, clear, 0n, 0n]), 32),
      `changing the mount ${path}`,
    );
  const words = fs.readFileSync(Number(listDescriptor), "latin1").split("\0").slice(0, -1);
  const [scope, storeDir = "", ...mounts] = words;
  if (mounts.length > 0) {
    check(mount(bytes(storeDir), bytes(storeDir), null, bindRecursively, null), `mounting ${storeDir}`);
    for (let i = 0; i < mounts.length; i += 3) {
      const [kind, source, target] = mounts.slice(i, i + 3) as [string, string, string];
      const point = Buffer.from(target, "latin1");
      if (kind === "directory") fs.mkdirSync(point);
      else fs.writeFileSync(point, "");
      check(mount(bytes(source), bytes(target), null, bindRecursively, null), `mounting ${source}`);
    }
    change(storeDir, recursive, readOnly | noSetuid | noDevices, 0n);
    change(storeDir, 0, 0n, readOnly);
  }
  if (scope !== "" && landlock(landlockCreate, null, 0, 1) >= scopeSince) {
    // struct landlock_ruleset_attr: no file or network rights handled; scoped to abstract Unix sockets of its own.
    const ruleset = landlock(landlockCreate, new BigUint64Array([0n, 0n, 1n]), 24, 0);
    check(ruleset < 0 ? -1 : 0, "making a landlock ruleset");
    check(prctl(noNewPrivileges, 1, 0, 0, 0), "giving up new privileges");
    check(restrictSelf(landlockRestrict, ruleset, 0), "applying landlock");
    fs.closeSync(ruleset);
  }
  // Node ignores SIGPIPE and SIGXFSZ, and what is ignored stays so in the program that a process becomes.
  signal(13, null);
  signal(25, null);
  // Node closes on exec what it inherited itself; the descriptors before the list's are bwrap's.
  for (let descriptor = 3; descriptor < Number(listDescriptor); descriptor++) setDescriptorFlags(descriptor, 2, 0);
  check(process.execve === undefined ? -1 : 0, "becoming bwrap, which takes Node 23.11");
  process.execve?.("/usr/bin/env", ["env", ...command], process.env);
}
