import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { createHasher, isDerivationPath, printHash, type StorePath } from "#formats";
import { deleteTree, listExtendedAttributes, setExtendedAttribute } from "#host";
import { canonicalisePathMetadata } from "./objects/canonicalise.ts";
import { computeClosure, topologicalSort } from "./database/closure.ts";
import { ModuloHasher } from "./objects/hash-modulo.ts";
import { lockPaths } from "./path-locks.ts";
import { renderSize } from "./render-size.ts";
import { ReferenceScanner, scanForReferences } from "./objects/scan-references.ts";
import { listen, makeTree, temporaryFolder, temporaryStore } from "./temporary-store.test-support.ts";

function failToWrite(): never {
  throw new Error("interrupted");
}

describe("verifying", () => {
  test("notices a changed file and says what it expected", (t) => {
    const { store } = temporaryStore(t);
    const path = store.addTextToStore("x", "right", []);
    chmodSync(store.realPath(path), 0o644);
    writeFileSync(store.realPath(path), "wrong");
    const { emit, texts } = listen();
    assert.equal(store.verifyStore({}, emit), false, "without reading the contents nothing is amiss");
    assert.equal(store.verifyStore({ checkContents: true }, emit), true);
    const expected = printHash(store.queryPathInfo(path).narHash, "nix32", { prefix: true });
    const complaint = texts.find((text) => text.includes("was modified"));
    assert.ok(
      complaint?.startsWith(`path '/nix/store/${path}' was modified! expected hash '${expected}', got 'sha256:`),
    );
  });

  test("forgets what disappeared when nothing valid refers to it", (t) => {
    const { store } = temporaryStore(t);
    const a = store.addTextToStore("a", "a", []);
    const b = store.addTextToStore("b", "b", [a]);
    deleteTree(store.realPath(a));
    const { emit, texts } = listen();
    assert.equal(store.verifyStore({}, emit), true);
    assert.ok(texts.includes(`path '/nix/store/${a}' disappeared, but it still has valid referrers!`));
    deleteTree(store.realPath(b));
    assert.equal(store.verifyStore({}, emit), false);
    assert.ok(texts.includes(`path '/nix/store/${a}' disappeared, removing from database...`));
    assert.deepEqual(store.queryAllValidPaths(), []);
  });

  test("lets the caller repair, and believes it", (t) => {
    const { store } = temporaryStore(t);
    const path = store.addTextToStore("x", "right", []);
    const damage = () => {
      chmodSync(store.realPath(path), 0o644);
      writeFileSync(store.realPath(path), "wrong");
    };
    damage();
    const repairPath = () => {
      store.addTextToStore("x", "right", [], { repair: true });
      return true;
    };
    assert.equal(store.verifyStore({ checkContents: true, repairPath }, listen().emit), false);
    assert.equal(readFileSync(store.realPath(path), "utf8"), "right");
    damage();
    assert.equal(store.verifyStore({ checkContents: true, repairPath: () => false }, listen().emit), true);
  });

  test("an object that is made anew replaces the old one only when it is whole", (t) => {
    const { store, folder } = temporaryStore(t);
    const tree = makeTree(`${folder}/tree`, { a: "a", "sub/b": "b" });
    const options = { method: "nar", algorithm: "sha256" } as const;
    const info = store.addToStore("tree", tree, options);
    assert.throws(() => store.addObject({ info, repair: true, write: failToWrite }), /interrupted/);
    assert.equal(readFileSync(store.realPath(info.path, "/a"), "utf8"), "a");
    chmodSync(store.realPath(info.path, "/a"), 0o644);
    writeFileSync(store.realPath(info.path, "/a"), "damaged");
    store.addToStore("tree", tree, { ...options, repair: true });
    assert.equal(store.verifyStore({ checkContents: true }, listen().emit), false);
    assert.equal(lstatSync(store.realPath(info.path)).mode, 0o40555);
    assert.deepEqual(readdirSync(store.layout.realStoreDir).toSorted(), [".links", info.path]);
  });

  test("checks the links that files share", (t) => {
    const { store } = temporaryStore(t, { settings: { autoOptimiseStore: true } });
    store.addTextToStore("x", "right", []);
    const [name] = readdirSync(store.layout.linksDir);
    const link = `${store.layout.linksDir}/${name}`;
    chmodSync(link, 0o644);
    writeFileSync(link, "wrong");
    const { emit, texts } = listen();
    assert.equal(store.verifyStore({ checkContents: true }, emit), true);
    assert.ok(texts.some((text) => text.startsWith(`link "${link}" was modified! expected hash ${name}, got '`)));
    store.verifyStore({ checkContents: true, repairPath: () => true }, emit);
    assert.equal(existsSync(link), false);
  });
});

