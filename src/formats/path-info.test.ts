import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  byteStringToBytes,
  contentAddressFromJson,
  decodeBase64,
  FirnError,
  isContentAddressed,
  jsonArray,
  jsonMember,
  jsonObject,
  jsonString,
  jsonUnsigned,
  narInfoToJson,
  parseHashedValidityRegistrations,
  parseJson,
  parseNarInfo,
  parseSriHash,
  parseStorePathBaseName,
  parseValidityRegistrations,
  pathInfoFingerprint,
  pathInfosToJson,
  pathInfoToJson,
  printJson,
  printNarInfo,
  printValidityRegistration,
} from "./index.ts";
import type { Hash, NarInfo, StorePath, ValidPathInfo } from "./index.ts";
import { readGolden } from "./golden/read-golden.test-support.ts";

const store = "/nix/store";
const narInfoTexts = readGolden("narinfo.txt")
  .trimEnd()
  .split("\n\n")
  .map((text) => `${text}\n`);
const narInfos = narInfoTexts.map((text) => parseNarInfo(store, text, "golden") as NarInfo & { fileHash: Hash });

function infosFromGolden(): ReadonlyMap<StorePath, ValidPathInfo> {
  const infos = new Map<StorePath, ValidPathInfo>();
  const json = jsonObject(jsonMember(jsonObject(parseJson(readGolden("path-info-2.json"))), "info"));
  for (const [name, value] of Object.entries(json)) {
    const member = (key: string) => jsonMember(jsonObject(value), key);
    const path = parseStorePathBaseName(name);
    infos.set(path, {
      path,
      narHash: parseSriHash(jsonString(member("narHash"))),
      narSize: jsonUnsigned(member("narSize")),
      references: jsonArray(member("references")).map((reference) => parseStorePathBaseName(jsonString(reference))),
      registrationTime: jsonUnsigned(member("registrationTime")),
      ultimate: member("ultimate") === true,
      signatures: jsonArray(member("signatures")).map(jsonString),
      ca: contentAddressFromJson(member("ca")),
    });
  }
  return infos;
}

test("path infos print as the JSON of nix path-info, in both formats", () => {
  const infos = [...infosFromGolden()];
  assert.ok(infos.length >= 3);
  for (const format of [1, 2] as const) {
    const json = infos.map(([path, info]) => [path, pathInfoToJson(store, info, format)] as const);
    assert.equal(`${printJson(pathInfosToJson(store, json, format))}\n`, readGolden(`path-info-${format}.json`));
  }
  const missing = parseStorePathBaseName("ffffffffffffffffffffffffffffffff-x");
  assert.equal(printJson(pathInfosToJson(store, [[missing, undefined]], 1)), `{"/nix/store/${missing}":null}`);
});

test("narinfos that Nix wrote are read and printed byte for byte, and as JSON", () => {
  assert.ok(narInfos.length >= 2);
  narInfos.forEach((info, at) => assert.equal(printNarInfo(store, info), narInfoTexts[at]));
  const json = narInfos.map((info) => [info.path, narInfoToJson(store, info, 2)] as const);
  assert.equal(`${printJson(pathInfosToJson(store, json, 2))}\n`, readGolden("narinfo.json"));
});

test("signatures of Nix are over the fingerprint", () => {
  const [, key] = readGolden("public-key.txt").trim().split(":");
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), decodeBase64(key as string)]);
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  for (const info of narInfos) {
    const signature = decodeBase64((info.signatures[0] as string).split(":")[1] as string);
    assert.ok(verify(null, byteStringToBytes(pathInfoFingerprint(store, info)), publicKey, signature));
  }
  assert.throws(() => pathInfoFingerprint(store, { ...(narInfos[0] as NarInfo), narSize: 0 }), /its size is not known/);
});

test("a path is content-addressed when it is the one its address gives", () => {
  const another = parseStorePathBaseName("ffffffffffffffffffffffffffffffff-x");
  for (const info of infosFromGolden().values()) {
    assert.ok(isContentAddressed(store, info));
    assert.ok(!isContentAddressed(store, { ...info, references: [...info.references, another] }));
    const { ca, ...without } = info;
    assert.ok(ca !== undefined && !isContentAddressed(store, without));
  }
});

