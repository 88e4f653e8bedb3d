// What `#digest` means in Node: node:crypto, which is many times faster than JavaScript. OpenSSL has no BLAKE3, so that
// one comes from the same library as the portable code's.

import { createHash, hash } from "node:crypto";
import { blake3 } from "@noble/hashes/blake3.js";
import type { Digest, HashAlgorithm } from "#formats";

export function digest(algorithm: HashAlgorithm, data: Uint8Array): Uint8Array {
  return algorithm === "blake3" ? blake3(data) : new Uint8Array(hash(algorithm, data, "buffer"));
}

/** The digest of the bytes that a byte string stands for. */
export function digestByteString(algorithm: HashAlgorithm, text: string): Uint8Array {
  return digest(algorithm, Buffer.from(text, "latin1"));
}

export function createDigest(algorithm: HashAlgorithm): Digest {
  const state = algorithm === "blake3" ? blake3.create() : createHash(algorithm);
  return {
    update(bytes) {
      state.update(bytes);
    },
    digest() {
      return new Uint8Array(state.digest());
    },
  };
}