describe("sharing equal files", () => {
  test("links files of the same contents and mode, and symlinks, and leaves the rest", (t) => {
    const { store, folder } = temporaryStore(t);
    const tree = makeTree(`${folder}/tree`, {
      "one/a": "same",
      "two/b": "same",
      "two/c": { run: "same" },
      d: "other",
      l1: { link: "a" },
      l2: { link: "a" },
    });
    const { path } = store.addToStore("tree", tree, { method: "nar", algorithm: "sha256" });
    const { emit, texts } = listen();
    const results = store.optimiseStore(emit);
    assert.deepEqual(results, { filesLinked: 2, bytesFreed: 5 });
    assert.equal(texts.at(-1), "0.0 KiB freed by hard-linking 2 files");
    const inode = (name: string) => lstatSync(store.realPath(path, name)).ino;
    assert.equal(inode("/one/a"), inode("/two/b"));
    assert.equal(inode("/l1"), inode("/l2"));
    assert.notEqual(inode("/two/c"), inode("/two/b"));
    for (const folderName of ["", "/one", "/two"]) {
      const status = lstatSync(store.realPath(path, folderName));
      assert.deepEqual([status.mode, status.mtimeMs], [0o40555, 1000]);
    }
    assert.deepEqual(store.optimiseStore(emit), { filesLinked: 0, bytesFreed: 0 });
    assert.equal(store.verifyStore({ checkContents: true }, emit), false);
  });

  test("leaves a file alone that somebody made writable, and replaces a damaged link", (t) => {
    const { store } = temporaryStore(t);
    const a = store.addTextToStore("a", "same", []);
    const b = store.addTextToStore("b", "same", []);
    chmodSync(store.realPath(a), 0o644);
    const { emit, texts } = listen();
    store.optimiseStore(emit);
    assert.ok(texts.includes(`skipping suspicious writable file '${store.realPath(a)}'`));
    const [name] = readdirSync(store.layout.linksDir);
    const link = `${store.layout.linksDir}/${name}`;
    unlinkSync(link);
    writeFileSync(link, "damaged!", { mode: 0o444 });
    chmodSync(store.realPath(a), 0o444);
    store.optimiseStore(emit);
    assert.equal(lstatSync(store.realPath(a)).ino, lstatSync(store.realPath(b)).ino);
    assert.equal(readFileSync(link, "utf8"), "same");
  });
});

function numberedPath(n: number): StorePath {
  return `${"a".repeat(26)}${String(100000 + n)}-n` as StorePath;
}

describe("walking the graph", () => {
  test("finds closures both ways and orders paths before what they refer to", (t) => {
    const { store } = temporaryStore(t);
    const add = (name: string, ...references: StorePath[]) => store.addTextToStore(name, name, references);
    const libc = add("libc");
    const bash = add("bash", libc);
    const hello = add("hello", bash, libc);
    const other = add("other", libc);
    assert.deepEqual(computeClosure(store, [hello]), [libc, bash, hello].toSorted());
    assert.deepEqual(computeClosure(store, [bash], { direction: "referrers" }), [bash, hello].toSorted());
    assert.deepEqual(computeClosure(store, [libc], { direction: "referrers" }), [libc, bash, hello, other].toSorted());
    const order = topologicalSort(store, [libc, hello, bash, other]);
    assert.ok(order.indexOf(hello) < order.indexOf(bash));
    assert.ok(order.indexOf(bash) < order.indexOf(libc));
    assert.ok(order.indexOf(other) < order.indexOf(libc));
    store.invalidatePath(hello);
    assert.throws(() => computeClosure(store, [hello]), { message: `path '/nix/store/${hello}' is not valid` });
    assert.equal(isDerivationPath(hello), false);
  });

  test("a chain of 20,000 paths does not exhaust the stack", (t) => {
    const { store } = temporaryStore(t);
    const info = store.queryPathInfo(store.addTextToStore("x", "x", []));
    const { ca: _ca, ...plain } = info;
    const infos = Array.from({ length: 20000 }, (_, n) => ({
      ...plain,
      path: numberedPath(n),
      references: n === 0 ? [] : [numberedPath(n - 1)],
    }));
    store.registerValidPaths(infos);
    assert.equal(computeClosure(store, [numberedPath(19999)]).length, 20000);
    assert.equal(
      topologicalSort(
        store,
        infos.map(({ path }) => path),
      )[0],
      numberedPath(19999),
    );
  });
});

