// Finds which of given hash parts occur in a stream of bytes: how Nix knows what a path refers to (RefScanSink). Looks at
// the last of 32 bytes first and skips as far as a byte outside the alphabet allows, so most bytes are never looked at.

import { hashPartLength, storePathHashPart, type StorePath } from "#formats";

const alphabet = "0123456789abcdfghijklmnpqrsvwxyz";
/** For each byte its digit in the alphabet plus one, or 0 when it is not in there. */
const digits = new Uint8Array(256);
for (const [value, char] of alphabet.split("").entries()) digits[char.charCodeAt(0)] = value + 1;

export class ReferenceScanner {
  readonly found = new Set<string>();
  readonly #candidates: Set<string>;
  /** One bit for each value of the first three digits, as most text of the alphabet is no candidate. */
  readonly #prefixes = new Uint8Array(2 ** 15 / 8);
  /** The last bytes of what came so far, at most 31, for a hash across the border of two chunks. */
  #tail: Uint8Array = new Uint8Array(0);

  /** `hashParts`: 32 characters each. */
  constructor(hashParts: Iterable<string>) {
    this.#candidates = new Set(hashParts);
    for (const hashPart of this.#candidates) {
      const prefix = prefixOf(hashPart);
      this.#prefixes[prefix >> 3] = (this.#prefixes[prefix >> 3] as number) | (1 << (prefix & 7));
    }
  }

  update(chunk: Uint8Array): void {
    if (this.#candidates.size === 0 || chunk.length === 0) return;
    const border = hashPartLength - 1;
    if (this.#tail.length > 0) {
      const joined = new Uint8Array(this.#tail.length + Math.min(border, chunk.length));
      joined.set(this.#tail);
      joined.set(chunk.subarray(0, border), this.#tail.length);
      this.#search(joined);
      this.#tail = chunk.length >= border ? chunk.slice(-border) : joined.slice(Math.max(0, joined.length - border));
    } else {
      this.#tail = chunk.slice(-border);
    }
    this.#search(chunk);
  }

  #search(bytes: Uint8Array): void {
    const end = bytes.length - hashPartLength;
    let start = 0;
    // Bytes from `start` up to `checkedTo` are known to be in the alphabet, after a match that moved by one only.
    let checkedTo = 0;
    while (start <= end) {
      let at = start + hashPartLength - 1;
      while (at >= checkedTo && digits[bytes[at] as number] !== 0) at--;
      if (at >= checkedTo) {
        start = at + 1;
        checkedTo = start;
        continue;
      }
      checkedTo = start + hashPartLength;
      this.#check(bytes, start);
      start++;
    }
  }

  #check(bytes: Uint8Array, start: number): void {
    const first = digits[bytes[start] as number] as number;
    const second = digits[bytes[start + 1] as number] as number;
    const third = digits[bytes[start + 2] as number] as number;
    const prefix = ((first - 1) << 10) | ((second - 1) << 5) | (third - 1);
    if (((this.#prefixes[prefix >> 3] as number) & (1 << (prefix & 7))) === 0) return;
    let text = "";
    for (let i = start; i < start + hashPartLength; i++) text += String.fromCharCode(bytes[i] as number);
    if (this.#candidates.delete(text)) this.found.add(text);
  }
}

/** The first three digits as a number of 15 bits. */
function prefixOf(hashPart: string): number {
  let prefix = 0;
  for (let i = 0; i < 3; i++) prefix = (prefix << 5) | (((digits[hashPart.charCodeAt(i)] as number) - 1) & 31);
  return prefix;
}

/** Which of `candidates` the bytes name by their hash part, sorted. */
export function scanForReferences(chunks: Iterable<Uint8Array>, candidates: Iterable<StorePath>): StorePath[] {
  const byHashPart = new Map<string, StorePath>();
  for (const path of candidates) byHashPart.set(storePathHashPart(path), path);
  const scanner = new ReferenceScanner(byHashPart.keys());
  for (const chunk of chunks) scanner.update(chunk);
  return [...scanner.found].flatMap((hashPart) => byHashPart.get(hashPart) ?? []).toSorted();
}
