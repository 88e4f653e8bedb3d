import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { describe, test } from "node:test";
import {
  createHasher,
  FirnError,
  type Hash,
  hashBytes,
  makeFixedOutputPath,
  NarWriter,
  parseStorePathBaseName,
  printContentAddress,
  printHash,
  type StorePath,
  type ValidPathInfo,
} from "#formats";
import { hostPath } from "#host";
import { computeSourcePath } from "./objects/add-source.ts";
import type { LocalStore } from "./local-store.ts";
import { listen, makeTree, temporaryFolder, temporaryStore } from "./temporary-store.test-support.ts";

const goldenTree = {
  a: "hello",
  "sub/exe": { run: "#!/bin/sh\n" },
  "sub/empty": {},
  "\xff\xe9": "x",
  l: { link: "a" },
  empty: "",
  B: "B",
  "sub.z": "z",
};

interface AddedPath {
  readonly method: "nar" | "flat";
  readonly algorithm: "sha256" | "sha1" | "sha512" | "md5";
  readonly path: string;
  readonly ca: string;
  readonly narHash: string;
  readonly narSize: number;
}

function golden(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`golden/${name}`, import.meta.url), "utf8"));
}

/** Everything below the store's folder but .links. */
function leftovers(store: LocalStore): string[] {
  return readdirSync(store.layout.realStoreDir).filter((name) => name !== ".links");
}

function code(expected: string): (error: unknown) => boolean {
  return (error) => error instanceof FirnError && error.code === expected;
}

