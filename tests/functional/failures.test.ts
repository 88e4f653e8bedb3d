// What goes wrong on a machine: a disk that fills up, another Firn at the same path, a store that cannot be written to, a
// damaged database, packages that do not go together. Each time the user is told what and where, the generation that was
// there before still works, and nothing that is invalid stays.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { openScene, packageSet, type Answer, type Scene } from "./program.ts";

/** What holds for everything that a user reads. */
function assertReadable({ stderr }: Pick<Answer, "stderr">): void {
  assert.doesNotMatch(
    stderr,
    /node:|file:\/\/|\bat .*\.ts:\d|\bERR_[A-Z]|\bE(?:NOSPC|ACCES|ROFS|NOENT|PERM)\b|undefined|\[object/,
  );
}

function assertFails(answer: Answer, pattern: RegExp, status = 1): void {
  assert.match(answer.stderr, pattern);
  assert.equal(answer.status, status, answer.stderr);
  assertReadable(answer);
}

function env(scene: Scene, ...args: string[]): Answer {
  return scene.run("nix-env", ["-p", scene.profile, "-f", scene.write("packages.nix", packageSet), ...args]);
}

/** The first generation has `hello`; it is whole, it is the present one, and the store knows no fault. */
function assertUnharmed(scene: Scene): void {
  assert.equal(readlinkSync(scene.profile), "profile-1-link");
  const bin = join(scene.store, readlinkSync(`${scene.profile}-1-link`), "bin");
  const folder = existsSync(bin) ? bin : join(scene.store, readlinkSync(bin));
  assert.deepEqual(readdirSync(folder), ["hello"]);
  assert.match(readFileSync(join(folder, "hello"), "utf8"), /echo hello-1\.0/);
  const verified = scene.run("nix-store", ["--verify", "--check-contents"]);
  assert.equal(verified.status, 0, verified.stderr);
}

function assertNoRests(scene: Scene): void {
  const names = readdirSync(join(scene.store, "nix/store"));
  assert.deepEqual(
    names.filter((name) => /\.(?:lock|chroot|check)$|^tmp-|\.tmp/.test(name)),
    [],
  );
  const builds = join(scene.store, "nix/var/nix/builds");
  if (existsSync(builds)) assert.deepEqual(readdirSync(builds), []);
}

function works(...command: [string, ...string[]]): boolean {
  const [program, ...args] = command;
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

const withTmpfs = works("bwrap", "--dev-bind", "/", "/", "--size", "65536", "--tmpfs", "/tmp", "true")
  ? false
  : "needs bwrap that may mount a tmpfs";

const fullDisk = `
let
  small = import ./packages.nix { };
  make = name: script: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    PATH = "/usr/bin:/bin";
    args = [ "-c" script ];
  };
in
small // {
  tooBig = make "too-big-1" "mkdir $out; head -c 40000000 /dev/zero > $out/file";
}
`;

/** Runs steps on a disk of 40 MB in one mount namespace; gives what each said. */
function onSmallDisk(scene: Scene, steps: readonly string[]): Answer[] {
  const disk = join(scene.folder, "disk");
  mkdirSync(disk);
  scene.write("packages.nix", packageSet);
  scene.write("full.nix", fullDisk);
  const lines = steps.map(
    (step, i) =>
      `(${step}) > ${scene.folder}/${i}.out 2> ${scene.folder}/${i}.err; echo $? > ${scene.folder}/${i}.status`,
  );
  const text = [`export NIX_REMOTE=${disk}/root NIX_STATE_DIR=${disk}/root/nix/var/nix`, ...lines].join("\n");
  const { status, stderr } = scene.script(text, [
    "bwrap",
    "--dev-bind",
    "/",
    "/",
    "--size",
    "40000000",
    "--tmpfs",
    disk,
  ]);
  assert.equal(status, 0, stderr);
  const read = (i: number, part: string) => readFileSync(join(scene.folder, `${i}.${part}`), "utf8");
  return steps.map((_, i) => ({ status: Number(read(i, "status")), stdout: read(i, "out"), stderr: read(i, "err") }));
}

test(
  "on a full disk a build fails and says why, what is there works, and garbage can be collected",
  { skip: withTmpfs },
  (t) => {
    const scene = openScene(t);
    const inside = `nix-env -p ${scene.folder}/disk/profile -f full.nix`;
    const root = `${scene.folder}/disk/root`;
    const big = scene.write("big", "");
    writeFileSync(big, new Uint8Array(40_000_000));
    const [first, built, added, again, full, collected, verified, after, left] = onSmallDisk(scene, [
      `${inside} -iA hello`,
      `${inside} -iA tooBig`,
      `nix-store --add ${big}`,
      `${inside} -iA bye`,
      // The last byte is taken.
      `cat /dev/zero > ${root}/fill 2>/dev/null; ${inside} -e hello`,
      `nix-collect-garbage`,
      `rm ${root}/fill; nix-store --verify --check-contents`,
      `${inside} -e bye; readlink ${scene.folder}/disk/profile; cat ${root}$(readlink ${root}$(readlink ${scene.folder}/disk/profile-1-link)/bin)/hello`,
      `ls ${root}/nix/store ${root}/nix/var/nix/builds`,
    ]) as [Answer, Answer, Answer, Answer, Answer, Answer, Answer, Answer, Answer];
    assert.equal(first.status, 0, first.stderr);
    assertFails(built, /^error: (?:writing the log of|Cannot build) '\/nix\/store\/.*-too-big-1\.drv'/m);
    assert.match(built.stderr, /^hint: The disk is full.*nix-collect-garbage/m);
    assertFails(
      added,
      /^error: writing to file ".*-big": No space left on device\nhint: The disk is full.*nix-collect-garbage/m,
    );
    assert.equal(again.status, 0, again.stderr);
    assertFails(full, /^hint: The disk is full.*nix-collect-garbage/m);
    assert.equal(collected.status, 0, collected.stderr);
    assertReadable(collected);
    assert.equal(verified.status, 0, verified.stderr);
    assert.equal(after.stdout, "profile-3-link\necho hello-1.0\n");
    assert.doesNotMatch(left.stdout, /too-big-1$|-big$|\.lock|\.chroot|^nix-build/m);
  },
);

const withInodes = works("unshare", "-rm", "mount", "-t", "tmpfs", "-o", "nr_inodes=9", "tmpfs", "/tmp")
  ? false
  : "needs a user namespace that may mount";

test("a disk without inodes is told as a full one", { skip: withInodes }, (t) => {
  const scene = openScene(t);
  const disk = join(scene.folder, "disk");
  mkdirSync(disk);
  mkdirSync(join(scene.folder, "tree"));
  for (let i = 0; i < 100; i++) scene.write(`tree/${i}`, "");
  const steps = [
    `mount -t tmpfs -o nr_inodes=80 tmpfs ${disk}`,
    `export NIX_REMOTE=${disk}/root NIX_STATE_DIR=${disk}/root/nix/var/nix`,
    "nix-store --add conf || exit 9",
    `nix-store --add tree; echo $? $(ls ${disk}/root/nix/store)`,
    "nix-store --verify --check-contents 2>/dev/null || exit 8",
  ];
  const answer = scene.script(steps.join("\n"), ["unshare", "-rm"]);
  assertFails(answer, /No space left on device\nhint: The disk is full/, 0);
  assert.match(answer.stdout, /^\/nix\/store\/.*-conf\n1 [^ ]*-conf\n$/);
});

test("a path that another Firn builds is waited for and then taken", async (t) => {
  const scene = openScene(t);
  const slow = `derivation { name = "slow"; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
    args = [ "-c" "echo it builds; sleep 4; echo done > $out" ]; }`;
  const build = ["--no-out-link", "-E", slow];
  const first = scene.answer("nix-build", build);
  const store = join(scene.store, "nix/store");
  while (!existsSync(store) || !readdirSync(store).some((name) => name.endsWith("-slow.drv.chroot"))) await sleep(20);
  const answers = await Promise.all([first, scene.answer("nix-build", build)]);
  const paths = new Set(answers.map(({ status, stdout, stderr }) => (assert.equal(status, 0, stderr), stdout)));
  assert.equal(paths.size, 1);
  const builders = answers.filter(({ stderr }) => /^it builds$/m.test(stderr));
  assert.equal(builders.length, 1);
  assert.match(
    answers.find((answer) => !builders.includes(answer))?.stderr ?? "",
    /^waiting for lock on '.*-slow'\.\.\.$/m,
  );
  for (const answer of answers) assertReadable(answer);
  assertNoRests(scene);
});

test("what another Firn is building is not collected", async (t) => {
  const scene = openScene(t);
  const expression = `derivation { name = "late"; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
    input = builtins.toFile "input" "text"; args = [ "-c" "sleep 3; cat $input > $out" ]; }`;
  const building = scene.answer("nix-build", ["--no-out-link", "-E", expression]);
  const store = join(scene.store, "nix/store");
  while (!existsSync(store) || !readdirSync(store).some((name) => name.endsWith("-late.drv.chroot"))) await sleep(20);
  const collected = await scene.answer("nix-collect-garbage", []);
  assert.equal(collected.status, 0, collected.stderr);
  const { status, stdout, stderr } = await building;
  assert.equal(status, 0, stderr);
  assert.equal(readFileSync(join(scene.store, stdout.trim()), "utf8"), "text");
});

test("two packages with the same file are both named, and nothing is switched", (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "-iA", "hello").status, 0);
  const both = scene.write(
    "both.nix",
    `let set = import ./packages.nix { }; in { a = set.bye; b = set.rude // { meta.priority = 5; }; }`,
  );
  const answer = scene.run("nix-env", ["-p", scene.profile, "-f", both, "-iA", "a", "b"]);
  assertFails(answer, /-bye-0\.1\/bin\/bye/, answer.status ?? 0);
  assert.match(answer.stderr, /-rude-1\/bin\/bye/);
  assert.match(answer.stderr, /^hint: .*priority/m);
  assert.notEqual(answer.status, 0);
  assertUnharmed(scene);
  assertNoRests(scene);
});

