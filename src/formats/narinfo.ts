// narinfo: what a binary cache tells about one path, as lines of `Key: value`. It is read as Nix reads it: unknown keys are
// passed over, and the order of lines does not matter.

import { decodeBase64, encodeBase64 } from "./base-n.ts";
import { parseContentAddress, printContentAddress } from "./content-address.ts";
import { FirnError } from "./error.ts";
import { parsePrefixedHash, printHash } from "./hash.ts";
import type { Hash } from "./hash.ts";
import type { ValidPathInfo } from "./path-info.ts";
import { parseStorePath, parseStorePathBaseName, printStorePath } from "./store-path.ts";
import type { StoreDir, StorePath } from "./store-path.ts";

export interface NarInfo extends ValidPathInfo {
  /** Relative to the cache. */
  readonly url: string;
  /** `xz`, `zstd`, `none` and so on; `bzip2` where nothing is said. */
  readonly compression: string;
  /** Of the compressed file. */
  readonly fileHash?: Hash;
  /** Of the compressed file, in bytes; 0 when it is not known. */
  readonly fileSize: number;
}

/** `whence` names the file in messages (NarInfo::NarInfo). The size of the archive is checked against nothing here. */
export function parseNarInfo(storeDir: StoreDir, text: string, whence: string): NarInfo {
  const fields = new Map<string, string>();
  const signatures = new Set<string>();
  const found: { -readonly [K in keyof NarInfo]?: NarInfo[K] } = {};
  let references: readonly StorePath[] = [];
  let line = 1;
  const corrupt = (reason: string): FirnError => corruptNarInfo(whence, `${reason} at line ${line}`);
  const number = (value: string, name: string): number => {
    const parsed = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
    if (!Number.isSafeInteger(parsed)) throw corrupt(`invalid ${name}`);
    return parsed;
  };
  const hash = (value: string): Hash => {
    try {
      return parsePrefixedHash(value);
    } catch (error) {
      if (error instanceof FirnError && error.code === "bad-hash") throw corrupt("bad hash");
      throw error;
    }
  };

  for (let at = 0; at < text.length; line++) {
    const colon = text.indexOf(":", at);
    if (colon < 0) throw corrupt("expecting ':'");
    const end = text.indexOf("\n", colon + 2);
    if (end < 0) throw corrupt("expecting '\\n'");
    const name = text.slice(at, colon);
    const value = text.slice(colon + 2, end);
    switch (name) {
      case "StorePath":
        found.path = parseStorePath(storeDir, value);
        break;
      case "URL":
      case "Compression":
        fields.set(name, value);
        break;
      case "FileHash":
        found.fileHash = hash(value);
        break;
      case "FileSize":
        found.fileSize = number(value, name);
        break;
      case "NarHash":
        found.narHash = hash(value);
        break;
      case "NarSize":
        found.narSize = number(value, name);
        break;
      case "References":
        if (references.length > 0) throw corrupt("extra References");
        references = [
          ...new Set(
            value
              .split(" ")
              .filter((word) => word !== "")
              .map(parseStorePathBaseName),
          ),
        ].toSorted();
        break;
      case "Deriver":
        if (value !== "unknown-deriver") found.deriver = parseStorePathBaseName(value);
        break;
      case "Sig":
        signatures.add(normaliseSignature(value));
        break;
      case "CA":
        if (found.ca !== undefined) throw corrupt("extra CA");
        if (value !== "") found.ca = parseContentAddress(value);
        break;
    }
    at = end + 1;
  }

  const { path, narHash, narSize, fileSize, fileHash, deriver, ca } = found;
  const url = fields.get("URL") ?? "";
  if (path === undefined) throw corruptNarInfo(whence, "StorePath missing");
  if (narHash === undefined) throw corruptNarInfo(whence, "NarHash missing");
  if (url === "") throw corruptNarInfo(whence, "URL missing");
  if (narSize === undefined || narSize === 0) throw corruptNarInfo(whence, "NarSize missing or zero");
  const compression = fields.get("Compression") ?? "";
  return {
    path,
    url,
    compression: compression === "" ? "bzip2" : compression,
    fileSize: fileSize ?? 0,
    narHash,
    narSize,
    references,
    signatures: [...signatures].toSorted(),
    registrationTime: 0,
    ultimate: false,
    ...(fileHash === undefined ? {} : { fileHash }),
    ...(deriver === undefined ? {} : { deriver }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** NarInfo::to_string. */
export function printNarInfo(storeDir: StoreDir, info: NarInfo & { readonly fileHash: Hash }): string {
  const lines = [
    `StorePath: ${printStorePath(storeDir, info.path)}`,
    `URL: ${info.url}`,
    `Compression: ${info.compression}`,
    `FileHash: ${printHash(info.fileHash, "nix32", { prefix: true })}`,
    `FileSize: ${info.fileSize}`,
    `NarHash: ${printHash(info.narHash, "nix32", { prefix: true })}`,
    `NarSize: ${info.narSize}`,
    `References: ${info.references.join(" ")}`,
  ];
  if (info.deriver !== undefined) lines.push(`Deriver: ${info.deriver}`);
  for (const signature of info.signatures) lines.push(`Sig: ${signature}`);
  if (info.ca !== undefined) lines.push(`CA: ${printContentAddress(info.ca)}`);
  return `${lines.join("\n")}\n`;
}

/** Only `<key name>:<base 64>`; whether it is any good is for those who have the keys (Signature::parse). */
function normaliseSignature(text: string): string {
  const colon = text.indexOf(":");
  const bytes = decodeBase64(text.slice(colon + 1));
  if (colon <= 0 || bytes.length === 0) throw new FirnError("bad-signature", "signature is corrupt");
  return `${text.slice(0, colon)}:${encodeBase64(bytes)}`;
}

function corruptNarInfo(whence: string, reason: string): FirnError {
  return new FirnError("corrupt-narinfo", `NAR info file '${whence}' is corrupt: ${reason}`);
}
