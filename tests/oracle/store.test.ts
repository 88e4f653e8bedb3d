// One store used by Firn and by the real Nix, in turn and at the same time. Runs where nix-store is on PATH.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, closeSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { printContentAddress, printHash, type StorePath } from "#formats";
import { dumpDatabase, type LocalStore } from "#store";
import { listen, makeTree, temporaryStore } from "../../src/store/temporary-store.test-support.ts";

const version = spawnSync("nix-store", ["--version"], { encoding: "utf8" }).stdout ?? "";
const skip = version === "" ? "the real nix-store is not on PATH" : false;
// Older ones print otherwise, and answer on the collector's socket otherwise.
const skipBut234 = version.includes(" 2.34") ? false : "no Nix 2.34 on PATH to compare with";
const experimental = { NIX_CONFIG: "experimental-features = nix-command" };

interface Run {
  readonly out: string;
  readonly err: string;
}

function nix(program: string, root: string, ...words: string[]): Run {
  const run = spawnSync(program, ["--store", root, ...words], {
    encoding: "utf8",
    env: { ...process.env, ...experimental },
  });
  assert.equal(run.status, 0, `${program} ${words.join(" ")}: ${run.stderr}`);
  return { out: run.stdout, err: run.stderr };
}

function assertNixIsContent(root: string): void {
  const { err } = nix("nix-store", root, "--verify", "--check-contents");
  assert.doesNotMatch(err, /disappeared|modified|error|warning/);
}

const tree = {
  "bin/run": { run: "#!/bin/sh\n" },
  "share/a": "same",
  "share/b": "same",
  "share/Gr\xc3\xb6\xc3\x9fe": "x",
  empty: {},
  link: { link: "bin/run" },
};

/** A tree, a text that refers to it, and a derivation that refers to both. */
function fill(store: LocalStore, folder: string): StorePath[] {
  const source = store.addToStore("source", makeTree(`${folder}/source`, tree), { method: "nar", algorithm: "sha256" });
  const text = store.addTextToStore("text", `/nix/store/${source.path}`, [source.path]);
  const derivation = store.writeDerivation({
    name: "thing",
    outputs: new Map([["out", { kind: "floating", method: "nar", algorithm: "sha256" }]]),
    inputDerivations: new Map(),
    inputSources: [source.path, text].toSorted(),
    system: "x86_64-linux",
    builder: "/bin/sh",
    args: ["-c", "true"],
    env: new Map([["out", "/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9"]]),
  });
  return [source.path, text, derivation];
}

test("Nix verifies, lists and deletes what Firn added", { skip }, (t) => {
  const { store, root, folder } = temporaryStore(t);
  const [source, text] = fill(store, folder);
  store.optimiseStore(listen().emit);
  assertNixIsContent(root);
  assert.equal(nix("nix-store", root, "--dump-db").out, [...dumpDatabase(store)].join(""));
  assert.equal(nix("nix-store", root, "--query", "--references", `/nix/store/${text}`).out, `/nix/store/${source}\n`);
  store.addPermanentRoot(text as StorePath, `${folder}/result`);
  assert.match(
    nix("nix-store", root, "--gc", "--print-roots").out,
    new RegExp(`^"?${folder}/result"? -> .*${text}$`, "m"),
  );
  store.close();
  const { err } = nix("nix-store", root, "--gc");
  assert.deepEqual(err.match(/(?<=deleting '.*-).*(?=')/g), ["thing.drv"], "only the derivation has no root");
  assertNixIsContent(root);
});

test("Firn knows of what Nix added exactly what Nix knows", { skip: skipBut234 }, (t) => {
  const { store, root, folder } = temporaryStore(t);
  const source = makeTree(`${folder}/source`, tree);
  for (const words of [
    ["--add", source],
    ["--add-fixed", "sha1", `${source}/share/a`],
  ])
    nix("nix-store", root, ...words);
  nix("nix-store", root, "--add-fixed", "--recursive", "sha512", source);
  nix(
    "nix-instantiate",
    root,
    "-E",
    'derivation { name = "x"; system = "s"; builder = "b"; outputs = [ "out" "dev" ]; }',
  );
  const json = JSON.parse(nix("nix", root, "path-info", "--json", "--json-format", "1", "--all").out) as Record<
    string,
    { ca: string | null; narHash: string; narSize: number; references: string[]; registrationTime: number }
  >;
  assert.equal(Object.keys(json).length, 4);
  for (const [printed, expected] of Object.entries(json)) {
    const info = store.queryPathInfo(printed.slice("/nix/store/".length) as StorePath);
    assert.equal(info.ca === undefined ? null : printContentAddress(info.ca), expected.ca);
    assert.equal(printHash(info.narHash, "sri"), expected.narHash);
    assert.equal(info.narSize, expected.narSize);
    assert.equal(info.registrationTime, expected.registrationTime);
    assert.deepEqual(
      info.references.map((path) => `/nix/store/${path}`),
      expected.references,
    );
  }
  const derivation = store.queryAllValidPaths().find((path) => path.endsWith(".drv"));
  assert.ok(derivation !== undefined);
  assert.deepEqual([...store.queryDerivationOutputs(derivation).keys()].toSorted(), ["dev", "out"]);
  assert.equal(store.verifyStore({ checkContents: true }, listen().emit), false);
});

