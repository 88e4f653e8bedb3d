// Errors of the operating system: what is thrown when a call through libc fails, and how to ask a caught error for its name.

import { constants } from "node:os";
import { FirnError } from "#formats";

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** `errno` as its name, like `EACCES`. */
export function errorNumberName(errno: number): string {
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