describe("scanning for references", () => {
  const hash = "1yk6hi0f1p2ss1zgfgbvzcazd2hbxqrd";
  const path = `${hash}-x` as StorePath;
  const cases: [what: string, text: string, found: boolean][] = [
    ["alone", hash, true],
    ["in a path", `/nix/store/${hash}-x/bin`, true],
    ["behind other hash characters", `00000${hash}`, true],
    ["before other hash characters", `${hash}00000`, true],
    ["twice", `${hash}${hash}`, true],
    ["one character short", hash.slice(1), false],
    ["with one character changed", hash.replace("6", "7"), false],
    ["interrupted", `${hash.slice(0, 16)}\0${hash.slice(16)}`, false],
    ["in UTF-16", hash.split("").join("\0"), false],
  ];
  for (const [what, text, found] of cases) {
    test(`${found ? "finds" : "does not find"} a hash ${what}, wherever chunks are cut`, () => {
      const bytes = Buffer.from(`some text \xff ${text} and more`, "latin1");
      for (let cut = 0; cut <= bytes.length; cut++) {
        const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
        assert.deepEqual(scanForReferences(chunks, [path]), found ? [path] : [], `cut at ${cut}`);
      }
      const single = [...bytes].map((byte) => Uint8Array.of(byte));
      assert.deepEqual(scanForReferences(single, [path]), found ? [path] : []);
    });
  }

  test("agrees with a plain search on random text of the alphabet", () => {
    const alphabet = "0123456789abcdfghijklmnpqrsvwxyz.";
    let seed = 42;
    const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: 400 }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
      const at = Math.floor(random() * 360);
      const hashParts = [text.slice(at, at + 32), "z".repeat(32)];
      const scanner = new ReferenceScanner(hashParts);
      for (let i = 0; i < text.length; i += 37) scanner.update(Buffer.from(text.slice(i, i + 37)));
      const expected = hashParts.filter((part) => text.includes(part) && !part.includes("."));
      assert.deepEqual([...scanner.found], expected);
    }
  });
});

test("hashing modulo a hash part counts it as zeros wherever chunks are cut", () => {
  const part = "1yk6hi0f1p2ss1zgfgbvzcazd2hbxqrd";
  const bytes = Buffer.from(`start ${part} middle ${part}${part} end`);
  const zeros = createHasher("sha256");
  zeros.update(Buffer.from(bytes.toString("latin1").replaceAll(part, "\0".repeat(32)), "latin1"));
  const expected = printHash(zeros.digest(), "base16");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const hasher = new ModuloHasher("sha256", part);
    hasher.update(bytes.subarray(0, cut));
    hasher.update(bytes.subarray(cut));
    assert.equal(printHash(hasher.digest(), "base16"), expected);
  }
});

describe("canonical metadata", () => {
  test("takes away write permission, set-user-id bits, times and extended attributes", (t) => {
    const folder = temporaryFolder(t);
    makeTree(`${folder}/out`, { plain: "p", run: { run: "r" }, odd: "o", "dir/x": "x" });
    chmodSync(`${folder}/out/odd`, 0o4666);
    chmodSync(`${folder}/out/run`, 0o4711);
    chmodSync(`${folder}/out/dir`, 0o2777);
    const hasAttributes = setExtendedAttribute(`${folder}/out/plain`, "user.test", "value");
    canonicalisePathMetadata(`${folder}/out`, { ignoredAcls: [] });
    const modes = Object.fromEntries(
      ["", "/plain", "/run", "/odd", "/dir", "/dir/x"].map((name) => [
        name,
        lstatSync(`${folder}/out${name}`).mode & 0o7777,
      ]),
    );
    assert.deepEqual(modes, {
      "": 0o555,
      "/plain": 0o444,
      "/run": 0o555,
      "/odd": 0o444,
      "/dir": 0o555,
      "/dir/x": 0o444,
    });
    assert.equal(lstatSync(`${folder}/out/dir/x`).mtimeMs, 1000);
    if (!hasAttributes) t.diagnostic("the file system knows no extended attributes");
    assert.deepEqual(
      listExtendedAttributes(`${folder}/out/plain`).filter((name) => name.startsWith("user.")),
      [],
    );
  });

  test("leaves the attributes that are to be ignored", (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(`${folder}/x`, "x");
    if (!setExtendedAttribute(`${folder}/x`, "user.keep", "value")) {
      t.skip("the file system knows no extended attributes");
      return;
    }
    canonicalisePathMetadata(`${folder}/x`, { ignoredAcls: ["user.keep"] });
    assert.ok(listExtendedAttributes(`${folder}/x`).includes("user.keep"));
  });

  test("refuses pipes, and files that others own unless the same build linked them", (t) => {
    const folder = temporaryFolder(t);
    const uid = process.geteuid?.() ?? 0;
    mkdirSync(`${folder}/out`);
    writeFileSync(`${folder}/out/file`, "f");
    linkSync(`${folder}/out/file`, `${folder}/out/link`);
    const foreign = { first: uid + 1, last: uid + 1 };
    assert.throws(() => canonicalisePathMetadata(`${folder}/out/file`, { ignoredAcls: [], owners: foreign }), {
      message: `invalid ownership on file "${folder}/out/file"`,
    });
    const seen = new Set<string>();
    canonicalisePathMetadata(`${folder}/out/file`, { ignoredAcls: [], seen });
    canonicalisePathMetadata(`${folder}/out/link`, { ignoredAcls: [], owners: foreign, seen });
    assert.throws(() => canonicalisePathMetadata("/dev/null", { ignoredAcls: [] }), {
      message: "file '/dev/null' has an unsupported type",
    });
  });
});