describe("adding trees and files", () => {
  test("gives the paths, hashes and content addresses that Nix gives", (t) => {
    const { store, folder } = temporaryStore(t);
    const tree = makeTree(`${folder}/tree`, goldenTree);
    for (const { method, algorithm, path, ca, narHash, narSize } of golden("added-paths.json") as AddedPath[]) {
      const [name, source] = method === "flat" ? ["a", `${tree}/a`] : ["tree", tree];
      const info = store.addToStore(name, source, { method, algorithm });
      assert.equal(info.path, path);
      assert.equal(info.ca && printContentAddress(info.ca), ca);
      assert.equal(printHash(info.narHash, "sri"), narHash);
      assert.equal(info.narSize, narSize);
      assert.equal(computeSourcePath("/nix/store", name, source, { method, algorithm }).path, path);
    }
    assert.equal(store.verifyStore({ checkContents: true }, listen().emit), false);
  });

  test("writes files as they were, with the metadata of store paths", (t) => {
    const { store, folder } = temporaryStore(t);
    const tree = makeTree(`${folder}/tree`, goldenTree);
    const { path } = store.addToStore("tree", tree, { method: "nar", algorithm: "sha256" });
    const expected: [name: string, mode: number][] = [
      ["", 0o40555],
      ["/a", 0o100444],
      ["/sub", 0o40555],
      ["/sub/exe", 0o100555],
      ["/sub/empty", 0o40555],
      ["/\xff\xe9", 0o100444],
    ];
    for (const [name, mode] of expected) {
      const status = lstatSync(hostPath(store.realPath(path, name)));
      assert.equal(status.mode, mode, name);
      assert.equal(status.mtimeMs, 1000, name);
      assert.equal(status.uid, process.geteuid?.());
    }
    assert.equal(readlinkSync(store.realPath(path, "/l")), "a");
    assert.equal(lstatSync(store.realPath(path, "/l")).mtimeMs, 1000);
    assert.equal(readFileSync(hostPath(store.realPath(path, "/\xff\xe9")), "latin1"), "x");
    assert.deepEqual(leftovers(store), [path]);
  });

  test("does not look into what the filter leaves out", (t) => {
    const { store, folder } = temporaryStore(t);
    const tree = makeTree(`${folder}/tree`, { "keep/a": "a", "drop/b": "b", c: "c" });
    const asked: string[] = [];
    const filter = (path: string, type: string) => {
      asked.push(`${path.slice(tree.length)} ${type}`);
      return !path.endsWith("/drop");
    };
    const { path } = store.addToStore("tree", tree, { method: "nar", algorithm: "sha256", filter });
    assert.deepEqual(asked, ["/c regular", "/drop directory", "/keep directory", "/keep/a regular"]);
    assert.deepEqual(readdirSync(store.realPath(path)).toSorted(), ["c", "keep"]);
  });

  test("refuses what a store cannot hold and leaves nothing", (t) => {
    const { store } = temporaryStore(t);
    assert.throws(
      () => store.addToStore("null", "/dev/null", { method: "nar", algorithm: "sha256" }),
      /file '\/dev\/null' has an unsupported type/,
    );
    assert.throws(() => store.addToStore("d", "/proc/self/fd", { method: "flat", algorithm: "sha256" }), FirnError);
    assert.deepEqual(leftovers(store), []);
  });

  test("takes a tree too large to keep in memory, from disk and from an archive, in constant memory", (t) => {
    const { store, folder } = temporaryStore(t);
    const block = Buffer.alloc(1024 * 1024, "0123456789abcdef\n");
    mkdirSync(`${folder}/big`);
    for (let i = 0; i < 40; i++) writeFileSync(`${folder}/big/file`, block, { flag: "a" });
    writeFileSync(`${folder}/big/small`, "small");
    const added = store.addToStore("big", `${folder}/big`, { method: "nar", algorithm: "sha256" });
    assert.equal(lstatSync(store.realPath(added.path, "/file")).size, 40 * block.length);
    const copy = temporaryStore(t);
    const again = copy.store.addDumpToStore("big", store.narFromPath(added.path), {
      method: "nar",
      algorithm: "sha256",
    });
    assert.equal(again.path, added.path);
    assert.deepEqual(leftovers(copy.store), [added.path]);
    assert.equal(lstatSync(copy.store.realPath(again.path)).mode, 0o40555);
    assert.equal(copy.store.verifyStore({ checkContents: true }, listen().emit), false);
  });

  test("notices a large tree that changes while it is being added", (t) => {
    const { store, folder } = temporaryStore(t);
    mkdirSync(`${folder}/big`);
    writeFileSync(`${folder}/big/file`, Buffer.alloc(33 * 1024 * 1024));
    let passes = 0;
    const filter = () => {
      if (++passes === 2) writeFileSync(`${folder}/big/file`, Buffer.alloc(33 * 1024 * 1024, "x"));
      return true;
    };
    assert.throws(
      () => store.addToStore("big", `${folder}/big`, { method: "nar", algorithm: "sha256", filter }),
      code("source-changed"),
    );
    assert.deepEqual(leftovers(store), []);
  });

  test("replaces what a killed process left at the path", (t) => {
    const { store, folder } = temporaryStore(t);
    const tree = makeTree(`${folder}/tree`, { a: "a" });
    const { path } = computeSourcePath("/nix/store", "tree", tree, { method: "nar", algorithm: "sha256" });
    makeTree(store.realPath(path), { half: "written", "locked/x": "x" });
    chmodSync(store.realPath(path, "/locked"), 0o000);
    store.addToStore("tree", tree, { method: "nar", algorithm: "sha256" });
    assert.deepEqual(readdirSync(store.realPath(path)), ["a"]);
  });

  test("registers the references of a text, and the path protects them", (t) => {
    const { store } = temporaryStore(t);
    const base = store.addTextToStore("base", "b", []);
    const user = store.addTextToStore("user", `/nix/store/${base}`, [base]);
    assert.deepEqual(store.queryPathInfo(user).references, [base]);
    assert.deepEqual(store.queryReferrers(base), [user]);
    assert.throws(() => store.invalidatePath(base), {
      message: `cannot delete path '/nix/store/${base}' because it is in use by '/nix/store/${user}'`,
    });
    store.invalidatePath(user);
    store.invalidatePath(base);
    assert.deepEqual(store.queryAllValidPaths(), []);
  });

  test("refuses a text that refers to an invalid path", (t) => {
    const { store } = temporaryStore(t);
    const nothing = parseStorePathBaseName(`${"0".repeat(32)}-nothing`);
    assert.throws(() => store.addTextToStore("user", "u", [nothing]), {
      message: `path '/nix/store/${nothing}' is not valid`,
    });
    assert.deepEqual(leftovers(store), []);
    assert.deepEqual(store.queryAllValidPaths(), []);
  });
});

interface Archive {
  readonly chunks: readonly Uint8Array[];
  readonly hash: Hash;
  readonly size: number;
}

function archive(write: (writer: NarWriter) => void): Archive {
  const chunks: Uint8Array[] = [];
  const writer = new NarWriter((chunk) => chunks.push(Uint8Array.from(chunk)));
  write(writer);
  writer.finish();
  const hasher = createHasher("sha256");
  for (const chunk of chunks) hasher.update(chunk);
  return { chunks, hash: hasher.digest(), size: chunks.reduce((sum, chunk) => sum + chunk.length, 0) };
}

function fileArchive(text: string): Archive {
  return archive((writer) => {
    const bytes = Buffer.from(text, "latin1");
    writer.regularFile(false, bytes.length);
    writer.contents(bytes);
    writer.endRegularFile();
  });
}