test("a builder that fails is shown with its last lines, and nothing of it stays", (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "-iA", "hello").status, 0);
  const answer = env(scene, "-iA", "bye", "broken");
  assertFails(answer, /^it breaks$/m, 100);
  assert.match(
    answer.stderr,
    /^error: Cannot build '.*-broken-1\.drv'\.\n {7}Reason: builder failed with exit code 3\.$/m,
  );
  assertUnharmed(scene);
  assertNoRests(scene);
});

test("an attribute that is not there gets suggestions", (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "-iA", "hello").status, 0);
  assertFails(env(scene, "-iA", "helo"), /attribute 'helo' .*not found[^]*Did you mean .*hello/);
  assertUnharmed(scene);
});

test(
  "a store that cannot be written to says so before anything is tried, and can still be read",
  { skip: withTmpfs },
  (t) => {
    const scene = openScene(t);
    assert.equal(env(scene, "-iA", "hello").status, 0);
    const readOnly = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", scene.store, scene.store];
    const install = `nix-env -p ${scene.profile} -f packages.nix -iA bye`;
    assertFails(
      scene.script(install, readOnly),
      /^error: Cannot change the store: it is open for reading only\nhint: /m,
    );
    assertFails(scene.script("nix-collect-garbage", readOnly), /^error: .*reading only/m);
    const query = scene.script(`nix-env -p ${scene.profile} -q`, readOnly);
    assert.equal(query.stdout, "hello-1.0\n", query.stderr);
    assertUnharmed(scene);
    assert.equal(env(scene, "-iA", "bye").status, 0);
  },
);

