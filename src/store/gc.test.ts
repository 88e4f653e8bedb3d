import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import {
  type Derivation,
  FirnError,
  hashBytes,
  parseStorePathBaseName,
  type StorePath,
  type ValidPathInfo,
} from "#formats";
import { connectUnixSocket, lockFile, tryLockExisting } from "#host";
import type { LocalStore } from "./local-store.ts";
import type { GcResults } from "./store.ts";
import { gcLockPath, gcSocketPath } from "./garbage/temp-roots.ts";
import { listen, temporaryStore } from "./temporary-store.test-support.ts";

const quiet = listen().emit;

/** Collects as a process would that has no temporary roots of its own. */
async function collect(store: LocalStore): Promise<GcResults> {
  return await store.collectGarbage({ action: "delete-dead" }, quiet);
}

/** a ← b ← c, and d alone, added by a store that is closed again, so that only links keep them. */
function addChain(open: () => LocalStore): Record<"a" | "b" | "c" | "d", StorePath> {
  const store = open();
  const a = store.addTextToStore("a", "a", []);
  const b = store.addTextToStore("b", "b", [a]);
  const c = store.addTextToStore("c", "c", [b]);
  const d = store.addTextToStore("d", "d", []);
  store.close();
  return { a, b, c, d };
}

describe("collecting garbage", () => {
  test("keeps what a root reaches and deletes the rest", async (t) => {
    const { store, open, folder } = temporaryStore(t);
    const { a, b, c, d } = addChain(open);
    symlinkSync(`/nix/store/${b}`, `${store.layout.gcRootsDir}/direct`);
    assert.deepEqual((await store.collectGarbage({ action: "return-live" }, quiet)).paths, [a, b].toSorted());
    assert.deepEqual((await store.collectGarbage({ action: "return-dead" }, quiet)).paths, [c, d].toSorted());
    const results = await collect(store);
    assert.deepEqual(results.paths, [c, d].toSorted());
    assert.equal(results.bytesFreed, 2);
    assert.deepEqual(store.queryAllValidPaths(), [a, b].toSorted());
    assert.equal(existsSync(store.realPath(c)), false);
    assert.equal(existsSync(folder), true);
  });

  test("deletes only what is asked for, and says why it does not", async (t) => {
    const { store, open } = temporaryStore(t);
    const { a, d } = addChain(open);
    await assert.rejects(store.collectGarbage({ action: "delete-specific", paths: [a] }, quiet), {
      message:
        `Cannot delete path '/nix/store/${a}' since it is still alive. To find out why, use: ` +
        "nix-store --query --roots and nix-store --query --referrers",
    });
    const { paths } = await store.collectGarbage({ action: "delete-specific", paths: [d] }, quiet);
    assert.deepEqual(paths, [d]);
    assert.equal(store.queryAllValidPaths().length, 3);
  });

  test("deletes a path despite its root when told to ignore liveness, but not one in use", async (t) => {
    const { store, open } = temporaryStore(t);
    const { a, d } = addChain(open);
    symlinkSync(`/nix/store/${d}`, `${store.layout.gcRootsDir}/d`);
    const ignoring = { action: "delete-specific", ignoreLiveness: true } as const;
    await store.collectGarbage({ ...ignoring, paths: [d] }, quiet);
    assert.equal(store.isValidPath(d), false);
    await assert.rejects(store.collectGarbage({ ...ignoring, paths: [a] }, quiet), FirnError);
  });

  test("stops when enough is freed", async (t) => {
    const { store, open } = temporaryStore(t);
    const other = open();
    for (let i = 0; i < 10; i++) other.addTextToStore(`t${i}`, "x".repeat(1000) + String(i), []);
    other.close();
    const { paths, bytesFreed } = await store.collectGarbage({ action: "delete-dead", maxFreed: 2500 }, quiet);
    assert.equal(paths.length, 3);
    assert.equal(bytesFreed, 3003);
    assert.equal((await store.collectGarbage({ action: "delete-dead", maxFreed: 0 }, quiet)).paths.length, 0);
  });

  test("clears away leftovers, but not a temporary folder in use", async (t) => {
    const { store, folder } = temporaryStore(t);
    const real = store.layout.realStoreDir;
    mkdirSync(`${real}/tmp-1-stale`);
    writeFileSync(`${real}/tmp-1-stale/x`, "12345");
    mkdirSync(`${real}/tmp-2-used`);
    writeFileSync(`${real}/.tmp-link-1`, "");
    writeFileSync(`${real}/${"0".repeat(32)}-unregistered`, "left by a killed process");
    const lockHolder = spawn("flock", [`${real}/tmp-2-used`, "cat"], { stdio: ["pipe", "ignore", "inherit"] });
    t.after(() => lockHolder.kill());
    while (lockFileIsFree(`${real}/tmp-2-used`)) await new Promise((resolve) => setTimeout(resolve, 10));
    const { garbage, paths } = await collect(store);
    assert.deepEqual(garbage.toSorted(), [".tmp-link-1", "tmp-1-stale"]);
    assert.equal(paths.length, 1);
    assert.deepEqual(readdirSync(real).toSorted(), [".links", "tmp-2-used"]);
    lockHolder.stdin.end();
    await once(lockHolder, "exit");
    assert.deepEqual((await collect(store)).garbage, ["tmp-2-used"]);
    assert.equal(existsSync(folder), true);
  });

  test("keeps what this process and others have as temporary roots, and files that belong to them", async (t) => {
    const { store, open } = temporaryStore(t);
    const other = open();
    const mine = store.addTextToStore("mine", "m", []);
    const theirs = other.addTextToStore("theirs", "t", []);
    const planned = parseStorePathBaseName(`${"1".repeat(32)}-planned`);
    other.addTempRoot(planned);
    writeFileSync(`${store.realPath(planned)}.chroot`, "");
    assert.equal((await collect(store)).paths.length, 0);
    assert.equal(existsSync(`${store.realPath(planned)}.chroot`), true);
    other.close();
    const stale = `${store.layout.tempRootsDir}/4194399`;
    writeFileSync(stale, `/nix/store/${theirs}\0`);
    assert.deepEqual((await collect(store)).paths, [theirs, `${planned}.chroot`].toSorted());
    assert.equal(existsSync(stale), false, "a file that nobody locks belongs to a dead process");
    assert.equal(store.isValidPath(mine), true);
  });

  const linkCases: [what: string, make: (store: LocalStore, path: StorePath, folder: string) => void, kept: boolean][] =
    [
      ["a link below gcroots", (s, p) => symlinkSync(`/nix/store/${p}`, `${s.layout.gcRootsDir}/x`), true],
      ["a link to a file inside", (s, p) => symlinkSync(`/nix/store/${p}/bin/x`, `${s.layout.gcRootsDir}/x`), true],
      ["a link below profiles", (s, p) => symlinkSync(`/nix/store/${p}`, `${s.layout.profilesDir}/x-1-link`), true],
      ["an indirect root", (s, p, f) => void s.addPermanentRoot(p, `${f}/result`), true],
      ["a file named like it", (s, p) => writeFileSync(`${s.layout.gcRootsDir}/${p}`, ""), true],
      ["a link elsewhere", (_s, p, f) => symlinkSync(`/nix/store/${p}`, `${f}/result`), false],
      ["a link to another store", (s, p) => symlinkSync(`/other/store/${p}`, `${s.layout.gcRootsDir}/x`), false],
      [
        "a link to a link to a link",
        (s, p, f) => {
          symlinkSync(`/nix/store/${p}`, `${f}/last`);
          symlinkSync(`${f}/last`, `${f}/middle`);
          symlinkSync(`${f}/middle`, `${s.layout.gcRootsDir}/x`);
        },
        false,
      ],
    ];
  for (const [what, make, kept] of linkCases) {
    test(`${kept ? "keeps" : "does not keep"} a path for ${what}`, async (t) => {
      const { store, open, folder } = temporaryStore(t);
      const other = open();
      const path = other.addTextToStore("kept", "kept", []);
      make(other, path, folder);
      other.close();
      await collect(store);
      assert.equal(store.isValidPath(path), kept);
    });
  }

  test("forgets an indirect root whose link is gone", async (t) => {
    const { store, folder } = temporaryStore(t);
    const link = `${folder}/gone`;
    store.addIndirectRoot(link);
    const name = readdirSync(`${store.layout.gcRootsDir}/auto`)[0];
    const { texts, emit } = listen();
    await store.collectGarbage({ action: "delete-dead" }, emit);
    const auto = `${store.layout.gcRootsDir}/auto`;
    assert.ok(texts.includes(`removing stale link from "${auto}/${name}" to "${link}"`), texts.join("\n"));
    assert.deepEqual(readdirSync(auto), []);
  });

  test("names an indirect root as Nix does, and does not replace what is no root", (t) => {
    const { store, folder } = temporaryStore(t);
    const path = store.addTextToStore("x", "x", []);
    store.addIndirectRoot("/some/link");
    // nix-hash --type sha1 --base32 --flat of "/some/link".
    assert.deepEqual(readdirSync(`${store.layout.gcRootsDir}/auto`), ["adbrk63swjcr44nv9znx7srvx994is0n"]);
    writeFileSync(`${folder}/file`, "mine");
    assert.throws(() => store.addPermanentRoot(path, `${folder}/file`), {
      message: `cannot create symlink "${folder}/file"; already exists`,
    });
    assert.throws(() => store.addPermanentRoot(path, `/nix/store/x/result`), /in the Nix store is forbidden/);
    assert.equal(store.addPermanentRoot(path, `${folder}/result`), `${folder}/result`);
    const permanent = { path, link: `${folder}/result` };
    assert.deepEqual(store.findRoots({ runtime: false }), [permanent]);
    const temporary = { path, link: `{temp:${process.pid}}` };
    assert.deepEqual(store.findRoots({ runtime: false, temporary: true }), [permanent, temporary]);
  });

  test("keeps what a running process has in its environment", async (t) => {
    const { store, open } = temporaryStore(t);
    const { a, d } = addChain(open);
    const child = spawn("cat", {
      env: { ...process.env, USED: `x:/nix/store/${a}/bin:y` },
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.write("ready");
    await once(child.stdout, "data");
    const { paths } = await collect(store);
    child.stdin.end();
    await once(child, "exit");
    assert.ok(!paths.includes(a));
    assert.ok(paths.includes(d));
  });

  test("deletes links that nothing shares any more, and keeps the others", async (t) => {
    const { store, open } = temporaryStore(t, { settings: { autoOptimiseStore: true } });
    const other = open({ settings: { autoOptimiseStore: true } });
    const one = other.addTextToStore("one", "equal", []);
    const two = other.addTextToStore("two", "equal", []);
    other.addTextToStore("three", "different", []);
    assert.equal(lstatSync(store.realPath(one)).ino, lstatSync(store.realPath(two)).ino);
    assert.equal(readdirSync(store.layout.linksDir).length, 2);
    symlinkSync(`/nix/store/${one}`, `${store.layout.gcRootsDir}/one`);
    other.close();
    await collect(store);
    assert.equal(readdirSync(store.layout.linksDir).length, 1);
    assert.equal(lstatSync(store.realPath(one)).nlink, 2);
    assert.equal(lstatSync(store.realPath(one)).mode, 0o100444);
  });
});

/** A derivation and its output, registered. */
function addBuilt(store: LocalStore): { readonly derivation: StorePath; readonly output: StorePath } {
  const hash = hashBytes("sha256", Buffer.from("built"));
  const derivation: Derivation = {
    name: "built",
    outputs: new Map([["out", { kind: "fixed", ca: { method: "flat", hash } }]]),
    inputDerivations: new Map(),
    inputSources: [],
    system: "x",
    builder: "/x",
    args: [],
    env: new Map(),
  };
  const path = store.writeDerivation({ ...derivation, env: new Map([["out", ""]]) });
  const output = store.queryDerivationOutputs(path).get("out");
  assert.ok(output !== undefined);
  writeFileSync(store.realPath(output), "built");
  const info: ValidPathInfo = {
    path: output,
    narHash: hash,
    narSize: 120,
    references: [],
    deriver: path,
    registrationTime: 0,
    ultimate: true,
    signatures: [],
  };
  store.registerValidPaths([info]);
  return { derivation: path, output };
}

describe("derivations and their outputs", () => {
  const cases: [keepOutputs: boolean, keepDerivations: boolean, root: "derivation" | "output", kept: number][] = [
    [false, false, "derivation", 1],
    [false, false, "output", 1],
    [false, true, "derivation", 1],
    [false, true, "output", 2],
    [true, false, "derivation", 2],
    [true, false, "output", 1],
    [true, true, "derivation", 2],
    [true, true, "output", 2],
  ];
  for (const [keepOutputs, keepDerivations, root, kept] of cases) {
    test(`keep-outputs=${keepOutputs} keep-derivations=${keepDerivations}: a root on the ${root} keeps ${kept}`, async (t) => {
      const { store, open } = temporaryStore(t, { settings: { keepOutputs, keepDerivations } });
      const other = open();
      const built = addBuilt(other);
      other.close();
      symlinkSync(`/nix/store/${built[root]}`, `${store.layout.gcRootsDir}/root`);
      await collect(store);
      assert.equal(store.queryAllValidPaths().length, kept);
      assert.equal(store.isValidPath(built[root]), true);
    });
  }
});

describe("roots while a collection runs", () => {
  test("the collector answers 1 to each line on its socket", async (t) => {
    const { store, open, folder } = temporaryStore(t);
    const { d } = addChain(open);
    const planned = parseStorePathBaseName(`${"1".repeat(32)}-planned`);
    const other = open();
    for (let i = 0; i < 100; i++) other.addTextToStore(`t${i}`, String(i), []);
    other.close();
    writeFileSync(`${store.realPath(planned)}.lock`, "");
    const script = `
      import { writeFileSync } from "node:fs";
      import { connect } from "node:net";
      const [, socketPath, connected] = process.argv;
      const socket = connect(socketPath, () => writeFileSync(connected, ""));
      socket.on("error", (error) => { process.stdout.write(error.message); process.exit(1); });
      socket.write("/nix/store/${planned}\\nno path\\n/nix/store/${d}\\n");
      let answer = "";
      socket.on("data", (data) => { answer += data; if (answer.length === 3) { process.stdout.write(answer); socket.end(); } });
    `;
    let answer = "";
    let asked: Promise<unknown> | undefined;
    const results = await store.collectGarbage({ action: "delete-dead" }, () => {
      if (asked === undefined) {
        const connected = `${folder}/connected`;
        const args = ["--input-type=module", "-e", script, gcSocketPath(store.layout), connected];
        const child = spawn(process.execPath, args);
        child.stdout.on("data", (data) => (answer += String(data)));
        asked = once(child, "exit");
        while (!existsSync(connected)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
      // Slow deletions, so that the client is answered while there is still work, before or after `d` is gone.
      const until = performance.now() + (answer === "" ? 11 : 0);
      while (performance.now() < until);
    });
    await asked;
    assert.equal(answer, "111");
    assert.ok(results.paths.length >= 100);
    assert.equal(existsSync(gcSocketPath(store.layout)), false);
  });

  test("a client tells the collector, waits for its answer, and only then goes on", async (t) => {
    const { store, root, folder } = temporaryStore(t);
    const lock = lockFile(gcLockPath(store.layout), "exclusive", { wait: true });
    const answer = `${folder}/answer`;
    const client = new URL("gc-client.test-support.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, [client, root, answer], { stdio: ["ignore", "ignore", "inherit"] });
    // The client finds no socket at first and has to try again.
    await new Promise((resolve) => setTimeout(resolve, 300));
    mkdirSync(`${store.layout.stateDir}/gc-socket`, { recursive: true });
    const lines: string[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        lines.push(String(data));
        assert.equal(existsSync(answer), false, "it must not go on before it is answered");
        setTimeout(() => socket.write("1"), 50);
      });
    });
    server.listen(gcSocketPath(store.layout));
    await once(child, "exit");
    server.close();
    lock?.release();
    const path = parseStorePathBaseName(readFileSync(answer, "latin1"));
    assert.deepEqual(lines, [`/nix/store/${path}\n`]);
    assert.equal(store.isValidPath(path), true);
  });

  test("a root given by this very process during a collection counts", async (t) => {
    const { store, open } = temporaryStore(t);
    const { a, b, c, d } = addChain(open);
    const results = await store.collectGarbage({ action: "delete-dead" }, (event) => {
      if (event.kind === "message" && event.text === "finding garbage collector roots...") store.addTempRoot(c);
    });
    assert.deepEqual(results.paths, [d]);
    assert.deepEqual(store.queryAllValidPaths(), [a, b, c].toSorted());
  });

  // Nix 87716847d4: a root that came between the decision and the deletion was ignored.
  test("a root that comes between two deletions of one closure keeps the rest of it", async (t) => {
    const { store, open } = temporaryStore(t);
    const { a, b, c } = addChain(open);
    const results = await store.collectGarbage({ action: "delete-dead" }, (event) => {
      if (event.kind === "message" && event.text === `deleting '/nix/store/${c}'`) {
        store.addTempRoot(b);
        const until = performance.now() + 15;
        while (performance.now() < until);
      }
    });
    assert.ok(results.paths.includes(c));
    assert.deepEqual(store.queryAllValidPaths(), [a, b].toSorted());
  });

  test("two stores of one process have two files of temporary roots", (t) => {
    const { store, open } = temporaryStore(t);
    const other = open();
    store.addTempRoot(parseStorePathBaseName(`${"1".repeat(32)}-x`));
    other.addTempRoot(parseStorePathBaseName(`${"2".repeat(32)}-y`));
    const names = readdirSync(store.layout.tempRootsDir).toSorted();
    assert.deepEqual(names, [`${process.pid}`, `${process.pid}-1`]);
    const text = readFileSync(`${store.layout.tempRootsDir}/${process.pid}`, "latin1");
    assert.equal(text, `/nix/store/${"1".repeat(32)}-x\0`);
    other.close();
    assert.deepEqual(readdirSync(store.layout.tempRootsDir), [`${process.pid}`]);
  });

  test("nobody listens on a socket that is not there", () => {
    assert.equal(connectUnixSocket("/nonexistent/socket"), undefined);
  });
});

function lockFileIsFree(path: string): boolean {
  const lock = tryLockExisting(path, "exclusive");
  lock?.release();
  return lock !== undefined;
}