function infoOf(path: string, nar: Archive, more: Partial<ValidPathInfo> = {}): ValidPathInfo {
  return {
    path: parseStorePathBaseName(path),
    narHash: nar.hash,
    narSize: nar.size,
    references: [],
    registrationTime: 0,
    ultimate: false,
    signatures: [],
    ...more,
  };
}

const somePath = "1yk6hi0f1p2ss1zgfgbvzcazd2hbxqrd-thing";

function archiveString(text: string): Uint8Array {
  const bytes = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8);
  bytes.writeUInt32LE(text.length);
  bytes.write(text, 8, "latin1");
  return bytes;
}

function archiveWords(...texts: string[]): Uint8Array {
  return Buffer.concat(texts.map(archiveString));
}

function archiveEntry(name: string, ...node: string[]): Uint8Array {
  return archiveWords("entry", "(", "name", name, "node", "(", ...node, ")", ")");
}

function archiveDirectory(...entries: Uint8Array[]): Buffer {
  return Buffer.concat([archiveWords("nix-archive-1", "(", "type", "directory"), ...entries, archiveWords(")")]);
}

describe("adding archives", () => {
  test("restores what the archive holds and can be read back byte for byte", (t) => {
    const { store } = temporaryStore(t);
    const nar = archive((writer) => {
      writer.startDirectory();
      writer.startEntry("bin");
      writer.regularFile(true, 3);
      writer.contents(Buffer.from("run"));
      writer.endRegularFile();
      writer.startEntry("link");
      writer.symlink("bin");
      writer.endDirectory();
    });
    const info = infoOf(somePath, nar);
    store.addNarToStore(info, nar.chunks, { checkSignatures: false });
    assert.equal(Buffer.concat([...store.narFromPath(info.path)]).compare(Buffer.concat(nar.chunks)), 0);
  });

  const wrong: [what: string, change: (nar: Archive) => Partial<ValidPathInfo>, message: RegExp][] = [
    ["hash", () => ({ narHash: hashBytes("sha256", new Uint8Array(1)) }), /hash mismatch importing path/],
    ["size", (nar) => ({ narSize: nar.size + 8 }), /size mismatch importing path/],
  ];
  for (const [what, change, message] of wrong) {
    test(`leaves nothing when the ${what} is not as promised`, (t) => {
      const { store } = temporaryStore(t);
      const nar = fileArchive("text");
      const info = infoOf(somePath, nar, change(nar));
      assert.throws(() => store.addNarToStore(info, nar.chunks, { checkSignatures: false }), { message });
      assert.deepEqual(leftovers(store), []);
      assert.equal(store.isValidPath(info.path), false);
    });
  }

  test("leaves nothing when the archive ends early", (t) => {
    const { store } = temporaryStore(t);
    const nar = fileArchive("a longer text");
    const cut = [Buffer.concat(nar.chunks).subarray(0, nar.size - 9)];
    assert.throws(() => store.addNarToStore(infoOf(somePath, nar), cut, { checkSignatures: false }), FirnError);
    assert.deepEqual(leftovers(store), []);
  });

  test("wants a signature for what is not content-addressed", (t) => {
    const { store } = temporaryStore(t);
    const nar = fileArchive("text");
    assert.throws(() => store.addNarToStore(infoOf(somePath, nar), nar.chunks), {
      message: `cannot add path '/nix/store/${somePath}' because it lacks a signature by a trusted key`,
    });
    const ca = { method: "text", hash: hashBytes("sha256", Buffer.from("text")) } as const;
    const path = makeFixedOutputPath("/nix/store", "thing", ca);
    store.addNarToStore(infoOf(path, nar, { ca }), nar.chunks);
    assert.equal(store.isValidPath(path), true);
  });

  test("does not believe a content address that the content has not", (t) => {
    const { store } = temporaryStore(t);
    const ca = { method: "text", hash: hashBytes("sha256", Buffer.from("promised")) } as const;
    const path = makeFixedOutputPath("/nix/store", "thing", ca);
    const nar = fileArchive("delivered");
    assert.throws(() => store.addNarToStore(infoOf(path, nar, { ca }), nar.chunks), /ca hash mismatch importing path/);
    assert.deepEqual(leftovers(store), []);
    const lying = infoOf(somePath, nar, { ca });
    assert.throws(
      () => store.addNarToStore(lying, nar.chunks, { checkSignatures: false }),
      /ca hash mismatch|claims to be content-addressed but isn't/,
    );
    assert.deepEqual(leftovers(store), []);
  });

  // CVE-2024-45593: an archive with a link and a directory of the same name made Nix write through the link.
  test("never writes through a link that the archive brought", (t) => {
    const { store, folder } = temporaryStore(t);
    const outside = makeTree(`${folder}/outside`, { victim: "untouched" });
    const evil: [what: string, nar: Buffer][] = [
      [
        "the same name twice, link first",
        archiveDirectory(
          archiveEntry("x", "type", "symlink", "target", outside),
          archiveEntry(
            "x",
            "type",
            "directory",
            "entry",
            "(",
            "name",
            "victim",
            "node",
            "(",
            "type",
            "regular",
            "contents",
            "evil",
            ")",
            ")",
          ),
        ),
      ],
      ["a name with a slash", archiveDirectory(archiveEntry("x/../../victim", "type", "regular", "contents", "evil"))],
      ["the name ..", archiveDirectory(archiveEntry("..", "type", "regular", "contents", "evil"))],
      ["the name .", archiveDirectory(archiveEntry(".", "type", "regular", "contents", "evil"))],
      ["the empty name", archiveDirectory(archiveEntry("", "type", "regular", "contents", "evil"))],
      ["a name with a NUL", archiveDirectory(archiveEntry("a\0b", "type", "regular", "contents", "evil"))],
      [
        "names out of order",
        archiveDirectory(
          archiveEntry("b", "type", "regular", "contents", "evil"),
          archiveEntry("a", "type", "regular", "contents", ""),
        ),
      ],
    ];
    for (const [what, bytes] of evil) {
      const nar = { chunks: [bytes], hash: hashBytes("sha256", bytes), size: bytes.length };
      assert.throws(
        () => store.addNarToStore(infoOf(somePath, nar), nar.chunks, { checkSignatures: false }),
        FirnError,
        what,
      );
      assert.throws(() => store.addDumpToStore("evil", nar.chunks, { method: "nar", algorithm: "sha256" }), FirnError);
      assert.deepEqual(leftovers(store), [], what);
      assert.equal(readFileSync(`${outside}/victim`, "utf8"), "untouched", what);
    }
  });

  test("does not follow a link that lies where the path is to be", (t) => {
    const { store, folder } = temporaryStore(t);
    const outside = makeTree(`${folder}/outside`, { victim: "untouched" });
    symlinkSync(outside, store.realPath(somePath as StorePath));
    const nar = fileArchive("text");
    store.addNarToStore(infoOf(somePath, nar), nar.chunks, { checkSignatures: false });
    assert.deepEqual(readdirSync(outside), ["victim"]);
    assert.equal(lstatSync(store.realPath(somePath as StorePath)).isFile(), true);
  });
});

