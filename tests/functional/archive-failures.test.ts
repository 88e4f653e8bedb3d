// What goes wrong between the archive's mirror and a profile: a deb that is cut off, altered or gone, a network that breaks,
// a lock that is damaged, a name that no package has, an archive that wants to write elsewhere. The mirror is a server of
// this process with a small signed archive behind it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { makeLock } from "#fetch";
import { busybox, makeSmallArchive, type SmallArchive } from "../../src/fetch/archive/small-archive.test-support.ts";
import { openScene, packageSet, type Answer, type Scene } from "./program.ts";

const collection = join(import.meta.dirname, "../../collection/packages");
const folder = mkdtempSync(join(tmpdir(), "firn-archive-failures-"));
/** What the mirror does with a request instead of serving the file: by the name of the package, or of another file. */
const faults = new Map<string, (response: ServerResponse, file: Buffer, count: number) => void>();
const counts = new Map<string, number>();
let archive: SmallArchive;
let server: Server;
let uri = "";

before(async () => {
  // What the collection's bootstrap and its essential programs are made of.
  const bootstrap =
    "libc6 libgcc-s1 libstdc++6 libcrypt1 perl-base patchelf bash dash coreutils debianutils diffutils findutils grep gzip " +
    "hostname mawk ncurses-bin sed tar util-linux bsdutils";
  archive = await makeSmallArchive(join(folder, "archive"), [
    {
      suite: "stable",
      packages: [
        busybox,
        ...bootstrap.split(" ").map((name) => ({ name, version: "1", files: { "usr/share/x": name.repeat(5000) } })),
        { name: "hello", version: "2.10-3", fields: ["Depends: libc6", "Description: greets"] },
      ],
    },
  ]);
  server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    const name = /\/pool\/([^_/]+)_/.exec(path)?.[1] ?? path.slice(path.lastIndexOf("/") + 1);
    const file = join(archive.root, path);
    if (!existsSync(file)) return void response.writeHead(404).end();
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const fault = faults.get(name);
    if (fault === undefined) response.end(readFileSync(file));
    else fault(response, readFileSync(file), count);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  uri = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  await makeLock(
    { directory: join(folder, "lock"), sources: archive.sources("stable").map((source) => ({ ...source, uri })) },
    () => {},
  );
});
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function works(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

/** A scene with a generation that must survive, and a copy of the lock. */
function openArchiveScene(t: TestContext): Scene & { readonly lock: string } {
  const scene = openScene(t);
  faults.clear();
  counts.clear();
  const packages = scene.write("packages.nix", packageSet);
  scene.must("nix-env", ["-p", scene.profile, "-f", packages, "-iA", "hello"]);
  const lock = join(scene.folder, "lock");
  cpSync(join(folder, "lock"), lock, { recursive: true });
  return { ...scene, lock };
}

function install(scene: Scene & { readonly lock: string }, ...options: string[]): Promise<Answer> {
  const source = ["-f", collection, "--arg", "lock", scene.lock, "--option", "download-attempts", "2", ...options];
  return scene.answer("nix-env", ["-p", scene.profile, ...source, "-iA", "hello"]);
}

function assertFails(scene: Scene, answer: Answer, pattern: RegExp, status: number): void {
  assert.match(answer.stderr, pattern);
  assert.equal(answer.status, status, answer.stderr);
  assert.doesNotMatch(
    answer.stderr,
    /node:|file:\/\/\/.*\.ts|\bat .*\.ts:\d|\bERR_[A-Z]|\bE(?:CONN[A-Z]+|NOENT|ACCES|PIPE)\b|undefined|\[object/,
  );
  assert.equal(readlinkSync(scene.profile), "profile-1-link");
  const verified = scene.run("nix-store", ["--verify", "--check-contents"]);
  assert.equal(verified.status, 0, verified.stderr);
  const names = readdirSync(join(scene.store, "nix/store"));
  assert.deepEqual(
    names.filter((name) => /\.(?:lock|chroot)$/.test(name)),
    [],
  );
  // What came instead is kept under the name that its own hash gives, as Nix does.
  for (const name of names.filter((each) => each.endsWith("-libc6_1_amd64.deb"))) {
    scene.must("nix-store", ["--check-validity", `/nix/store/${name}`]);
  }
}

test("a deb that the mirror has cut off does not get in", async (t) => {
  const scene = openArchiveScene(t);
  faults.set("libc6", (response, file) => response.end(file.subarray(0, file.length / 2)));
  const answer = await install(scene);
  assertFails(
    scene,
    answer,
    /hash mismatch in fixed-output derivation '\/nix\/store\/.*-libc6_1_amd64\.deb\.drv'/,
    102,
  );
  assert.match(answer.stderr, /specified: sha256-.*\n +got: +sha256-/);
});

test("a deb whose bytes were changed does not get in", async (t) => {
  const scene = openArchiveScene(t);
  faults.set("libc6", (response, file) => {
    const changed = Buffer.from(file);
    changed[100] = (changed[100] ?? 0) ^ 1;
    response.end(changed);
  });
  assertFails(
    scene,
    await install(scene),
    /hash mismatch in fixed-output derivation '\/nix\/store\/.*-libc6_1_amd64\.deb\.drv'/,
    102,
  );
});

test("a network that is gone half-way is tried again, and then told with the address", async (t) => {
  const scene = openArchiveScene(t);
  faults.set("libc6", (response, file, count) => {
    if (count > 1) return void response.writeHead(503).end();
    response.writeHead(200, { "content-length": file.length });
    response.write(file.subarray(0, file.length / 2), () => response.destroy());
  });
  const answer = await install(scene);
  assertFails(
    scene,
    answer,
    /unable to download 'http:\/\/127\.0\.0\.1:\d+\/pool\/libc6_1_amd64\.deb': HTTP error 503/,
    1,
  );
  assert.match(answer.stderr, /^warning: unable to download '.*': .*; retrying in \d+ ms$/m);
});

test("a transfer that breaks off once succeeds by itself", async (t) => {
  const scene = openArchiveScene(t);
  faults.set("libc6", (response, file, count) => {
    if (count > 1) return void response.end(file);
    response.writeHead(200, { "content-length": file.length });
    response.write(file.subarray(0, file.length / 2), () => response.destroy());
  });
  const fetch = `import ${collection}/fetch.nix { inherit ((import ${collection}/lock.nix { lock = ${scene.lock}; mirror = null; }).recordOf "libc6") url sha256; }`;
  const answer = await scene.answer("nix-build", ["--no-out-link", "-E", fetch]);
  assert.equal(answer.status, 0, answer.stderr);
  assert.deepEqual(
    readFileSync(join(scene.store, answer.stdout.trim())),
    readFileSync(join(archive.root, "pool/libc6_1_amd64.deb")),
  );
});

test("a mirror that nobody answers for is named", async (t) => {
  const scene = openArchiveScene(t);
  const answer = await install(scene, "--argstr", "mirror", "http://127.0.0.1:9");
  assertFails(scene, answer, /unable to download 'http:\/\/127\.0\.0\.1:9\/pool\/.*\.deb': [Cc]onnection refused/, 1);
});

test("a deb that the mirror no longer has is told with its address", async (t) => {
  const scene = openArchiveScene(t);
  faults.set("libc6", (response) => response.writeHead(404).end());
  assertFails(scene, await install(scene), /unable to download 'http:.*libc6_1_amd64\.deb': HTTP error 404/, 1);
});

test("a lock that is damaged, unreadable or not there is named, with how to make it anew", async (t) => {
  const scene = openArchiveScene(t);
  const run = () => scene.run("firn", ["run", "--lock", scene.lock, "hello"]);
  const shard = join(
    scene.lock,
    "packages",
    readdirSync(join(scene.lock, "packages")).find((name) =>
      readFileSync(join(scene.lock, "packages", name), "utf8").includes('"hello"'),
    ) ?? "",
  );
  const text = readFileSync(shard, "utf8");

  truncateSync(shard, 30);
  assertFails(scene, run(), /the lock's file '.*\/packages\/2cf\.json' is cut off; make it anew with `firn lock`/, 1);
  assertFails(scene, await install(scene), /the lock's file '.*\/packages\/2cf\.json' is cut off/, 1);
  writeFileSync(shard, text);

  const index = join(scene.lock, "index.json");
  const whole = readFileSync(index, "utf8");
  writeFileSync(index, "}{\n}\n");
  assertFails(
    scene,
    run(),
    /while reading the lock's file '.*\/index\.json'; if it is damaged, make it anew with `firn lock`/,
    1,
  );
  writeFileSync(index, whole);
  if (process.geteuid?.() !== 0) {
    chmodSync(index, 0);
    assertFails(scene, run(), /index\.json.*: Permission denied/i, 1);
    chmodSync(index, 0o644);
  }
  rmSync(index);
  assertFails(scene, run(), /there is no lock in '.*\/lock'\nhint: Make one with `firn lock`/, 1);
  assertFails(scene, await install(scene), /there is no lock in '.*\/lock'; make one with `firn lock`/, 1);
});

const withMounts = works("bwrap", "--dev-bind", "/", "/", "--bind", "/tmp", "/etc/apt", "true")
  ? false
  : "needs bwrap that may mount over /etc/apt";

test(
  "firn lock that loses the network tells the address and leaves the older lock",
  { skip: withMounts },
  async (t) => {
    const scene = openArchiveScene(t);
    const apt = join(scene.folder, "apt");
    mkdirSync(apt);
    const relock = (suite: string): Promise<Answer> => {
      writeFileSync(join(apt, "sources.list"), `deb [signed-by=${archive.keyring}] ${uri} ${suite} main\n`);
      return scene.answer(
        "firn",
        ["lock", "-o", scene.lock],
        ["bwrap", "--dev-bind", "/", "/", "--bind", apt, "/etc/apt"],
      );
    };
    const first = await relock("stable");
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /\/lock: stable of .*, \d+ packages, 0 sources\n$/);
    const older = readFileSync(join(scene.lock, "index.json"), "utf8");

    faults.set("Packages.xz", (response, file, count) => {
      if (count > 1) return void response.writeHead(503).end();
      response.writeHead(200, { "content-length": file.length });
      response.write(file.subarray(0, file.length / 2), () => response.destroy());
    });
    counts.clear();
    assertFails(
      scene,
      await relock("stable"),
      /Cannot download 'http:\/\/.*\/Packages\.xz' after 4 attempts: .*503/,
      1,
    );
    faults.set("Packages.xz", (response, file) => response.end(file.subarray(0, file.length / 2)));
    assertFails(
      scene,
      await relock("stable"),
      /The file 'http:.*\/Packages\.xz' is \d+ bytes long, expected were \d+/,
      1,
    );
    assertFails(scene, await relock("nowhere"), /The mirror does not carry 'http:.*\/dists\/nowhere\/InRelease'/, 1);
    assert.equal(readFileSync(join(scene.lock, "index.json"), "utf8"), older);
    assert.deepEqual(
      readdirSync(scene.folder).filter((name) => name.startsWith("lock")),
      ["lock"],
    );
  },
);

test("a name that no package has gets suggestions", async (t) => {
  const scene = openArchiveScene(t);
  const run = scene.run("firn", ["run", "--lock", scene.lock, "helo"]);
  assertFails(scene, run, /'helo'[^]*Did you mean '?hello'?/, 1);
  const byName = scene.run("nix-env", [
    "-p",
    scene.profile,
    "-f",
    collection,
    "--arg",
    "lock",
    scene.lock,
    "-iA",
    "helo",
  ]);
  assertFails(scene, byName, /attribute 'helo'.*not found[^]*Did you mean .*hello/, 1);
});

const perl = spawnSync("perl", ["-e", "1"]).status === 0;
const realBusybox = ["/bin/busybox", "/usr/bin/busybox"].find((path) => existsSync(path));

test(
  "a deb that wants to write outside of its folder cannot",
  { skip: perl && realBusybox !== undefined ? false : "needs perl and busybox" },
  (t) => {
    const scene = openScene(t);
    const inside = join(scene.folder, "a/b/out");
    mkdirSync(inside, { recursive: true });
    mkdirSync(join(scene.folder, "shell/bin"), { recursive: true });
    mkdirSync(join(scene.folder, "path"));
    for (const [name, link] of [
      ["shell/bin/sh", realBusybox],
      ["path/busybox", realBusybox],
    ] as const)
      spawnSync("ln", ["-s", String(link), join(scene.folder, name)]);
    const outside = join(scene.folder, "outside");
    const members = {
      "usr/share/good": "good",
      "../../../escaped": "evil",
      [`/${outside.slice(1)}`]: "evil",
      "a/../../../../escaped2": "evil",
    };
    for (const [name, text] of Object.entries(members)) {
      const deb = join(scene.folder, "x.deb");
      writeFileSync(deb, makeDebOf(name, text));
      const builder = join(collection, "builder");
      const { status, stderr } = spawnSync(
        "perl",
        [`-I${builder}`, "-MLayout", "-e", "Layout::unpack_debs(@ARGV)", inside, deb],
        {
          env: {
            PATH: `${join(scene.folder, "path")}:/usr/bin:/bin`,
            shell: join(scene.folder, "shell"),
            tools: "/nonexistent",
            NIX_BUILD_TOP: join(scene.folder, "a"),
          },
          encoding: "utf8",
        },
      );
      if (text === "good") assert.equal(status, 0, stderr);
    }
    assert.equal(readFileSync(join(inside, ".root/usr/share/good"), "utf8"), "good");
    const found = spawnSync("find", [scene.folder, "-name", "escaped*", "-o", "-name", "outside"], {
      encoding: "utf8",
    }).stdout;
    for (const path of found.split("\n").filter(Boolean)) assert.ok(path.startsWith(`${inside}/`), path);
  },
);

/** A deb with one file of any name; dpkg's own tools refuse to make one. */
function makeDebOf(name: string, text: string): Buffer {
  const header = Buffer.alloc(512);
  const fields: readonly (readonly [number, string])[] = [
    [0, name],
    [100, "0000644\0"],
    [108, "0000000\0"],
    [116, "0000000\0"],
    [124, `${text.length.toString(8).padStart(11, "0")}\0`],
    [136, "00000000000\0"],
    [148, " ".repeat(8)],
    [156, "0"],
    [257, "ustar\x0000"],
  ];
  for (const [at, value] of fields) header.write(value, at, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(512);
  body.write(text);
  const tar = Buffer.concat([header, body, Buffer.alloc(1024)]);
  const members: readonly (readonly [string, Buffer])[] = [
    ["debian-binary", Buffer.from("2.0\n")],
    ["control.tar", Buffer.alloc(1024)],
    ["data.tar", tar],
  ];
  const parts = members.flatMap(([member, bytes]) => [
    Buffer.from(
      `${member.padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`,
    ),
    bytes,
  ]);
  return Buffer.concat([Buffer.from("!<arch>\n"), ...parts]);
}
