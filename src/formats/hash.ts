// Hashes and their texts. Nix writes a hash in base 16, Nix32, base 64 or as SRI (`sha256-…=`), with the algorithm in
// front or known from elsewhere, and tells the encodings apart by the length of the text alone. Which algorithms the
// experimental features allow is not asked here.

import { createDigest, digest, digestByteString } from "#digest";
import { decodeBase16, decodeBase64, encodeBase16, encodeBase64 } from "./base-n.ts";
import { FirnError, UsageError } from "./error.ts";
import { decodeNix32, encodeNix32, nix32Length } from "./nix32.ts";

export type HashAlgorithm = "blake3" | "md5" | "sha1" | "sha256" | "sha512";
export type HashFormat = "base16" | "nix32" | "base64" | "sri";

export interface Hash {
  readonly algorithm: HashAlgorithm;
  /** As many as the algorithm gives, or fewer after `compressHash`. */
  readonly bytes: Uint8Array;
}

export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Ends the hasher; it may be called once. */
  digest(): Hash;
}

/** How many bytes a hash of each algorithm has. */
export const hashSizes: Readonly<Record<HashAlgorithm, number>> = {
  blake3: 32,
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha512: 64,
};

export function hashBytes(algorithm: HashAlgorithm, data: Uint8Array): Hash {
  return { algorithm, bytes: digest(algorithm, data) };
}

export function hashByteString(algorithm: HashAlgorithm, text: string): Hash {
  return { algorithm, bytes: digestByteString(algorithm, text) };
}

export function createHasher(algorithm: HashAlgorithm): Hasher {
  const state = createDigest(algorithm);
  return {
    update(bytes) {
      state.update(bytes);
    },
    digest() {
      return { algorithm, bytes: state.digest() };
    },
  };
}

/** Folds the bytes into `size` of them by exclusive or; store paths have 20. */
export function compressHash(bytes: Uint8Array, size: number): Uint8Array {
  const folded = new Uint8Array(size);
  for (let i = 0; i < bytes.length; i++) {
    const at = i % size;
    folded[at] = (folded[at] as number) ^ (bytes[i] as number);
  }
  return folded;
}

export function hashesEqual(a: Hash, b: Hash): boolean {
  return (
    a.algorithm === b.algorithm &&
    a.bytes.length === b.bytes.length &&
    a.bytes.every((byte, index) => byte === b.bytes[index])
  );
}

/** `sha256:…` with `prefix`, without it only the digits; SRI always begins with `sha256-`. */
export function printHash(hash: Hash, format: HashFormat, options: { readonly prefix?: boolean } = {}): string {
  const prefix = options.prefix === true ? `${hash.algorithm}:` : "";
  switch (format) {
    case "base16":
      return prefix + encodeBase16(hash.bytes);
    case "nix32":
      return prefix + encodeNix32(hash.bytes);
    case "base64":
      return prefix + encodeBase64(hash.bytes);
    case "sri":
      return `${hash.algorithm}-${encodeBase64(hash.bytes)}`;
  }
}

/**
 * Any text of a hash, with or without its algorithm (Hash::parseAny). Without `algorithm` the text has to name it; where
 * both do they have to agree.
 */
export function parseHash(text: string, algorithm?: HashAlgorithm): Hash {
  return parseHashReturningFormat(text, algorithm).hash;
}

/** The same, with the format that the text was in (Hash::parseAnyReturningFormat). */
export function parseHashReturningFormat(
  text: string,
  algorithm?: HashAlgorithm,
): { readonly hash: Hash; readonly format: HashFormat } {
  const { named, rest, isSri } = splitAlgorithm(text);
  const decided = named ?? algorithm;
  if (decided === undefined) throw hashWithoutType(text);
  if (named !== undefined && algorithm !== undefined && named !== algorithm) throw hashOfOtherType(text, algorithm);
  const format = isSri ? "sri" : formatFromLength(rest, decided);
  return { hash: parseDigits(rest, decided, format), format };
}

