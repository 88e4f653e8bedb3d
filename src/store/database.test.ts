import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import {
  fillOutputPaths,
  FirnError,
  hashBytes,
  parseStorePathBaseName,
  type StorePath,
  type ValidPathInfo,
} from "#formats";
import { tryLockExisting } from "#host";
import { openLocalStore } from "./open-local-store.ts";
import { dumpDatabase, loadDatabase, registerValidity } from "./database/registration.ts";
import { listen, temporaryFolder, temporaryStore } from "./temporary-store.test-support.ts";

function fold(sql: unknown): string | null {
  return typeof sql === "string" ? sql.replace(/--.*\n/g, "").replace(/\s+/g, " ") : null;
}

function databaseFile(root: string): string {
  return `${root}/nix/var/nix/db/db.sqlite`;
}

test("a new database has the tables, indices and triggers that Nix makes", (t) => {
  const { store, root } = temporaryStore(t);
  store.close();
  const database = new DatabaseSync(databaseFile(root));
  t.after(() => database.close());
  const rows = database
    .prepare("select type, name, tbl_name as 'table', sql from sqlite_master")
    .all()
    .map((row) => ({ ...row, sql: fold(row["sql"]) }));
  assert.deepEqual(rows, JSON.parse(readFileSync(new URL("golden/schema.json", import.meta.url), "utf8")));
  assert.equal(database.prepare("pragma journal_mode").get()?.["journal_mode"], "wal");
  assert.equal(readFileSync(`${root}/nix/var/nix/db/schema`, "utf8"), "10");
});

test("reserves the space that a collection on a full disk will need", (t) => {
  const { store, open } = temporaryStore(t);
  const reserved = () => readFileSync(`${store.layout.databaseDir}/reserved`).length;
  assert.equal(reserved(), 4096);
  open({ settings: { gcReservedSpace: 10000 } });
  assert.equal(reserved(), 10000);
});

function made(letter: string, references: readonly string[] = []): ValidPathInfo {
  return {
    path: parseStorePathBaseName(`${letter.repeat(32)}-${letter}`),
    narHash: hashBytes("sha256", Buffer.from(letter)),
    narSize: 100,
    references: references.map((reference) => parseStorePathBaseName(`${reference.repeat(32)}-${reference}`)),
    registrationTime: 1234567890,
    ultimate: false,
    signatures: [],
  };
}

describe("registering many paths at once", () => {
  test("allows references among them, in any order, and to themselves", (t) => {
    const { store } = temporaryStore(t);
    store.registerValidPaths([made("a", ["b", "a"]), made("b", ["c"]), made("c")]);
    assert.deepEqual(store.queryPathInfo(made("a").path), made("a", ["a", "b"]));
    assert.deepEqual(store.queryReferrers(made("a").path), [made("a").path]);
    store.invalidatePath(made("a").path);
    assert.equal(store.queryAllValidPaths().length, 2);
  });

  test("registers none when they refer to each other in a circle", (t) => {
    const { store } = temporaryStore(t);
    assert.throws(() => store.registerValidPaths([made("a", ["b"]), made("b", ["c"]), made("c", ["a"])]), {
      message: `cycle detected in the references of '/nix/store/${made("a").path}' from '/nix/store/${made("c").path}'`,
    });
    assert.deepEqual(store.queryAllValidPaths(), []);
  });

  test("registers none when one refers to a path that is not valid", (t) => {
    const { store } = temporaryStore(t);
    assert.throws(() => store.registerValidPaths([made("a"), made("b", ["z"])]), /is not valid/);
    assert.deepEqual(store.queryAllValidPaths(), []);
  });

  test("takes a derivation before the one it depends on", (t) => {
    const { store } = temporaryStore(t);
    const derivation = (name: string, inputs: ReadonlyMap<StorePath, { readonly outputs: readonly string[] }>) =>
      fillOutputPaths(
        "/nix/store",
        {
          name,
          outputs: new Map([["out", { kind: "deferred" }]]),
          inputDerivations: inputs,
          inputSources: [],
          system: "s",
          builder: "b",
          args: [],
          env: new Map([["out", ""]]),
        },
        (input) => store.derivationModulo(input),
      );
    const base = store.writeDerivation(derivation("base", new Map()));
    const user = store.writeDerivation(derivation("user", new Map([[base, { outputs: ["out"] }]])));
    const copy = temporaryStore(t).store;
    for (const path of [user, base]) copyFileSync(store.realPath(path), copy.realPath(path));
    copy.registerValidPaths([user, base].map((path) => store.queryPathInfo(path)));
    assert.deepEqual(copy.queryDerivationOutputs(user), store.queryDerivationOutputs(user));
    assert.equal(copy.queryDerivationOutputs(user).size, 1);
  });

  test("keeps everything that is known of a path", (t) => {
    const { store } = temporaryStore(t);
    const full = { ...made("a"), deriver: made("b").path, ultimate: true, signatures: ["k-1:abc", "k-2:def"] };
    store.registerValidPaths([full]);
    assert.deepEqual(store.queryPathInfo(full.path), full);
    store.addSignatures(full.path, ["k-0:x", "k-1:abc"]);
    assert.deepEqual(store.queryPathInfo(full.path).signatures, ["k-0:x", "k-1:abc", "k-2:def"]);
  });
});