test("both add the same and different paths at the same time", { skip }, async (t) => {
  const { store, root, folder } = temporaryStore(t);
  const script = `for i in $(seq 20); do mkdir -p "$1/$i"; echo $i > "$1/$i/x"; nix-store --store "$2" --add "$1/$i" > /dev/null || exit 1; done`;
  const theirs = spawn("sh", ["-c", script, "sh", `${folder}/many`, root], { stdio: ["ignore", "ignore", "inherit"] });
  const exit = once(theirs, "exit");
  const running = new Set([theirs]);
  void exit.then(() => running.delete(theirs));
  for (let i = 1; running.size > 0 || i <= 40; i++) {
    const number = ((i - 1) % 60) + 1;
    const source = makeTree(`${folder}/ours-${i}`, { x: `${number}\n` });
    store.addToStore(String(number), source, { method: "nar", algorithm: "sha256" });
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await exit)[0], 0);
  assertNixIsContent(root);
});

test("Firn tells a collection that Nix is making of its roots, and waits for it", { skip: skipBut234 }, async (t) => {
  const { store, root, folder, open } = temporaryStore(t);
  const other = open();
  const doomed = other.addTextToStore("doomed", "doomed", []);
  const wanted = other.addTextToStore("wanted", "wanted", []);
  other.close();
  // Nix reads this pipe when its roots are found, and so waits there with its lock held and its socket open.
  const pipe = `${folder}/sync`;
  execFileSync("mkfifo", [pipe]);
  const collecting = spawn("nix-store", ["--store", root, "--gc"], {
    env: { ...process.env, _NIX_TEST_GC_SYNC_2: pipe },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  collecting.stderr.on("data", (data) => (said += String(data)));
  while (!said.includes("finding garbage collector roots")) await new Promise((resolve) => setTimeout(resolve, 20));
  store.addTempRoot(wanted);
  const fresh = store.addTextToStore("fresh", "fresh", []);
  const exit = once(collecting, "exit");
  closeSync(openSync(pipe, "w"));
  assert.equal((await exit)[0], 0, said);
  assert.deepEqual(
    [doomed, wanted, fresh].map((path) => store.isValidPath(path)),
    [false, true, true],
  );
  assertNixIsContent(root);
});

test(
  "Nix tells a collection that Firn is making of its roots, and goes on after the answer",
  { skip: skipBut234 },
  async (t) => {
    const { store, root, folder, open } = temporaryStore(t);
    const other = open();
    for (let i = 0; i < 200; i++) other.addTextToStore(`t${i}`, String(i), []);
    other.close();
    writeFileSync(`${folder}/theirs`, "theirs");
    let exit: Promise<unknown[]> | undefined;
    let added = "";
    await store.collectGarbage({ action: "delete-dead" }, () => {
      if (exit === undefined) {
        const adding = spawn("nix-store", ["--store", root, "--add", `${folder}/theirs`], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        adding.stdout.on("data", (data) => (added += String(data)));
        exit = once(adding, "exit");
      }
      const until = performance.now() + (added === "" ? 11 : 0);
      while (performance.now() < until);
    });
    assert.equal((await exit)?.[0], 0);
    assert.match(added, /^\/nix\/store\/.*-theirs\n$/);
    assert.equal(store.isValidPath(added.trim().slice("/nix/store/".length) as StorePath), true);
    assertNixIsContent(root);
  },
);

test("the temporary roots of each keep its paths from the other's collections", { skip: skipBut234 }, (t) => {
  const { store, root } = temporaryStore(t);
  const mine = store.addTextToStore("mine", "mine", []);
  nix("nix-store", root, "--gc");
  assert.equal(store.isValidPath(mine), true);
  const pinned = store.addTextToStore("pinned", "pinned", []);
  symlinkSync(`/nix/store/${pinned}`, `${store.layout.gcRootsDir}/pinned`);
  mkdirSync(`${store.layout.realStoreDir}/tmp-1-1`);
  store.close();
  nix("nix-store", root, "--gc");
  assert.equal(nix("nix-store", root, "--gc", "--print-live").out, `/nix/store/${pinned}\n`);
});
