// Hashes bytes as if every occurrence of a path's own hash part were zero bytes: how the content of a path that refers to
// itself gets an address (HashModuloSink). As in Nix 2.34 the positions of the occurrences do not enter the hash.

import { createHasher, type Hash, type HashAlgorithm, type Hasher } from "#formats";

export class ModuloHasher {
  readonly #hasher: Hasher;
  readonly #needle: Buffer;
  #held: Buffer = Buffer.alloc(0);

  /** `hashPart` is what counts as zeros; its length is the number of bytes held back at chunk borders. */
  constructor(algorithm: HashAlgorithm, hashPart: string) {
    this.#hasher = createHasher(algorithm);
    this.#needle = Buffer.from(hashPart, "latin1");
  }

  update(chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.#held, chunk]);
    this.#blank(bytes);
    const kept = Math.min(bytes.length, this.#needle.length - 1);
    this.#hasher.update(bytes.subarray(0, bytes.length - kept));
    this.#held = Buffer.from(bytes.subarray(bytes.length - kept));
  }

  digest(): Hash {
    this.#hasher.update(this.#held);
    return this.#hasher.digest();
  }

  #blank(bytes: Buffer): void {
    for (let at = bytes.indexOf(this.#needle); at !== -1; at = bytes.indexOf(this.#needle, at + 1)) {
      bytes.fill(0, at, at + this.#needle.length);
    }
  }
}