test("finds a path by its hash part only when that is all there", (t) => {
  const { store } = temporaryStore(t);
  store.registerValidPaths([made("b"), made("d")]);
  assert.equal(store.queryPathFromHashPart("b".repeat(32)), made("b").path);
  assert.equal(store.queryPathFromHashPart("c".repeat(32)), undefined);
  assert.equal(store.queryPathFromHashPart("f".repeat(32)), undefined);
  assert.throws(() => store.queryPathFromHashPart("b"), /invalid hash part/);
});

test("asking about a path that is not valid says so in Nix's words", (t) => {
  const { store } = temporaryStore(t);
  const { path } = made("a");
  const message = `path '/nix/store/${path}' is not valid`;
  assert.throws(() => store.queryPathInfo(path), { code: "path-not-valid", message });
  assert.throws(() => store.narFromPath(path), { message });
  assert.throws(() => store.readDerivation(path), { message });
  assert.equal(store.queryPathInfoIfValid(path), undefined);
  assert.equal(store.isValidPath(path), false);
});

describe("a damaged store", () => {
  const damages: [what: string, damage: (file: string) => void][] = [
    ["garbage in its place", (file) => writeFileSync(file, "garbage ".repeat(1000))],
    [
      "a page overwritten",
      (file) => writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, 4096), Buffer.alloc(60000, "x")])),
    ],
    ["the end cut off", (file) => truncateSync(file, 5000)],
  ];
  for (const [what, damage] of damages) {
    test(`is reported as such: ${what}`, (t) => {
      const { store, root } = temporaryStore(t);
      store.addTextToStore("x", "x", []);
      store.close();
      damage(databaseFile(root));
      const use = () => {
        const again = openLocalStore({ root, settings: { gcReservedSpace: 4096 } });
        try {
          again.queryAllValidPaths();
          again.queryPathInfo("x" as StorePath);
        } finally {
          again.close();
        }
      };
      assert.throws(use, (error) => {
        assert.ok(error instanceof FirnError);
        assert.equal(error.code, "store-database");
        assert.match(
          error.message,
          /^Cannot use the store's database "\/.*db\.sqlite": (.*malformed|.*not a database)/,
        );
        assert.match(error.hint ?? "", /backup/);
        return true;
      });
    });
  }

  test("is not opened when its schema is newer, older or no number", (t) => {
    const { store, root } = temporaryStore(t);
    store.close();
    const cases: [schema: string, message: RegExp][] = [
      ["11", /^current Nix store schema is version 11, but I only support 10$/],
      ["7", /schema is version 7, but 10 is needed/],
      ["ten", /schema" is corrupt$/],
    ];
    for (const [schema, message] of cases) {
      writeFileSync(`${root}/nix/var/nix/db/schema`, schema);
      assert.throws(() => openLocalStore({ root }), { message });
    }
  });

  test("is refused when its folder is reached through a link", (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(`${folder}/real`);
    symlinkSync(`${folder}/real`, `${folder}/link`);
    assert.throws(() => openLocalStore({ root: `${folder}/link` }), {
      message: `the path "${folder}/link" is a symlink; this is not allowed for the Nix store and its parent directories`,
    });
    openLocalStore({ root: `${folder}/link`, settings: { allowSymlinkedStore: true, gcReservedSpace: 1 } }).close();
  });
});

