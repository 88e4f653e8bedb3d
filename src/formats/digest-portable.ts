// The five hash functions in plain JavaScript, for where there is no node:crypto: this is what `#digest` means in a page.
// Node's own, src/host/digest.ts, exports the same names.

import { blake3 } from "@noble/hashes/blake3.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { byteStringToBytes } from "./byte-string.ts";
import type { HashAlgorithm } from "./hash.ts";
import { sha256OfByteString } from "./sha256.ts";

/** Bytes go in piece by piece; `digest` ends it and may be called once. */
export interface Digest {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

const functions = { blake3, md5, sha1, sha256, sha512 };

export function digest(algorithm: HashAlgorithm, data: Uint8Array): Uint8Array {
  return functions[algorithm](data);
}

/** The digest of the bytes that a byte string stands for. */
export function digestByteString(algorithm: HashAlgorithm, text: string): Uint8Array {
  return algorithm === "sha256" ? sha256OfByteString(text) : functions[algorithm](byteStringToBytes(text));
}

export function createDigest(algorithm: HashAlgorithm): Digest {
  const state = functions[algorithm].create();
  return {
    update(bytes) {
      state.update(bytes);
    },
    digest() {
      return state.digest();
    },
  };
}