test("a folder where no store can be made is named", (t) => {
  const scene = openScene(t);
  const file = scene.write("file", "");
  assertFails(
    scene.run("nix-store", ["--store", join(file, "x"), "--add", file]),
    /"[^"]*\/file\/x\/nix\/store": Not a directory/i,
  );
});

test("a damaged database is told, with what to do, and is not made worse", (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "-iA", "hello").status, 0);
  const file = join(scene.store, "nix/var/nix/db/db.sqlite");
  const dump = scene.must("nix-store", ["--dump-db"]);
  const whole = readFileSync(file);
  const damaged = Buffer.from(whole);
  damaged.fill(0x5a, 0, 4096);
  writeFileSync(file, damaged);
  for (const answer of [
    env(scene, "-iA", "bye"),
    scene.run("nix-store", ["--verify"]),
    scene.run("nix-collect-garbage", []),
  ]) {
    assertFails(
      answer,
      /error: Cannot use the store's database ".*\/db\.sqlite": file is not a database\nhint: Restore .*--load-db/,
    );
  }
  assert.deepEqual(readFileSync(file), damaged);
  assert.equal(readlinkSync(scene.profile), "profile-1-link");

  // What the hint says.
  rmSync(join(scene.store, "nix/var/nix/db"), { recursive: true });
  assert.equal(scene.run("nix-store", ["--load-db"], { input: dump }).status, 0);
  assertUnharmed(scene);
  assert.equal(env(scene, "-iA", "bye").status, 0);
});

test("a database cut off in the middle is told too", (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "-iA", "hello").status, 0);
  const file = join(scene.store, "nix/var/nix/db/db.sqlite");
  writeFileSync(file, readFileSync(file).subarray(0, 9000));
  assertFails(
    env(scene, "-iA", "bye"),
    /error: Cannot use the store's database ".*\/db\.sqlite": .*malformed\nhint: Restore/,
  );
  assertFails(scene.run("nix-store", ["-q", "--roots", "/nix/store/" + "a".repeat(32) + "-x"]), /^error: /m);
});

test("a file of the store that was altered is found, and mended from its derivation", (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "-iA", "hello").status, 0);
  const environment = join(scene.store, readlinkSync(`${scene.profile}-1-link`));
  const hello = join(scene.store, readlinkSync(join(environment, "bin")), "hello");
  chmodSync(hello, 0o755);
  writeFileSync(hello, "echo evil\n");
  const verify = ["--verify", "--check-contents"];
  assertFails(scene.run("nix-store", verify), /path '\/nix\/store\/.*-hello-1\.0' was modified!/);
  const repaired = scene.run("nix-store", [...verify, "--repair"]);
  assert.equal(repaired.status, 0, repaired.stderr);
  assertUnharmed(scene);
});

test("a program that is interrupted leaves nothing behind", async (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "-iA", "hello").status, 0);
  const slow = scene.write(
    "slow.nix",
    `derivation { name = "never"; system = builtins.currentSystem; builder = "/bin/sh";
    PATH = "/usr/bin:/bin"; args = [ "-c" "mkdir $out; sleep 100" ]; }`,
  );
  const child = scene.start("nix-env", ["-p", scene.profile, "-f", slow, "-i"]);
  const ended = once(child, "exit");
  const store = join(scene.store, "nix/store");
  while (!readdirSync(store).some((name) => name.endsWith("-never.drv.chroot"))) await sleep(20);
  child.kill("SIGINT");
  assert.deepEqual(await ended, [1, null]);
  assertUnharmed(scene);
  assertNoRests(scene);
});
