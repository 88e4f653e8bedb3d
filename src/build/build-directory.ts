// The directory in which one build works: <build dir>/nix-<pid>-<n>, which nobody else may enter; in a sandbox, which could
// open it to others, it is `build` in that. It is always new, never one that somebody else prepared. Where a build user runs
// the builder, it is `build` too, and a gate that is his lies between the two: he could open his own directory to everybody,
// but not the way to it.

import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  writeSync,
} from "node:fs";
import { byteStringToBytes, FirnError } from "#formats";
import { deleteTree, errorCode, hostPath } from "#host";

export interface BuildDirectoryOwner {
  readonly uid: number;
  readonly gid: number;
}

export class BuildDirectory {
  /** Of this process's user. */
  readonly top: string;
  /** The builder's own. */
  readonly path: string;
  readonly #owner: BuildDirectoryOwner | undefined;
  readonly #gate: string;

  /**
   * `owner` is the user that runs the builder when it is not this process's own; `hidden`: the builder is not to have the
   * top itself.
   */
  constructor(
    parent: string,
    { owner, hidden }: { readonly owner: BuildDirectoryOwner | undefined; readonly hidden: boolean },
  ) {
    mkdirSync(hostPath(parent), { recursive: true });
    if (owner !== undefined) assertNotWorldWritable(parent);
    this.#owner = owner;
    this.top = makeUnique(parent);
    this.#gate = makeGate(this.top, owner);
    this.path = hidden || owner !== undefined ? `${this.#gate}/build` : this.top;
    if (this.path !== this.top) mkdirSync(hostPath(this.path), { mode: 0o700 });
    if (owner !== undefined) chownSync(hostPath(this.path), owner.uid, owner.gid);
  }

  /** Makes a file of the builder's; `name` is one path segment. Before the builder runs. */
  writeFile(name: string, contents: string): void {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const file = openSync(hostPath(`${this.path}/${name}`), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
    try {
      const bytes = byteStringToBytes(contents);
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      if (this.#owner !== undefined) fchownSync(file, this.#owner.uid, this.#owner.gid);
    } finally {
      closeSync(file);
    }
  }

  /** Lets others look at what a failed build left. */
  keep(): void {
    for (const path of [this.top, this.#gate, this.path]) chmodSync(hostPath(path), 0o755);
  }

  delete(): void {
    deleteTree(this.top);
  }
}

/**
 * A folder in `parent` that only the build user can enter, and that he cannot change from inside a sandbox, where he never
 * sees it; `parent` itself when there is no build user. Bubblewrap runs as that user, and has to get to what it mounts.
 */
export function makeGate(parent: string, owner: BuildDirectoryOwner | undefined): string {
  if (owner === undefined) return parent;
  chmodSync(hostPath(parent), 0o711);
  const gate = `${parent}/gate`;
  mkdirSync(hostPath(gate), { mode: 0o700 });
  chownSync(hostPath(gate), owner.uid, owner.gid);
  return gate;
}

function makeUnique(parent: string): string {
  for (;;) {
    const path = `${parent}/nix-${process.pid}-${Math.floor(Math.random() * 2 ** 32)}`;
    try {
      mkdirSync(hostPath(path), { mode: 0o700 });
      return path;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
  }
}

/** Nix's checkNotWorldWritable: whoever may write to a folder above may swap the build's. */
function assertNotWorldWritable(path: string): void {
  for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    if ((lstatSync(hostPath(at)).mode & 0o002) !== 0) throw worldWritable(at);
  }
}

function worldWritable(path: string): FirnError {
  return new FirnError(
    "world-writable",
    `Path "${path}" is world-writable or a symlink. That's not allowed for security.`,
  );
}