test("a narinfo that is not one is refused in Nix's words", () => {
  const whole = `StorePath: /nix/store/ffffffffffffffffffffffffffffffff-x\nURL: x.nar\nNarHash: sha256:${"0".repeat(52)}\nNarSize: 1\n`;
  const read = (text: string): NarInfo => parseNarInfo(store, text, "x.narinfo");
  const check = (text: string, words: string): void => {
    assert.throws(() => read(text), { message: words });
  };
  assert.equal(read(whole).compression, "bzip2");
  assert.deepEqual(read(`${whole}Unknown: x\nDeriver: unknown-deriver\nReferences: \n`).references, []);
  check("", "NAR info file 'x.narinfo' is corrupt: StorePath missing");
  check(whole.replace("URL", "Url"), "NAR info file 'x.narinfo' is corrupt: URL missing");
  check(whole.replace("NarHash", "X"), "NAR info file 'x.narinfo' is corrupt: NarHash missing");
  check(whole.replace("NarSize: 1", "NarSize: 0"), "NAR info file 'x.narinfo' is corrupt: NarSize missing or zero");
  check(whole.replace("NarSize: 1", "NarSize: x"), "NAR info file 'x.narinfo' is corrupt: invalid NarSize at line 4");
  check(`${whole}FileSize: -1\n`, "NAR info file 'x.narinfo' is corrupt: invalid FileSize at line 5");
  check(`${whole}nothing`, "NAR info file 'x.narinfo' is corrupt: expecting ':' at line 5");
  check(`${whole}a: b`, "NAR info file 'x.narinfo' is corrupt: expecting '\\n' at line 5");
  check(whole.replace("sha256:0", "sha256:"), "NAR info file 'x.narinfo' is corrupt: bad hash at line 3");
  const ca = `CA: text:sha256:${"0".repeat(52)}\n`;
  check(whole + ca + ca, "NAR info file 'x.narinfo' is corrupt: extra CA at line 6");
  check(`${whole}Sig: x\n`, "signature is corrupt");
  check(`${whole}Sig: :AAAA\n`, "signature is corrupt");
  check(`${whole}Sig: key:!\n`, "invalid character in Base64 string: '!'");
  assert.deepEqual(read(`${whole}Sig: key:AAAA=x\nSig: key:AAAA\n`).signatures, ["key:AAAA"]);
  check(`${whole}References: x\n`, "'x' is too short to be a valid store path");
});

test("any change to a narinfo is read or refused, but does nothing else", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...narInfoTexts),
      fc.nat(800),
      fc.string({ maxLength: 3 }),
      fc.nat(3),
      (text, at, insert, remove) => {
        try {
          const info = parseNarInfo(store, text.slice(0, at) + insert + text.slice(at + remove), "x");
          if (info.fileHash?.algorithm === "sha256") {
            assert.deepEqual(parseNarInfo(store, printNarInfo(store, info as NarInfo & { fileHash: Hash }), "x"), info);
          }
        } catch (error) {
          assert.ok(error instanceof FirnError, String(error));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("what nix-store --dump-db wrote is read and printed byte for byte", () => {
  const text = readGolden("validity.txt");
  const entries = parseHashedValidityRegistrations(store, text);
  assert.ok(entries.length > 100);
  assert.ok(entries.some((entry) => entry.deriver === undefined && entry.references.length > 1));
  assert.equal(entries.map((entry) => printValidityRegistration(store, entry)).join(""), text);
  const bare = entries.map(({ nar: _nar, ...entry }) => entry);
  const bareText = bare.map((entry) => printValidityRegistration(store, entry)).join("");
  assert.deepEqual(parseValidityRegistrations(store, bareText), bare);
});

test("a registration that breaks off or counts wrongly is refused", () => {
  const path = "/nix/store/ffffffffffffffffffffffffffffffff-x";
  const check = (text: string, words: string): void => {
    assert.throws(() => parseValidityRegistrations(store, text), { message: words });
  };
  assert.deepEqual(parseValidityRegistrations(store, ""), []);
  check(`${path}\n`, "missing input");
  check(`${path}\n\n1\n`, "missing input");
  check(`${path}\n\n-1\n`, "number expected");
  check(`${path}\n\n99999999999999999999\n`, "number expected");
  check(`x\n\n0\n`, 'not an absolute path: "x"');
});
