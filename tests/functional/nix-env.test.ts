// nix-env as a user meets it: a profile that grows, shrinks, goes back, and never loses what it had.

import assert from "node:assert/strict";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScene, packageSet, type Scene } from "./program.ts";

function env(scene: Scene, ...args: string[]) {
  const packages = scene.write("packages.nix", packageSet);
  return scene.run("nix-env", ["-p", scene.profile, "-f", packages, ...args]);
}

/** The programs that the profile has now. */
function programs(scene: Scene): string[] {
  const environment = readlinkSync(join(scene.folder, readlinkSync(scene.profile)));
  const bin = join(scene.store, environment, "bin");
  const status = lstatSync(bin, { throwIfNoEntry: false });
  if (status === undefined) return [];
  // A folder that one package alone has is a link to the package's.
  return readdirSync(status.isSymbolicLink() ? join(scene.store, readlinkSync(bin)) : bin).toSorted();
}

test("packages are installed, listed, upgraded, uninstalled and rolled back", (t) => {
  const scene = openScene(t);
  const first = env(scene, "-iA", "hello1");
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stderr, /^installing 'hello-1\.0'$/m);
  assert.deepEqual(programs(scene), ["hello"]);
  const one = readlinkSync(`${scene.profile}-1-link`);

  assert.equal(env(scene, "-iA", "bye").status, 0);
  assert.equal(env(scene, "-q").stdout, "bye-0.1\nhello-1.0\n");
  assert.deepEqual(programs(scene), ["bye", "hello"]);

  const upgraded = env(scene, "-u", "hello");
  assert.match(upgraded.stderr, /^upgrading 'hello-1\.0' to 'hello-2\.0'$/m);
  assert.equal(env(scene, "-q").stdout, "bye-0.1\nhello-2.0\n");

  const removed = env(scene, "-e", "bye");
  assert.match(removed.stderr, /^uninstalling 'bye-0\.1'$/m);
  assert.deepEqual(programs(scene), ["hello"]);

  const back = env(scene, "--rollback");
  assert.equal(back.stderr, "switching profile from version 4 to 3\n");
  assert.equal(env(scene, "-G", "1").status, 0);
  assert.equal(readlinkSync(`${scene.profile}-1-link`), one);
  assert.equal(env(scene, "-q").stdout, "hello-1.0\n");
  assert.match(
    env(scene, "--list-generations").stdout,
    /^ {3}1 {3}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {3}\(current\)\n {3}2 .* {3}\n {3}3 /,
  );

  assert.match(
    env(scene, "--delete-generations", "old").stderr,
    /removing profile version 2\nremoving profile version 3/,
  );
  const freed = scene.must("nix-collect-garbage", []);
  assert.match(freed, /^\d+ store paths deleted, \d+\.\d [KM]iB freed\n$/);
  assert.deepEqual(programs(scene), ["hello"]);
  assert.equal(scene.run("nix-store", ["--verify", "--check-contents"]).status, 0);
});

// The paths are those that the real Nix 2.34.8 makes of the same set (tests/oracle compares whole sessions).
test("an environment has the path, the manifest and the derivation that the real Nix gives it", (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "-i", "hello", "bye").status, 0);
  const environment = readlinkSync(`${scene.profile}-1-link`);
  assert.equal(environment, "/nix/store/vjngvql1qmj95wyhxr38fcik6llnv72c-user-environment");
  assert.equal(
    scene.must("nix-store", ["-q", "--deriver", environment]),
    "/nix/store/l1r3yc52camxgfrcqw0glbsrkw6jnabl-user-environment.drv\n",
  );
  env(scene, "-e", "*");
  assert.equal(readlinkSync(`${scene.profile}-2-link`), "/nix/store/57904rflsfh46y7fxi62rzc7sidc9vmq-user-environment");
});

test("a name is looked for, the newest is taken, and one that is not there gets suggestions", (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "-i", "hello").status, 0);
  assert.equal(env(scene, "-q").stdout, "hello-2.0\n");
  const prefix = env(scene, "-i", "hel");
  assert.equal(prefix.status, 1);
  assert.equal(prefix.stderr, "error: selector 'hel' matches no derivations, maybe you meant:\n       hello\n");
  assert.equal(
    env(scene, "-i", "helo").stderr,
    "error: selector 'helo' matches no derivations\nhint: Did you mean hello?\n",
  );
  assert.equal(env(scene, "-i", "zzzz").stderr, "error: selector 'zzzz' matches no derivations\n");
});

test("what is available is listed with its columns, as JSON and as XML", (t) => {
  const scene = openScene(t);
  assert.equal(
    env(scene, "-qaP", "--description", "hello").stdout,
    // The attribute hello1 is the same set as hello, which comes first.
    "hello   hello-1.0  a friendly program\nhello2  hello-2.0  a friendlier program\n",
  );
  const json = JSON.parse(env(scene, "-qa", "--json", "--meta", "two").stdout) as Record<string, { outputs: object }>;
  assert.deepEqual(Object.keys(json), ["two"]);
  assert.deepEqual(json["two"]?.outputs, { dev: null, out: null });
  assert.match(
    env(scene, "-qa", "--xml", "bye").stdout,
    /<item attrPath="bye" name="bye-0\.1" outputName="out" pname="bye"/,
  );
});

test("the same file in two packages is refused with both names, unless a priority decides", (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "-iA", "bye").status, 0);
  const before = readlinkSync(scene.profile);
  assert.equal(env(scene, "-iA", "rude").status, 0);
  assert.equal(env(scene, "--set-flag", "priority", "5", "rude").status !== 0, true);
  const refused = env(scene, "--set-flag", "priority", "5", "rude");
  assert.match(refused.stderr, /bye-0\.1/);
  assert.match(refused.stderr, /rude-1/);
  assert.notEqual(readlinkSync(scene.profile), before);
  assert.equal(env(scene, "-q").stdout, "bye-0.1\nrude-1\n");
});

test("a build that fails leaves the profile as it was", (t) => {
  const scene = openScene(t);
  env(scene, "-iA", "hello1");
  const before = readlinkSync(scene.profile);
  const failed = env(scene, "-iA", "broken");
  assert.equal(failed.status, 100);
  assert.match(failed.stderr, /it breaks/);
  assert.equal(readlinkSync(scene.profile), before);
});

test("a dry run says what it would do, and does nothing", (t) => {
  const scene = openScene(t);
  const dry = env(scene, "--dry-run", "-iA", "hello1");
  assert.match(
    dry.stderr,
    /^\(dry run; not doing anything\)\ninstalling 'hello-1\.0'\nthis derivation will be built:\n/,
  );
  assert.equal(existsSync(scene.profile), false);
});

test("--set makes a profile of one package, and all outputs of a package are installed", (t) => {
  const scene = openScene(t);
  assert.equal(env(scene, "--set", "hello-1.0").status, 0);
  assert.match(readlinkSync(`${scene.profile}-1-link`), /-hello-1\.0$/);
  assert.equal(env(scene, "-rP", "-iA", "two").status, 0);
  const environment = join(scene.store, readlinkSync(`${scene.profile}-2-link`));
  assert.deepEqual(readdirSync(environment).toSorted(), ["bin", "include", "manifest.nix"]);
  const manifest = readFileSync(join(scene.store, readlinkSync(join(environment, "manifest.nix"))), "utf8");
  assert.match(manifest, /^\[ \{ dev = \{ outPath = "/);
});
