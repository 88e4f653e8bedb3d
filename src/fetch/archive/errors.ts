// What can go wrong between an archive's mirror and a lock, each worded once. Codes begin with `archive-` for the mirror's
// side and `lock-` for the folder's.

import { FirnError } from "#formats";

const relock = "Run `firn lock` to pin the archive as it is now.";

export function sourcesUnreadable(file: string, line: number, reason: string): FirnError {
  return new FirnError("archive-sources", `Cannot read apt's sources in '${file}', line ${line}: ${reason}`);
}

export function noSources(places: readonly string[]): FirnError {
  return new FirnError(
    "archive-no-sources",
    `No archive of binary packages is named in ${places.map((p) => `'${p}'`).join(" or ")}`,
    {
      hint: "Name a mirror and its suites in the settings instead.",
    },
  );
}

export function noKeyring(uri: string): FirnError {
  return new FirnError("archive-no-keyring", `No keyring is known for the archive '${uri}'`, {
    hint: "Set Signed-By in apt's sources, or name a keyring file.",
  });
}

export function keyringUnreadable(file: string, reason: string, cause?: unknown): FirnError {
  return new FirnError("archive-keyring", `Cannot read the keyring '${file}': ${reason}`, {
    hint: "For Debian's archive, the package debian-archive-keyring has it.",
    cause,
  });
}

export function signatureWrong(url: string, reason: string): FirnError {
  return new FirnError("archive-signature", `The signature of '${url}' is not good: ${reason}`, {
    hint: "Either the file was changed on its way, or the keyring does not hold the archive's present key.",
  });
}

export function releaseExpired(url: string, validUntil: string): FirnError {
  return new FirnError("archive-expired", `The release file '${url}' was valid until ${validUntil} only`, {
    hint: "The mirror has not been updated for long, or somebody holds back its updates.",
  });
}

export function indexMissing(url: string, name: string): FirnError {
  return new FirnError("archive-index-missing", `The release file '${url}' lists no '${name}'`, {
    hint: "Check the suite's components and the architecture.",
  });
}

export function hashMismatch(url: string, expected: string, actual: string): FirnError {
  return new FirnError(
    "archive-hash-mismatch",
    `The file '${url}' has the SHA-256 hash ${actual}, expected was ${expected}`,
    {
      hint: "The mirror may be in the middle of an update; try again in some minutes.",
    },
  );
}

export function fileTruncated(url: string, expected: number, actual: number): FirnError {
  return new FirnError("archive-truncated", `The file '${url}' is ${actual} bytes long, expected were ${expected}`);
}

export function downloadFailed(url: string, reason: string, attempts: number, cause?: unknown): FirnError {
  const tries = attempts === 1 ? "" : ` after ${attempts} attempts`;
  return new FirnError("archive-download", `Cannot download '${url}'${tries}: ${reason}`, { cause });
}

export function fileGone(url: string): FirnError {
  return new FirnError("archive-file-gone", `The mirror does not carry '${url}' (any more)`, { hint: relock });
}

export function indexCorrupt(url: string, reason: string): FirnError {
  return new FirnError("archive-index-corrupt", `Cannot read the index '${url}': ${reason}`);
}

export function debCorrupt(file: string, reason: string): FirnError {
  return new FirnError("archive-deb-corrupt", `Cannot unpack '${file}': ${reason}`);
}

export function packageUnknown(name: string, suggestions: readonly string[]): FirnError {
  return new FirnError(
    "archive-package-unknown",
    `The archive has no package '${name}'`,
    suggestions.length === 0
      ? {}
      : {
          hint: `Did you mean ${suggestions
            .map((s) => `'${s}'`)
            .join(", ")
            .replace(/, ([^,]*)$/, " or $1")}?`,
        },
  );
}

export function lockUnreadable(path: string, reason: string, cause?: unknown): FirnError {
  return new FirnError("lock-unreadable", `Cannot read the lock '${path}': ${reason}`, { hint: relock, cause });
}

export function lockNotAFolder(path: string): FirnError {
  return new FirnError("lock-in-the-way", `'${path}' exists and is not a lock, so it is not replaced`, {
    hint: "Name another folder, or remove this one yourself.",
  });
}