test("a signature by a trusted key is enough, one by another key is not", async (t) => {
  const { generateKeyPairSync } = await import("node:crypto");
  const { signPathInfo } = await import("./signatures.ts");
  const makeKey = (name: string) => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const open = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
    return {
      secret: `${name}:${Buffer.concat([seed, open]).toString("base64")}`,
      public: `${name}:${open.toString("base64")}`,
    };
  };
  const [trusted, other] = [makeKey("trusted-1"), makeKey("other-1")];
  const { store } = temporaryStore(t, { settings: { trustedPublicKeys: [trusted.public] } });
  const nar = fileArchive("signed");
  const info = infoOf(somePath, nar);
  assert.throws(
    () => store.addNarToStore(signPathInfo("/nix/store", info, other.secret), nar.chunks),
    code("signature-lacking"),
  );
  const signed = signPathInfo("/nix/store", info, trusted.secret);
  assert.throws(
    () => store.addNarToStore({ ...signed, references: [signed.path] }, nar.chunks),
    code("signature-lacking"),
    "the references are part of what is signed",
  );
  store.addNarToStore(signed, nar.chunks);
  assert.deepEqual(store.queryPathInfo(info.path).signatures, signed.signatures);
});

test("a derivation with a wrong output path is not registered", (t) => {
  const { store } = temporaryStore(t);
  const drv =
    `Derive([("out","/nix/store/${"0".repeat(32)}-x","","")],[],[],"s","b",[],` +
    `[("builder","b"),("name","x"),("out","/nix/store/${"0".repeat(32)}-x"),("system","s")])`;
  assert.throws(() => store.addTextToStore("x.drv", drv, []), FirnError);
  assert.deepEqual(leftovers(store), []);
  assert.deepEqual(store.queryAllValidPaths(), []);
});

test("folders of a store are made where there are none, and temporary names do not stay", (t) => {
  const folder = temporaryFolder(t);
  assert.equal(existsSync(`${folder}/root`), false);
  const { store } = temporaryStore(t);
  store.addTextToStore("a", "a", []);
  const names = readdirSync(store.layout.stateDir).toSorted();
  assert.deepEqual(names, ["db", "gc.lock", "gcroots", "profiles", "temproots"]);
});
