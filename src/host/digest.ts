// What `#digest` means in Node: node:crypto, which is many times faster than JavaScript. OpenSSL has no BLAKE3, so that
// one comes from the same library as the portable code's. The types are those of src/formats/digest-portable.ts, to which
// `#digest` always leads the type checker.

import { createHash, hash } from "node:crypto";
import type * as Portable from "#digest";
import { blake3 } from "@noble/hashes/blake3.js";

export const digest: typeof Portable.digest = (algorithm, data) =>
  algorithm === "blake3" ? blake3(data) : new Uint8Array(hash(algorithm, data, "buffer"));

/** The digest of the bytes that a byte string stands for. */
export const digestByteString: typeof Portable.digestByteString = (algorithm, text) =>
  digest(algorithm, Buffer.from(text, "latin1"));

export const createDigest: typeof Portable.createDigest = (algorithm) => {
  const state = algorithm === "blake3" ? blake3.create() : createHash(algorithm);
  return {
    update(bytes) {
      state.update(bytes);
    },
    digest() {
      return new Uint8Array(state.digest());
    },
  };
};
