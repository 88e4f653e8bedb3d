// The JSON forms of what is known about a path: format 1 with printed store paths, and format 2 with names below the store
// directory and a structured content address. `nix path-info --json` prints them, each under its path.

import { contentAddressToJson } from "./content-address-json.ts";
import { printContentAddress } from "./content-address.ts";
import { printHash } from "./hash.ts";
import type { JsonValue } from "./json.ts";
import type { NarInfo } from "./narinfo.ts";
import type { ValidPathInfo } from "./path-info.ts";
import { printStorePath } from "./store-path.ts";
import type { StoreDir, StorePath } from "./store-path.ts";

export type PathInfoJsonFormat = 1 | 2;

/** One path's members (UnkeyedValidPathInfo::toJSON with impure info). */
export function pathInfoToJson(storeDir: StoreDir, info: ValidPathInfo, format: PathInfoJsonFormat): JsonValue {
  const printPath = (path: StorePath): string => (format === 1 ? printStorePath(storeDir, path) : path);
  const printAddress = format === 1 ? printContentAddress : contentAddressToJson;
  return {
    version: format,
    storeDir,
    narHash: printHash(info.narHash, "sri"),
    narSize: info.narSize,
    references: info.references.map(printPath),
    ca: info.ca === undefined ? null : printAddress(info.ca),
    deriver: info.deriver === undefined ? null : printPath(info.deriver),
    registrationTime: info.registrationTime === 0 ? null : info.registrationTime,
    ultimate: info.ultimate,
    signatures: [...info.signatures],
  };
}

/** The same for what a binary cache tells, with the file that it offers (UnkeyedNarInfo::toJSON). */
export function narInfoToJson(storeDir: StoreDir, info: NarInfo, format: PathInfoJsonFormat): JsonValue {
  return {
    ...(pathInfoToJson(storeDir, info, format) as { readonly [key: string]: JsonValue }),
    url: info.url,
    compression: info.compression,
    ...(info.fileHash === undefined ? {} : { downloadHash: printHash(info.fileHash, "sri") }),
    ...(info.fileSize === 0 ? {} : { downloadSize: info.fileSize }),
  };
}

/** The whole answer for several paths; a path that is not valid stands there with null. */
export function pathInfosToJson(
  storeDir: StoreDir,
  infos: Iterable<readonly [StorePath, JsonValue | undefined]>,
  format: PathInfoJsonFormat,
): JsonValue {
  const keyed = Object.fromEntries(
    [...infos].map(([path, info]) => [format === 1 ? printStorePath(storeDir, path) : path, info ?? null]),
  );
  return format === 1 ? keyed : { version: format, storeDir, info: keyed };
}
