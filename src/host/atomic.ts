// Files and links that appear whole or not at all: made under a temporary name beside the target and renamed over it.

import { closeSync, fsyncSync, openSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { fromByteString } from "#formats";
import { hostPath } from "./host-path.ts";
import { libc } from "./libc.ts";
import { errorCode, errorNumberName, systemCallFailed } from "./system-error.ts";

/** A name that no other process uses: `<path><infix>-<pid>-<random>`. It need not be hard to guess, so node:crypto stays unloaded. */
export function temporaryName(path: string, infix = ".tmp"): string {
  return `${path}${infix}-${process.pid}-${Math.floor(Math.random() * 2 ** 48).toString(16)}`;
}

/**
 * Makes `link` a symbolic link to `target`, replacing what was there. Byte strings. Where nothing is, it is made at once: a
 * program that is killed leaves no temporary name, which Nix would take for a generation.
 */
export function atomicSymlink(target: string, link: string): void {
  try {
    symlinkSync(hostPath(target), hostPath(link));
    return;
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
  const temporary = temporaryName(link);
  symlinkSync(hostPath(target), hostPath(temporary));
  renameInto(temporary, link);
}

export interface WriteOptions {
  readonly mode?: number;
  /** Waits until the bytes are on the device before the name appears. */
  readonly sync?: boolean;
}

/** Writes `contents` (a byte string, or bytes) to `path`, replacing what was there. */
export function writeFileAtomically(path: string, contents: string | Uint8Array, options: WriteOptions = {}): void {
  const temporary = temporaryName(path);
  const file = openSync(hostPath(temporary), "wx", options.mode ?? 0o666);
  try {
    writeFileSync(file, typeof contents === "string" ? Buffer.from(contents, "latin1") : contents);
    if (options.sync === true) fsyncSync(file);
  } catch (error) {
    unlinkSync(hostPath(temporary));
    throw error;
  } finally {
    closeSync(file);
  }
  renameInto(temporary, path);
}

function renameInto(temporary: string, path: string): void {
  try {
    renameSync(hostPath(temporary), hostPath(path));
  } catch (error) {
    unlinkSync(hostPath(temporary));
    throw error;
  }
}

const currentDirectory = -100;
const exchange = 2;

/** Lets two paths change places in one step; where the file system cannot do that, in three. */
export function exchangePaths(one: string, other: string): void {
  const [first, second] = [fromByteString(one), fromByteString(other)];
  if (libc().renameat2(currentDirectory, first, currentDirectory, second, exchange) === 0) return;
  const errno = libc().errno();
  const name = errorNumberName(errno);
  if (name !== "EINVAL" && name !== "ENOSYS") throw systemCallFailed(`exchanging '${one}' and '${other}'`, errno);
  const aside = temporaryName(one);
  renameSync(hostPath(one), hostPath(aside));
  renameSync(hostPath(other), hostPath(one));
  renameSync(hostPath(aside), hostPath(other));
}
