import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  derivationNameFromPath,
  FirnError,
  isInStore,
  joinStorePath,
  makeFixedOutputPath,
  makeSourcePath,
  makeTextPath,
  parseContentAddress,
  parseContentAddressMethod,
  parsePathInStore,
  parseSriHash,
  parseStorePath,
  parseStorePathBaseName,
  parseStorePathIfValid,
  parseUnprefixedHash,
  printContentAddress,
  printContentAddressMethod,
  printStorePath,
  storePathHashPart,
  storePathName,
} from "./index.ts";
import type { ContentAddressMethod, HashAlgorithm } from "./index.ts";
import { readGoldenTable, resultOrMessage } from "./golden/read-golden.test-support.ts";

const store = "/nix/store";
const good = "ffffffffffffffffffffffffffffffff";

test("store paths are read, or refused in Nix's words", () => {
  for (const [text, words] of readGoldenTable("store-path-errors.tsv")) {
    const message = resultOrMessage(() => {
      parseStorePath(store, text as string);
      return "";
    });
    assert.equal(message, words);
    assert.equal(parseStorePathIfValid(store, text as string) !== undefined, words === "");
  }
});

test("a store path is canonicalised on the way in", () => {
  const check = (text: string, expected: string): void => {
    assert.equal(parseStorePath(store, text), expected);
    assert.equal(parseStorePathIfValid(store, text), expected);
  };
  check(`/nix/store/${good}-x`, `${good}-x`);
  check(`/nix//store/./${good}-x/`, `${good}-x`);
  check(`/nix/store/${good}-x/../${good}-y`, `${good}-y`);
});

test("a hash that is not followed by a dash is refused, though Nix does not look", () => {
  assert.throws(() => parseStorePathBaseName(`${good}_x`), /the hash is not followed by a dash/);
});

test("a path inside a store object splits into the object and the way from its top", () => {
  const check = (text: string, path: string, rest: string): void => {
    assert.deepEqual(parsePathInStore(store, text), { path, rest });
  };
  check(`/nix/store/${good}-x`, `${good}-x`, "");
  check(`/nix/store/${good}-x/`, `${good}-x`, "");
  check(`/nix/store/${good}-x/bin/x`, `${good}-x`, "/bin/x");
  check(`/nix/store/${good}-x/bin//./x/../y/`, `${good}-x`, "/bin/y");
  check(`/nix//store//${good}-x//b`, `${good}-x`, "/b");
  check(`/nix/store/${good}-x/../..`, `${good}-x`, "");
  assert.throws(() => parsePathInStore(store, "/nix/storex/y"), {
    message: "path '/nix/storex/y' is not in the Nix store",
  });
  assert.throws(() => parsePathInStore(store, "/nix/store/.links/x"), {
    message: "'.links' is too short to be a valid store path",
  });
});

test("being in the store is a matter of components, not of characters", () => {
  const check = (text: string, expected: boolean): void => assert.equal(isInStore(store, text), expected, text);
  check("/nix/store/x", true);
  check("/nix/store//x", true);
  check("/nix/store", false);
  check("/nix/store/", false);
  check("/nix/store/.", false);
  check("/nix/store/..", false);
  check("/nix/store/../x", false);
  check("/nix/store2/x", false);
  check("nix/store/x", false);
});

test("fixed paths are computed, or refused, as nix-store --print-fixed-path says", () => {
  for (const [mode, algorithm, digits, name, answer] of readGoldenTable("fixed-paths.tsv")) {
    const hash = parseUnprefixedHash(digits as string, algorithm as HashAlgorithm);
    const method = mode === "flat" ? "flat" : "nar";
    assert.equal(
      resultOrMessage(() => printStorePath(store, makeFixedOutputPath(store, name as string, { method, hash }))),
      answer,
    );
  }
});

