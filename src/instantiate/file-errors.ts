// Errors of the machine's file system, worded as Nix words them, as errors of the language.

import { BaseError, hint, literalHint } from "#language";
import { errorCode, FileShrank } from "#host";

const descriptions: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  EIO: "Input/output error",
  EMFILE: "Too many open files",
  ENAMETOOLONG: "File name too long",
  EINVAL: "Invalid argument",
  ENOENT: "No such file or directory",
  ENXIO: "No such device or address",
  ENOTDIR: "Not a directory",
  EPERM: "Operation not permitted",
};

export function noSuchPath(path: string): BaseError {
  return new BaseError(hint`path '${path}' does not exist`);
}

export function cannotLookAt(path: string, error: unknown): BaseError {
  return systemError(hint`getting status of ${quoted(path)}`, error);
}

export function cannotRead(path: string, error: unknown): BaseError {
  if (error instanceof FileShrank) return new BaseError("unexpected end-of-file");
  switch (errorCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return noSuchPath(path);
    case "EISDIR":
      return systemError(literalHint("read of 4096 bytes"), error);
    default:
      return systemError(hint`opening file '${path}'`, error);
  }
}

export function cannotReadDirectory(path: string, error: unknown): BaseError {
  if (errorCode(error) === "ENOENT") return noSuchPath(path);
  return systemError(literalHint(`cannot read directory "${path}"`), error);
}

export function cannotReadLink(path: string, error: unknown): BaseError {
  return systemError(hint`reading symbolic link '${path}'`, error);
}

/** As the C++ library prints a path. */
function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function systemError(doing: ReturnType<typeof hint>, cause: unknown): BaseError {
  const code = errorCode(cause) ?? "";
  return new BaseError(hint`${doing}: ${literalHint(descriptions[code] ?? code)}`, { cause });
}
