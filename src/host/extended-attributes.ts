// Extended attributes, in which Linux also keeps access control lists: listed and removed, never followed through a link.
// Paths are passed to the C library as UTF-8 text, so a name that is no UTF-8 goes through its open directory instead.

import { fromByteString, toByteString } from "#formats";
import { libc } from "./libc.ts";
import { errorNumberName, systemCallFailed } from "./system-error.ts";

/** The names of the extended attributes of `path` (byte string); none where the file system knows none. */
export function listExtendedAttributes(path: string): string[] {
  const text = cPath(path);
  const size = libc().llistxattr(text, null, 0);
  if (size === 0) return [];
  if (size < 0) return nothingOrThrow(path);
  const bytes = new Uint8Array(size + 256);
  const read = libc().llistxattr(text, bytes, bytes.length);
  if (read < 0) return nothingOrThrow(path);
  return Buffer.from(bytes.buffer, 0, read).toString("latin1").split("\0").slice(0, -1);
}

/** Removes every extended attribute of `path` that is not in `ignored`. */
export function removeExtendedAttributes(path: string, ignored: readonly string[] = []): void {
  for (const name of listExtendedAttributes(path)) {
    if (ignored.includes(name)) continue;
    if (libc().lremovexattr(cPath(path), fromByteString(name)) === -1) {
      throw systemCallFailed(`removing extended attribute '${name}' from '${path}'`, libc().errno());
    }
  }
}

function nothingOrThrow(path: string): string[] {
  const errno = libc().errno();
  const name = errorNumberName(errno);
  if (name === "ENOTSUP" || name === "EOPNOTSUPP" || name === "ENODATA") return [];
  throw systemCallFailed(`querying extended attributes of '${path}'`, errno);
}

function cPath(path: string): string {
  const text = fromByteString(path);
  if (toByteString(text) !== path) {
    throw systemCallFailed(`querying extended attributes of '${path}', whose name is not UTF-8`, 84);
  }
  return text;
}

/** Sets an extended attribute; false where the file system knows none. */
export function setExtendedAttribute(path: string, name: string, value: string): boolean {
  const bytes = Buffer.from(value, "latin1");
  if (libc().lsetxattr(cPath(path), name, bytes, bytes.length, 0) === 0) return true;
  const errno = libc().errno();
  const failure = errorNumberName(errno);
  if (failure === "ENOTSUP" || failure === "EOPNOTSUPP" || failure === "EPERM") return false;
  throw systemCallFailed(`setting extended attribute '${name}' of '${path}'`, errno);
}
