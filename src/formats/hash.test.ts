import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import * as native from "#digest";
import {
  byteStringToBytes,
  compressHash,
  createHasher,
  decodeBase64,
  decodeNix32,
  encodeBase64,
  encodeNix32,
  FirnError,
  hashByteString,
  hashesEqual,
  hashSizes,
  parseHash,
  parseHashReturningFormat,
  parsePrefixedHash,
  parseSriHash,
  parseUnprefixedHash,
  printHash,
} from "./index.ts";
import type { HashAlgorithm } from "./index.ts";
import * as portable from "./digest-portable.ts";
import { readGoldenTable, resultOrMessage } from "./golden/read-golden.test-support.ts";

const algorithms = Object.keys(hashSizes) as HashAlgorithm[];
const anyHash = fc
  .constantFrom(...algorithms)
  .chain((algorithm) =>
    fc
      .uint8Array({ minLength: hashSizes[algorithm], maxLength: hashSizes[algorithm] })
      .map((bytes) => ({ algorithm, bytes })),
  );

test("hashes of texts print in every format as Nix prints them", () => {
  for (const [text, algorithm, base16, nix32, base64, sri] of readGoldenTable("hashes.tsv")) {
    const hash = hashByteString(algorithm as HashAlgorithm, text as string);
    assert.equal(printHash(hash, "base16"), base16);
    assert.equal(printHash(hash, "nix32"), nix32);
    assert.equal(printHash(hash, "base64"), base64);
    assert.equal(printHash(hash, "base16", { prefix: true }), `${algorithm}:${base16}`);
    assert.equal(printHash(hash, "sri"), sri);
  }
});

test("texts of hashes are read, or refused in Nix's words", () => {
  for (const [algorithm, text, answer] of readGoldenTable("hash-parse.tsv")) {
    const known = algorithm === "-" ? undefined : (algorithm as HashAlgorithm);
    assert.equal(
      resultOrMessage(() => printHash(parseHash(text as string, known), "sri")),
      answer,
      `${algorithm} ${text}`,
    );
  }
});

test("a hash that is printed is read again, in every format and by every reader", () => {
  fc.assert(
    fc.property(anyHash, (hash) => {
      for (const format of ["base16", "nix32", "base64"] as const) {
        const bare = printHash(hash, format);
        assert.ok(hashesEqual(parseUnprefixedHash(bare, hash.algorithm), hash));
        assert.ok(hashesEqual(parsePrefixedHash(`${hash.algorithm}:${bare}`), hash));
        assert.equal(parseHashReturningFormat(bare, hash.algorithm).format, format);
      }
      assert.ok(hashesEqual(parseSriHash(printHash(hash, "sri")), hash));
    }),
  );
});

test("no text makes the readers throw anything but their own error", () => {
  const someText = fc.oneof(
    fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 90 }),
    fc
      .tuple(
        fc.constantFrom("", "sha256:", "sha256-", "md5:", "sha512-"),
        fc.string({ unit: fc.constantFrom(..."0123456789abcdxyzEU+/=\n".split("")), minLength: 20, maxLength: 100 }),
      )
      .map(([prefix, digits]) => prefix + digits),
  );
  fc.assert(
    fc.property(someText, fc.option(fc.constantFrom(...algorithms), { nil: undefined }), (text, algorithm) => {
      try {
        const { bytes, algorithm: read } = parseHash(text, algorithm);
        assert.equal(bytes.length, hashSizes[read]);
      } catch (error) {
        assert.ok(error instanceof FirnError, String(error));
      }
    }),
  );
});

test("Nix32 and base 64 round-trip for any number of bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      assert.deepEqual(decodeNix32(encodeNix32(bytes)).slice(0, bytes.length), bytes);
      assert.equal(encodeBase64(bytes), btoa(String.fromCharCode(...bytes)));
      assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes);
    }),
  );
});

test("the portable digests are those of node:crypto, whole and in pieces", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...algorithms),
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(300),
      (algorithm, data, cut) => {
        const expected = native.digest(algorithm, data);
        assert.deepEqual(portable.digest(algorithm, data), expected);
        const pieces = portable.createDigest(algorithm);
        pieces.update(data.subarray(0, cut));
        pieces.update(data.subarray(cut));
        assert.deepEqual(pieces.digest(), expected);
        const hasher = createHasher(algorithm);
        hasher.update(data.subarray(0, cut));
        hasher.update(data.subarray(cut));
        assert.deepEqual(hasher.digest().bytes, expected);
      },
    ),
    { numRuns: 50 },
  );
});

test("a byte string is hashed byte by byte, not as UTF-8", () => {
  const text = "\xff\x80\xc3\x28";
  for (const algorithm of algorithms) {
    const expected = native.digest(algorithm, byteStringToBytes(text));
    assert.deepEqual(native.digestByteString(algorithm, text), expected);
    assert.deepEqual(portable.digestByteString(algorithm, text), expected);
  }
});

test("compressing folds every byte in", () => {
  assert.deepEqual(compressHash(Uint8Array.of(1, 2, 3, 4, 5), 2), Uint8Array.of(1 ^ 3 ^ 5, 2 ^ 4));
});