describe("a store opened read-only", () => {
  test("answers and changes nothing", (t) => {
    const { store, root } = temporaryStore(t);
    const path = store.addTextToStore("x", "x", []);
    store.close();
    const before = readdirSync(`${root}/nix/var/nix`, { recursive: true, encoding: "utf8" }).toSorted();
    const reader = openLocalStore({ root, readOnly: true });
    t.after(() => reader.close());
    assert.equal(reader.isValidPath(path), true);
    assert.equal(Buffer.concat([...reader.narFromPath(path)]).length, 120);
    reader.addTempRoot(path);
    assert.throws(() => reader.addTextToStore("y", "y", []), { code: "store-read-only" });
    assert.throws(() => reader.invalidatePath(path), { code: "store-read-only" });
    assert.deepEqual(readdirSync(`${root}/nix/var/nix`, { recursive: true, encoding: "utf8" }).toSorted(), before);
  });

  test("is what one gets of a store whose database belongs to another user", (t) => {
    if (process.geteuid?.() === 0) {
      t.skip("root may change everything");
      return;
    }
    const { store, root } = temporaryStore(t);
    const path = store.addTextToStore("x", "x", []);
    store.close();
    chmodSync(store.layout.databaseDir, 0o555);
    const reader = openLocalStore({ root });
    t.after(() => reader.close());
    assert.deepEqual(reader.queryAllValidPaths(), [path]);
    assert.throws(() => reader.addTextToStore("y", "y", []), {
      message: "Cannot change the store: it is open for reading only",
    });
    chmodSync(`${root}/nix`, 0o555);
    assert.throws(() => openLocalStore({ root: `${root}/nix/none` }), { code: "store-not-made" });
    chmodSync(`${root}/nix`, 0o755);
  });

  test("is not made where there is none", (t) => {
    const folder = temporaryFolder(t);
    assert.throws(() => openLocalStore({ root: `${folder}/none`, readOnly: true }), { code: "store-read-only" });
    assert.deepEqual(readdirSync(folder), []);
  });
});

test("a dump of the database can be loaded again", (t) => {
  const { store } = temporaryStore(t);
  store.registerValidPaths([made("a", ["b"]), { ...made("b"), deriver: made("c").path }]);
  const text = [...dumpDatabase(store)].join("");
  const copy = temporaryStore(t).store;
  loadDatabase(copy, text);
  assert.equal([...dumpDatabase(copy)].join(""), text);
});

test("files in place can be registered, and become like other store paths", (t) => {
  const { store } = temporaryStore(t);
  const path = parseStorePathBaseName(`${"a".repeat(32)}-file`);
  writeFileSync(store.realPath(path), "hello", { mode: 0o640 });
  registerValidity(store, `/nix/store/${path}\n\n0\n`, { hashGiven: false, reregister: false });
  assert.equal(store.queryPathInfo(path).narSize, 120);
  assert.equal(store.verifyStore({ checkContents: true }, listen().emit), false);
  const gone = parseStorePathBaseName(`${"b".repeat(32)}-file`);
  assert.throws(() => registerValidity(store, `/nix/store/${gone}\n\n0\n`, { hashGiven: false, reregister: false }));
});

test("writers share the big lock, and a reader takes none", (t) => {
  const { store, root } = temporaryStore(t);
  const reader = openLocalStore({ root, settings: { gcReservedSpace: 4096 } });
  t.after(() => reader.close());
  reader.queryAllValidPaths();
  const bigLock = `${store.layout.databaseDir}/big-lock`;
  const free = tryLockExisting(bigLock, "exclusive");
  assert.ok(free !== undefined);
  free.release();
  store.addTempRoot(made("a").path);
  reader.addTempRoot(made("a").path);
  assert.equal(tryLockExisting(bigLock, "exclusive"), undefined);
});

test("several processes make one store and fill it at the same time", async (t) => {
  const folder = temporaryFolder(t);
  const root = `${folder}/root`;
  const worker = new URL("crash-worker.test-support.ts", import.meta.url).pathname;
  const workers = [1, 2, 3].map((seed) =>
    spawn(process.execPath, [worker, root, "add", String(seed), "60"], { stdio: "inherit" }),
  );
  for (const [code] of await Promise.all(workers.map((process) => once(process, "exit")))) assert.equal(code, 0);
  const store = openLocalStore({ root, settings: { gcReservedSpace: 4096 } });
  t.after(() => store.close());
  assert.equal(store.queryAllValidPaths().length, 61);
  assert.equal(store.verifyStore({ checkContents: true }, listen().emit), false);
  const names = readdirSync(store.layout.realStoreDir);
  assert.deepEqual(
    names.filter((name) => name.endsWith(".lock") || name.startsWith("tmp")),
    [],
  );
});
