// Errors of the operating system: what is thrown when a call through libc fails, and how to ask a caught error for its name.

import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";
import { FirnError } from "#formats";

let names: ReadonlyMap<number, string> | undefined;

/** `errno` as its name, like `EACCES`. */
export function errorNumberName(errno: number): string {
  names ??= new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
  return names.get(errno) ?? `error ${errno}`;
}

/** The error of a failed C call: `doing` says what was tried, as "locking the file '/x'". */
export function systemCallFailed(doing: string, errno: number): FirnError {
  return new FirnError("system-call", `${doing}: ${errorNumberName(errno)}`);
}

/** The name (`ENOENT`) of an error that node:fs threw; undefined for any other value. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Runs `read`; gives undefined when what it looks at does not exist. */
export function ifExists<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Why the operating system refused, in its words, as "Permission denied"; the message of any other error. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errno } = error as NodeJS.ErrnoException;
  const reason = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return reason === undefined ? error.message : reason.charAt(0).toUpperCase() + reason.slice(1);
}

const actions: Readonly<Record<string, string>> = {
  lstat: "getting status of",
  stat: "getting status of",
  open: "opening file",
  read: "reading from file",
  write: "writing to file",
  scandir: "reading directory",
  readlink: "reading symbolic link",
  mkdir: "creating directory",
  symlink: "creating symlink",
  unlink: "removing file",
  rename: "renaming",
  uv_cwd: "cannot get cwd",
};

/** What the operating system refused, as Nix words it, `opening file "/x": Permission denied`; the message of any other error. */
export function describeSystemError(error: Error & NodeJS.ErrnoException): string {
  const { errno, syscall, path } = error;
  if (errno === undefined || syscall === undefined) return error.message;
  const named = path === undefined ? "" : ` "${path}"`;
  return `${actions[syscall] ?? syscall}${named}: ${reasonOf(error)}`;
}

/** Whether something failed because there is no room for it: no space, no inodes, or a quota. */
export function isDiskFull(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}

export const diskFullHint =
  "The disk is full, or nearly so: free some space, for instance with nix-collect-garbage. What was there before is whole.";
