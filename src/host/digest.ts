// What `#digest` means in Node. node:crypto is faster than JavaScript once it is there, for short texts twice and for long
// ones six times, but takes as long to load as thousands of short texts take to hash; a command that hashes little, such as
// one that names store paths, does it in JavaScript.
// OpenSSL has no BLAKE3, so that one is always the portable code's. The types are those of src/formats/digest-portable.ts,
// to which `#digest` always leads the type checker.

import { createHash, hash } from "node:crypto";
import type * as Portable from "#digest";
import { sha256, sha256OfByteString } from "#formats";
import { blake3 } from "@noble/hashes/blake3.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";

/** How many bytes this process hashes in JavaScript before it loads node:crypto. */
let portableBudget = 4 * 1024 * 1024;

/** node:crypto is there, or is about to be for something else. */
export function preferNativeDigests(): void {
  portableBudget = 0;
}

const portable = {
  md5: (data: Uint8Array) => md5(data),
  sha1: (data: Uint8Array) => sha1(data),
  sha256,
};

function isLittle(length: number): boolean {
  // A hash of nothing costs a block or two as well.
  if (portableBudget > 0) portableBudget -= length + 64;
  return portableBudget > 0;
}

export const digest: typeof Portable.digest = (algorithm, data) => {
  if (algorithm === "blake3") return blake3(data);
  if (algorithm !== "sha512" && isLittle(data.length)) return portable[algorithm](data);
  return new Uint8Array(hash(algorithm, data, "buffer"));
};

/** The digest of the bytes that a byte string stands for. */
export const digestByteString: typeof Portable.digestByteString = (algorithm, text) =>
  algorithm === "sha256" && isLittle(text.length)
    ? sha256OfByteString(text)
    : digest(algorithm, Buffer.from(text, "latin1"));

export const createDigest: typeof Portable.createDigest = (algorithm) => {
  let state: { update(bytes: Uint8Array): unknown; digest(): Uint8Array } | undefined;
  // The beginning, until it is known whether the whole is little.
  let pending: Uint8Array[] = [];
  let pendingLength = 0;
  return {
    update(bytes) {
      if (state === undefined) {
        pendingLength += bytes.length;
        if (algorithm !== "blake3" && algorithm !== "sha512" && pendingLength < Math.min(portableBudget, 128 * 1024)) {
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
