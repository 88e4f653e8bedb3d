// What a store knows about a valid path, and the text of it that signatures are made over.

import type { ContentAddress } from "./content-address.ts";
import { FirnError } from "./error.ts";
import { printHash } from "./hash.ts";
import type { Hash } from "./hash.ts";
import { makeFixedOutputPath } from "./make-store-path.ts";
import { printStorePath, storePathName } from "./store-path.ts";
import type { StoreDir, StorePath } from "./store-path.ts";

export interface ValidPathInfo {
  readonly path: StorePath;
  /** SHA-256 of the archive. */
  readonly narHash: Hash;
  /** In bytes; 0 when it is not known. */
  readonly narSize: number;
  /** Sorted by bytes; may hold the path itself. */
  readonly references: readonly StorePath[];
  readonly deriver?: StorePath;
  /** Seconds since 1970. */
  readonly registrationTime: number;
  /** Built or added here, and so to be trusted without a signature. */
  readonly ultimate: boolean;
  /** Each `<key name>:<base 64>`. */
  readonly signatures: readonly string[];
  readonly ca?: ContentAddress;
}

/** What a signature covers (ValidPathInfo::fingerprint). */
export function pathInfoFingerprint(storeDir: StoreDir, info: ValidPathInfo): string {
  if (info.narSize === 0) {
    throw new FirnError(
      "unknown-nar-size",
      `cannot calculate fingerprint of path '${printStorePath(storeDir, info.path)}' because its size is not known`,
    );
  }
  const references = info.references.map((path) => printStorePath(storeDir, path)).join(",");
  const narHash = printHash(info.narHash, "nix32", { prefix: true });
  return `1;${printStorePath(storeDir, info.path)};${narHash};${info.narSize};${references}`;
}

/** Whether the path is the one that its content address gives (ValidPathInfo::isContentAddressed). */
export function isContentAddressed(storeDir: StoreDir, info: ValidPathInfo): boolean {
  if (info.ca === undefined) return false;
  const others = info.references.filter((path) => path !== info.path);
  const self = others.length !== info.references.length;
  try {
    return makeFixedOutputPath(storeDir, storePathName(info.path), info.ca, { others, self }) === info.path;
  } catch (error) {
    if (error instanceof FirnError) return false;
    throw error;
  }
}