describe("path locks", () => {
  test("keep others out until they are released, and their files go with them", (t) => {
    const folder = temporaryFolder(t);
    const locks = lockPaths([`${folder}/b`, `${folder}/a`]);
    assert.deepEqual(readdirSync(folder), ["a.lock", "b.lock"]);
    assert.equal(lockPaths([`${folder}/c`, `${folder}/b`], { wait: false }), undefined);
    const c = lockPaths([`${folder}/c`], { wait: false });
    assert.ok(c !== undefined, "what was locked before the one in the way is free again");
    c.release({ deleteFiles: true });
    locks?.release({ deleteFiles: true });
    assert.deepEqual(readdirSync(folder), []);
  });

  test("a lock file that its owner gave up is not mistaken for a lock by those who waited", async (t) => {
    const folder = temporaryFolder(t);
    const owner = lockPaths([`${folder}/a`]);
    const script = `
      import { lockPaths } from ${JSON.stringify(new URL("path-locks.ts", import.meta.url).href)};
      const locks = lockPaths([process.argv[1]], { onWait: () => process.stdout.write("waiting\\n") });
      process.stdout.write("locked\\n");
      process.stdin.once("end", () => locks.release({ deleteFiles: true })).resume();
    `;
    const waiter = spawn(process.execPath, ["--input-type=module", "-e", script, `${folder}/a`]);
    const printed = new Promise<string>((resolve) => waiter.stdout.once("data", (data) => resolve(String(data))));
    assert.equal(await printed, "waiting\n");
    owner?.release({ deleteFiles: true });
    const [line] = (await once(waiter.stdout, "data")) as [Buffer];
    assert.equal(String(line), "locked\n");
    // What it holds is a new file under the name, not the deleted one that it waited on.
    assert.equal(lstatSync(`${folder}/a.lock`).size, 0);
    assert.equal(lockPaths([`${folder}/a`], { wait: false }), undefined);
    waiter.stdin.end();
    await once(waiter, "exit");
    assert.deepEqual(readdirSync(folder), []);
  });
});

test("build logs are kept once, compressed, and found by derivation and by output", (t) => {
  const { store } = temporaryStore(t);
  const drv = `${"a".repeat(32)}-x.drv` as StorePath;
  const other = `${"b".repeat(32)}-x.drv` as StorePath;
  store.addBuildLog(drv, Buffer.from("first\n"));
  store.addBuildLog(drv, Buffer.from("second\n"));
  assert.equal(Buffer.from(store.buildLog(drv) ?? []).toString(), "first\n");
  assert.equal(store.buildLog(other), undefined);
  mkdirSync(`${store.layout.logDir}/drvs/bb`, { recursive: true });
  writeFileSync(`${store.layout.logDir}/drvs/bb/${other.slice(2)}`, "plain");
  assert.equal(Buffer.from(store.buildLog(other) ?? []).toString(), "plain");
  const info = store.queryPathInfo(store.addTextToStore("out", "out", []));
  const { ca: _ca, ...plain } = info;
  const output = `${"c".repeat(32)}-out` as StorePath;
  store.registerValidPaths([{ ...plain, path: output, deriver: drv }]);
  assert.equal(Buffer.from(store.buildLog(output) ?? []).toString(), "first\n");
});

test("sizes are printed as Nix prints them", () => {
  const cases: [bytes: number, printed: string][] = [
    [0, "0.0 KiB"],
    [100, "0.1 KiB"],
    [-4096, "-4.0 KiB"],
    [1024 * 1024, "1024.0 KiB"],
    [1025 * 1024, "1.0 MiB"],
    [5 * 1024 ** 3, "5.0 GiB"],
  ];
  for (const [bytes, printed] of cases) assert.equal(renderSize(bytes), printed);
});
