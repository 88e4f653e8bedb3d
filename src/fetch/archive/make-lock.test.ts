import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { readDebData } from "./deb.ts";
import { openLock, shardOf } from "./lock-folder.ts";
import { makeLock } from "./make-lock.ts";
import type { LockOptions } from "./make-lock.ts";
import { busybox, makeDeb, makeSmallArchive } from "./small-archive.test-support.ts";
import type { SmallArchive } from "./small-archive.test-support.ts";

const folder = mkdtempSync(join(tmpdir(), "firn-lock-"));
let archive: SmallArchive;

before(async () => {
  archive = await makeSmallArchive(join(folder, "archive"), [
    {
      suite: "stable",
      sources: `Package: hello\nVersion: 2.10-3\nDirectory: pool/h\nChecksums-Sha256:\n ${"a".repeat(64)} 3 hello_2.10.dsc\n ${"b".repeat(64)} 5 hello_2.10.orig.tar.gz\n`,
      packages: [
        busybox,
        {
          name: "hello",
          version: "2.10-3",
          fields: [
            "Pre-Depends: libc6 (>= 2.34)",
            "Depends: missing | editor, awk",
            "Description: greets",
            "Priority: optional",
          ],
        },
        { name: "libc6", version: "2.36-9", fields: ["Depends: libgcc-s1", "Essential: yes"] },
        { name: "libgcc-s1", version: "12", fields: ["Depends: libc6"] },
        { name: "vim", version: "9", fields: ["Provides: editor", "Priority: optional"] },
        { name: "nano", version: "7", fields: ["Provides: editor", "Priority: important"] },
        { name: "mawk", version: "1", fields: ["Provides: awk (= 2)"] },
        { name: "gawk", version: "1", fields: ["Provides: awk"] },
        { name: "picky", version: "1", fields: ["Depends: awk (>= 2), hello:any (<< 3), hello (>= 9)"] },
      ],
    },
    {
      suite: "stable-security",
      packages: [{ name: "libc6", version: "2.36-9+deb12u1", fields: ["Depends: libgcc-s1", "Essential: yes"] }],
    },
    { suite: "expired", packages: [busybox], release: ["Valid-Until: Sat, 01 Jan 2000 00:00:00 UTC"] },
  ]);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function options(name: string, changes: Partial<LockOptions> = {}): LockOptions {
  const directory = join(folder, name);
  return {
    directory,
    sources: archive.sources("stable", "stable-security"),
    mirror: { attempts: 2, firstPause: 1 },
    ...changes,
  };
}

const quiet = (): void => {};

async function copyOfArchive(name: string): Promise<string> {
  const root = join(folder, name);
  cpSync(archive.root, root, { recursive: true });
  return root;
}

function optionsFor(root: string, lock: string): LockOptions {
  const sources = archive.sources("stable").map((source) => ({ ...source, uri: `file://${root}` }));
  return options(lock, { sources });
}

test("a lock pins the newest version among the suites, and resolves dependencies to names", async () => {
  const summary = await makeLock(options("lock"), quiet);
  assert.equal(summary.packages, 9);
  const lock = await openLock(join(folder, "lock"));
  lock.verify();
  assert.equal(lock.index.release, "stable");
  assert.equal(lock.package("libc6").version, "2.36-9+deb12u1");
  const hello = lock.package("hello");
  assert.deepEqual(hello.depends, ["gawk", "libc6", "nano"]);
  assert.equal(hello.upstreamVersion, "2.10");
  assert.deepEqual(lock.index.groups, { libc6: ["libc6", "libgcc-s1"] });
  assert.deepEqual(lock.index.essential, ["libc6"]);
  assert.deepEqual(
    lock.source("hello")?.files.map(({ name }) => name),
    ["hello_2.10.orig.tar.gz"],
  );
});

test("a versioned constraint is satisfied by a versioned provider only, and what nothing satisfies is recorded", async () => {
  await makeLock(options("lock-picky"), quiet);
  const picky = (await openLock(join(folder, "lock-picky"))).package("picky");
  assert.deepEqual(picky.depends, ["hello", "mawk"]);
  assert.deepEqual(picky.unsatisfied, ["hello (>= 9)"]);
});

test("a package's record lies in the shard that the hash of its name tells", async () => {
  await makeLock(options("lock-shards"), quiet);
  assert.equal(shardOf("hello"), "2cf");
  const shard = JSON.parse(readFileSync(join(folder, "lock-shards/packages/2cf.json"), "utf8")) as Record<
    string,
    unknown
  >;
  assert.ok("hello" in shard);
});

test("the same archive gives the same lock, byte for byte", async () => {
  await makeLock(options("lock-a"), quiet);
  await makeLock(options("lock-b"), quiet);
  assert.equal(
    readFileSync(join(folder, "lock-a/index.json"), "utf8"),
    readFileSync(join(folder, "lock-b/index.json"), "utf8"),
  );
});

test("a lock of a few packages holds their dependencies and nothing else", async () => {
  await makeLock(options("lock-few", { only: ["hello"] }), quiet);
  const names = Object.keys((await openLock(join(folder, "lock-few"))).versions());
  assert.deepEqual(names.toSorted(), ["gawk", "hello", "libc6", "libgcc-s1", "mawk", "nano"]);
});

test("the bootstrap's busybox is taken out of its deb, and may be run", async () => {
  await makeLock(options("lock-bootstrap"), quiet);
  const file = join(folder, "lock-bootstrap/bootstrap/busybox");
  assert.equal(readFileSync(file, "latin1"), "\x7fELF busybox");
  assert.equal(statSync(file).mode & 0o111, 0o111);
});

test("a name that does not exist gets suggestions", async () => {
  await assert.rejects(makeLock(options("lock-none", { only: ["helo"] }), quiet), {
    code: "archive-package-unknown",
    hint: "Did you mean 'hello'?",
  });
  await makeLock(options("lock-names"), quiet);
  const lock = await openLock(join(folder, "lock-names"));
  assert.throws(() => lock.package("nanno"), {
    message: "The archive has no package 'nanno'",
    hint: "Did you mean 'nano'?",
  });
});

test("a release file that another key signed, or that was changed, is refused", async () => {
  const strange = archive.sources("stable").map((source) => ({ ...source, signedBy: [archive.otherKeyring] }));
  await assert.rejects(makeLock(options("lock-signed", { sources: strange }), quiet), { code: "archive-signature" });
  const root = await copyOfArchive("changed");
  const release = join(root, "dists/stable/InRelease");
  writeFileSync(release, readFileSync(release, "utf8").replace("Version: 1.0", "Version: 1.1"));
  await assert.rejects(makeLock(optionsFor(root, "lock-signed"), quiet), { code: "archive-signature" });
  writeFileSync(release, "Origin: Small\n");
  await assert.rejects(makeLock(optionsFor(root, "lock-signed"), quiet), { code: "archive-signature" });
  assert.ok(!existsSync(join(folder, "lock-signed")));
});

test("a keyring that is not there is named", async () => {
  const keyless = archive.sources("stable").map((source) => ({ ...source, signedBy: ["/nowhere/keyring.gpg"] }));
  await assert.rejects(makeLock(options("lock-keyless", { sources: keyless }), quiet), {
    code: "archive-keyring",
    message: /'\/nowhere\/keyring.gpg'/,
  });
});

test("an expired release file is refused", async () => {
  await assert.rejects(makeLock(options("lock-expired", { sources: archive.sources("expired") }), quiet), {
    code: "archive-expired",
  });
});

test("an index that is not the signed one is refused, whether cut off or changed", async () => {
  const root = await copyOfArchive("broken-index");
  const index = join(root, "dists/stable/main/binary-amd64/Packages.xz");
  const whole = readFileSync(index);
  truncateSync(index, whole.length - 7);
  await assert.rejects(makeLock(optionsFor(root, "lock-index"), quiet), { code: "archive-truncated" });
  whole[20] = (whole[20] ?? 0) ^ 1;
  writeFileSync(index, whole);
  await assert.rejects(makeLock(optionsFor(root, "lock-index"), quiet), { code: "archive-hash-mismatch" });
});

test("a deb that is cut off says so, wherever the cut is", () => {
  const deb = makeDeb({ "usr/bin/x": "x".repeat(3000) });
  assert.equal(readDebData("x.deb", deb)[0]?.path, "usr/bin/x");
  for (let length = 0; length < deb.length; length += 13) {
    assert.throws(
      () => readDebData("x.deb", deb.subarray(0, length)),
      { code: "archive-deb-corrupt" },
      `${length} bytes`,
    );
  }
});

test("a file that the mirror no longer carries points at `firn lock`", async () => {
  const root = await copyOfArchive("moved-on");
  rmSync(join(root, "pool"), { recursive: true });
  await assert.rejects(makeLock(optionsFor(root, "lock-gone"), quiet), {
    code: "archive-file-gone",
    hint: /firn lock/,
  });
});

test("a failed attempt leaves the older lock as it was, and nothing beside it", async () => {
  mkdirSync(join(folder, "kept"));
  await makeLock(options("kept/lock"), quiet);
  const older = readFileSync(join(folder, "kept/lock/index.json"), "utf8");
  const root = await copyOfArchive("moved-on-2");
  rmSync(join(root, "pool"), { recursive: true });
  await assert.rejects(makeLock(optionsFor(root, "kept/lock"), quiet));
  assert.equal(readFileSync(join(folder, "kept/lock/index.json"), "utf8"), older);
  await makeLock(options("kept/lock", { only: ["hello"] }), quiet);
  assert.deepEqual(readdirSync(join(folder, "kept")), ["lock"]);
});

test("a folder that is no lock is not replaced", async () => {
  mkdirSync(join(folder, "mine"));
  writeFileSync(join(folder, "mine/letter"), "dear");
  await assert.rejects(makeLock(options("mine"), quiet), { code: "lock-in-the-way" });
  assert.equal(readFileSync(join(folder, "mine/letter"), "utf8"), "dear");
});

test("a lock that was damaged is noticed", async () => {
  await makeLock(options("lock-damaged"), quiet);
  const path = join(folder, "lock-damaged/packages/2cf.json");
  writeFileSync(path, readFileSync(path, "utf8").replace("2.10-3", "2.10-4"));
  const lock = await openLock(join(folder, "lock-damaged"));
  assert.throws(() => lock.package("hello"), { code: "lock-unreadable" });
  assert.throws(() => lock.verify(), { code: "lock-unreadable" });
  truncateSync(join(folder, "lock-damaged/index.json"), 40);
  await assert.rejects(openLock(join(folder, "lock-damaged")), { code: "lock-unreadable", hint: /firn lock/ });
  await assert.rejects(openLock(join(folder, "nowhere")), { code: "lock-unreadable" });
});

async function withMirror(
  handle: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  use: (uri: string) => Promise<void>,
): Promise<void> {
  let count = 0;
  const server = createServer((request, response) => handle(request, response, ++count));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  try {
    await use(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  response.end(readFileSync(join(archive.root, request.url ?? "")));
}

const overHttp = (uri: string, lock: string, mirror = {}): LockOptions =>
  options(lock, {
    sources: archive.sources("stable").map((source) => ({ ...source, uri })),
    mirror: { attempts: 3, firstPause: 1, stalledAfter: 300, ...mirror },
  });

test("a transfer that breaks off, stalls or meets a busy server is tried again", async () => {
  const failures: readonly ((response: ServerResponse) => void)[] = [
    (response) => void response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy()),
    (response) => void response.writeHead(200, { "content-length": "100" }).write("stalled"),
    (response) => void response.writeHead(503).end(),
  ];
  for (const [index, fail] of failures.entries()) {
    await withMirror(
      (request, response, count) => (count === 1 ? fail(response) : serve(request, response)),
      async (uri) => {
        const { packages } = await makeLock(overHttp(uri, `lock-http-${index}`), quiet);
        assert.equal(packages, 9);
      },
    );
  }
});

test("a network that stays away is told with the address and the number of attempts", async () => {
  await withMirror(
    (_request, response) =>
      void response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy()),
    async (uri) => {
      await assert.rejects(makeLock(overHttp(uri, "lock-away"), quiet), {
        code: "archive-download",
        message: /Cannot download 'http:.*InRelease' after 3 attempts/,
      });
    },
  );
  assert.ok(!existsSync(join(folder, "lock-away")));
});