test("the path of each content-addressed object follows from its address and references", () => {
  const rows = readGoldenTable("content.tsv");
  for (const [text, method, sri, references] of rows) {
    const path = parseStorePathBaseName(text as string);
    const all = (references as string)
      .split(" ")
      .filter((word) => word !== "")
      .map(parseStorePathBaseName);
    const others = all.filter((other) => other !== path);
    const address = { method: method as ContentAddressMethod, hash: parseSriHash(sri as string) };
    const computed = makeFixedOutputPath(store, storePathName(path), address, {
      others,
      self: others.length < all.length,
    });
    assert.equal(computed, path);
    assert.deepEqual(parseContentAddress(printContentAddress(address)), address);
    const { algorithm } = address.hash;
    assert.deepEqual(parseContentAddressMethod(printContentAddressMethod(address.method, algorithm)), {
      method,
      algorithm,
    });
  }
  assert.ok(
    rows.some(([path, , , references]) => references?.includes(path as string)),
    "no object mentions itself",
  );
});

test("references count in any order, and once", () => {
  const [a, b] = [parseStorePathBaseName(`${good}-a`), parseStorePathBaseName(`${good}-b`)];
  assert.equal(makeTextPath(store, "x", "hi", [b, a, b]), makeTextPath(store, "x", "hi", [a, b]));
  assert.notEqual(makeTextPath(store, "x", "hi", [a]), makeTextPath(store, "x", "hi", []));
});

test("what cannot have a path is refused", () => {
  const sha256 = parseUnprefixedHash("00".repeat(32), "sha256");
  const sha512 = parseUnprefixedHash("00".repeat(64), "sha512");
  const self = { others: [], self: true };
  assert.throws(() => makeFixedOutputPath(store, "x", { method: "flat", hash: sha256 }, self), /not allowed to refer/);
  assert.throws(
    () => makeFixedOutputPath(store, "x", { method: "text", hash: sha256 }, self),
    /self-reference not allowed/,
  );
  assert.throws(() => makeFixedOutputPath(store, "x", { method: "text", hash: sha512 }), /only sha256 will do/);
  assert.throws(() => makeFixedOutputPath(store, "x", { method: "git", hash: sha512 }), {
    message: "Git file ingestion must use SHA-1 or SHA-256 hash, but instead using: sha512",
  });
  assert.notEqual(makeSourcePath(store, "x", sha256, self), makeSourcePath(store, "x", sha256));
  assert.throws(() => derivationNameFromPath(parseStorePathBaseName(`${good}-x`)), /is not a valid derivation path/);
});

test("content addresses that are none are refused in Nix's words", () => {
  const check = (text: string, words: string): void => {
    assert.throws(() => parseContentAddress(text), { message: words });
  };
  check("", "not a content address because it is not in the form '<prefix>:<rest>': ");
  check("fixed", "not a content address because it is not in the form '<prefix>:<rest>': fixed");
  check("x:y", "content address prefix 'x' is unrecognized. Recogonized prefixes are 'text' or 'fixed'");
  check("fixed:r:sha256", "content address hash must be in form '<algo>:<hash>', but found: fixed:r:sha256");
  check("text:sha256:", "hash '' has wrong length for hash algorithm 'sha256'");
  check("text:r:x", "unknown hash algorithm 'r', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'");
});

test("no text makes the readers throw anything but their own error", () => {
  const someText = fc.oneof(
    fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 60 }),
    fc
      .tuple(
        fc.constantFrom("/nix/store/", "/nix/store//./", "/"),
        fc.string({ unit: fc.constantFrom(..."0123456789abcdfe".split("")), minLength: 31, maxLength: 33 }),
        fc.string({ unit: fc.constantFrom(..."-.aZ?= /".split("")), maxLength: 10 }),
      )
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(someText, (text) => {
      try {
        const path = parseStorePath(store, text);
        assert.equal(joinStorePath(storePathHashPart(path), storePathName(path)), path);
        assert.equal(parseStorePath(store, printStorePath(store, path)), path);
      } catch (error) {
        assert.ok(error instanceof FirnError, String(error));
      }
    }),
  );
});