/** A text that names its algorithm, such as a narinfo holds (Hash::parseAnyPrefixed). */
export function parsePrefixedHash(text: string): Hash {
  const { named, rest, isSri } = splitAlgorithm(text);
  if (named === undefined) throw new FirnError("bad-hash", `hash '${text}' does not include a type`);
  return parseDigits(rest, named, isSri ? "sri" : formatFromLength(rest, named));
}

/** Only digits, in the base that their number tells (Hash::parseNonSRIUnprefixed). */
export function parseUnprefixedHash(text: string, algorithm: HashAlgorithm): Hash {
  return parseDigits(text, algorithm, formatFromLength(text, algorithm));
}

/** Only `sha256-…` (Hash::parseSRI), as the JSON forms hold it. */
export function parseSriHash(text: string): Hash {
  const dash = text.indexOf("-");
  if (dash < 0) throw new FirnError("bad-hash", `hash '${text}' is not SRI`);
  return parseDigits(text.slice(dash + 1), parseHashAlgorithm(text.slice(0, dash)), "sri");
}

export function isHashAlgorithm(text: string): text is HashAlgorithm {
  return Object.hasOwn(hashSizes, text);
}

export function parseHashAlgorithm(text: string): HashAlgorithm {
  if (isHashAlgorithm(text)) return text;
  throw new UsageError(`unknown hash algorithm '${text}', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'`);
}

/** `base32` is the old name of `nix32`; Nix warns about it, which is left to the caller. */
export function parseHashFormat(text: string): HashFormat {
  switch (text) {
    case "base16":
    case "nix32":
    case "base64":
    case "sri":
      return text;
    case "base32":
      return "nix32";
    default:
      throw new UsageError(`unknown hash format '${text}', expect 'base16', 'base32', 'base64', or 'sri'`);
  }
}

function splitAlgorithm(text: string): {
  readonly named: HashAlgorithm | undefined;
  readonly rest: string;
  readonly isSri: boolean;
} {
  const colon = text.indexOf(":");
  const at = colon < 0 ? text.indexOf("-") : colon;
  if (at < 0) return { named: undefined, rest: text, isSri: false };
  return { named: parseHashAlgorithm(text.slice(0, at)), rest: text.slice(at + 1), isSri: colon < 0 };
}

function formatFromLength(digits: string, algorithm: HashAlgorithm): Exclude<HashFormat, "sri"> {
  const size = hashSizes[algorithm];
  if (digits.length === size * 2) return "base16";
  if (digits.length === nix32Length(size)) return "nix32";
  if (digits.length === Math.ceil(size / 3) * 4) return "base64";
  throw new FirnError("bad-hash", `hash '${digits}' has wrong length for hash algorithm '${algorithm}'`);
}

const formatNames: Readonly<Record<HashFormat, string>> = {
  base16: "base16",
  nix32: "nix32",
  base64: "Base64",
  sri: "SRI",
};

function parseDigits(digits: string, algorithm: HashAlgorithm, format: HashFormat): Hash {
  const bytes = decodeDigits(digits, format);
  const expected = hashSizes[algorithm];
  if (bytes.length !== expected) {
    throw new FirnError(
      "bad-hash",
      `invalid ${formatNames[format]} hash '${digits}', length ${bytes.length} != expected length ${expected}`,
    );
  }
  return { algorithm, bytes };
}

/** Nix loses the decoder's own error and goes on with no bytes at all, so a bad character is reported as length 0. */
function decodeDigits(digits: string, format: HashFormat): Uint8Array {
  try {
    switch (format) {
      case "base16":
        return decodeBase16(digits);
      case "nix32":
        return decodeNix32(digits);
      case "base64":
      case "sri":
        return decodeBase64(digits);
    }
  } catch (error) {
    if (error instanceof FirnError) return new Uint8Array(0);
    throw error;
  }
}

function hashWithoutType(text: string): FirnError {
  return new FirnError(
    "bad-hash",
    `hash '${text}' does not include a type, nor is the type otherwise known from context`,
  );
}

function hashOfOtherType(text: string, expected: HashAlgorithm): FirnError {
  return new FirnError("bad-hash", `hash '${text}' should have type '${expected}'`);
}
