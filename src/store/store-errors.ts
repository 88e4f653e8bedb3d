// The failures of a store that a user can meet, each worded once; Nix's words where Nix has words.

import { statfsSync } from "node:fs";
import { FirnError, type StoreDir, type StorePath } from "#formats";
import { diskFullHint, hostPath, isDiskFull, reasonOf } from "#host";

export function pathNotValid(storeDir: StoreDir, path: StorePath): FirnError {
  return new FirnError("path-not-valid", `path '${storeDir}/${path}' is not valid`);
}

export function pathInUse(storeDir: StoreDir, path: StorePath, referrers: readonly StorePath[]): FirnError {
  const users = referrers.map((referrer) => `'${storeDir}/${referrer}'`).join(", ");
  return new FirnError("path-in-use", `cannot delete path '${storeDir}/${path}' because it is in use by ${users}`);
}

export function pathStillAlive(storeDir: StoreDir, path: StorePath): FirnError {
  return new FirnError(
    "path-still-alive",
    `Cannot delete path '${storeDir}/${path}' since it is still alive. To find out why, use: ` +
      `nix-store --query --roots and nix-store --query --referrers`,
  );
}

export function referenceCycle(storeDir: StoreDir, path: StorePath, parent: StorePath): FirnError {
  return new FirnError(
    "reference-cycle",
    `cycle detected in the references of '${storeDir}/${path}' from '${storeDir}/${parent}'`,
  );
}

export function narMismatch(
  what: "hash" | "size" | "ca hash",
  path: string,
  specified: string,
  got: string,
): FirnError {
  return new FirnError(
    "nar-mismatch",
    `${what} mismatch importing path '${path}';\n  specified: ${specified}\n  got:       ${got}`,
  );
}

export function signatureLacking(path: string): FirnError {
  return new FirnError("signature-lacking", `cannot add path '${path}' because it lacks a signature by a trusted key`);
}

export function falselyContentAddressed(path: string): FirnError {
  return new FirnError(
    "falsely-content-addressed",
    `cannot add path '${path}' to the Nix store because it claims to be content-addressed but isn't`,
  );
}

export function unsupportedFileType(path: string): FirnError {
  return new FirnError("unsupported-file-type", `file '${path}' has an unsupported type`);
}

export function invalidOwnership(path: string): FirnError {
  return new FirnError("invalid-ownership", `invalid ownership on file "${path}"`);
}

export function storeIsReadOnly(doing: string): FirnError {
  return new FirnError("store-read-only", `Cannot ${doing}: it is open for reading only`, {
    hint: "Its folders may belong to another user; with --store you can choose a folder of your own",
  });
}

export function storeNotMade(folder: string, cause: unknown): FirnError {
  return new FirnError("store-not-made", `Cannot make the store's folder "${folder}": ${reasonOf(cause)}`, {
    cause,
    hint: isDiskFull(cause) ? diskFullHint : "With --store you can choose a folder of your own",
  });
}

export function cannotWrite(path: string, cause: unknown): FirnError {
  return new FirnError("cannot-write", `writing to file "${path}": ${reasonOf(cause)}`, {
    cause,
    ...(isDiskFull(cause) ? { hint: diskFullHint } : {}),
  });
}

export function databaseFailed(file: string, cause: unknown): FirnError {
  const reason = reasonOf(cause);
  const hints: [RegExp, string][] = [
    [
      /malformed|not a database/,
      "Restore the file from a backup, or make it anew from a list made with nix-store --dump-db (nix-store --load-db)",
    ],
    [/readonly|unable to open|denied/, "Check who owns the folder; the store may belong to another user"],
  ];
  // Without room for its log SQLite speaks of an I/O error.
  const hint = isFull(file) ? diskFullHint : hints.find(([pattern]) => pattern.test(reason))?.[1];
  return new FirnError("store-database", `Cannot use the store's database "${file}": ${reason}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Whether the disk that holds `file` lacks the room or the inodes that a database's log needs. */
function isFull(file: string): boolean {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(hostPath(file.slice(0, file.lastIndexOf("/"))));
    return bavail * bsize < 128 * 1024 || (files > 0 && ffree < 2);
  } catch {
    return false;
  }
}
