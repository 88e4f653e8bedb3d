// What `#digest` means in Node. node:crypto is many times faster than JavaScript once it is there, but takes as long to
// load as two megabytes take to hash; a command that hashes little, such as the one that only names a store path, does it
// in JavaScript. OpenSSL has no BLAKE3, so that one is always the portable code's. The types are those of
// src/formats/digest-portable.ts, to which `#digest` always leads the type checker.

import { createHash, hash } from "node:crypto";
import type * as Portable from "#digest";
import { blake3 } from "@noble/hashes/blake3.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";

const portable = { blake3, md5, sha1, sha256, sha512 };
type Algorithm = keyof typeof portable;

/** How many bytes this process hashes in JavaScript before it loads node:crypto. */
let portableBudget = 64 * 1024;

function isLittle(algorithm: Algorithm, length: number): boolean {
  if (algorithm === "blake3") return true;
  // A hash of nothing costs a block or two as well.
  if (portableBudget > 0) portableBudget -= length + 64;
  return portableBudget > 0;
}

export const digest: typeof Portable.digest = (algorithm, data) =>
  isLittle(algorithm, data.length) ? portable[algorithm](data) : new Uint8Array(hash(algorithm, data, "buffer"));

/** The digest of the bytes that a byte string stands for. */
export const digestByteString: typeof Portable.digestByteString = (algorithm, text) =>
  digest(algorithm, Buffer.from(text, "latin1"));

export const createDigest: typeof Portable.createDigest = (algorithm) => {
  let state: { update(bytes: Uint8Array): unknown; digest(): Uint8Array } | undefined;
  // The beginning, until it is known whether the whole is little.
  let pending: Uint8Array[] = [];
  let pendingLength = 0;
  return {
    update(bytes) {
      if (state === undefined) {
        pendingLength += bytes.length;
        if (algorithm !== "blake3" && pendingLength < Math.min(portableBudget, 16 * 1024)) {
          pending.push(bytes.slice());
          return;
        }
        state = algorithm === "blake3" ? blake3.create() : createHash(algorithm);
        for (const piece of pending) state.update(piece);
        pending = [];
      }
      state.update(bytes);
    },
    digest() {
      return state === undefined ? digest(algorithm, Buffer.concat(pending)) : new Uint8Array(state.digest());
    },
  };
};
