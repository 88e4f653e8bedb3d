// nix-store and its kin as a user meets them: build, ask, collect, export, import, restore.

import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { openScene, packageSet, type Scene } from "./program.ts";

function instantiate(scene: Scene, attr: string): string {
  const packages = scene.write("packages.nix", packageSet);
  return scene.must("nix-instantiate", [packages, "-A", attr, "--add-root", join(scene.folder, `${attr}.drv`)]).trim();
}

test("a derivation is built, its output asked about, its log read and its environment printed", (t) => {
  const scene = openScene(t);
  const link = instantiate(scene, "user");
  const derivation = scene.must("nix-store", ["-q", "--resolve", link]).trim();
  const output = scene.must("nix-store", ["-r", derivation, "--add-root", join(scene.folder, "result")]).trim();
  assert.equal(output, join(scene.folder, "result"));
  const path = readlinkSync(output);
  assert.equal(scene.must("nix-store", ["-q", "--outputs", derivation]), `${path}\n`);
  assert.equal(scene.must("nix-store", ["-q", "--deriver", path]), `${derivation}\n`);
  assert.equal(scene.must("nix-store", ["-q", "--binding", "name", derivation]), "user-1\n");
  assert.match(scene.must("nix-store", ["-q", "--tree", derivation]), /-user-1\.drv\n(└|├)───/);
  assert.match(scene.must("nix-store", ["-q", "--graph", derivation]), /^digraph G \{\n/);
  assert.match(scene.must("nix-store", ["-qR", derivation]), /hello-1\.0\.drv\n.*user-1\.drv\n$/s);
  assert.equal(
    scene.must("nix-store", ["-q", "--roots", path]).includes(`${join(scene.folder, "result")} -> ${path}`),
    true,
  );
  assert.match(scene.must("nix-store", ["--print-env", derivation]), /^export PATH; PATH='\/usr\/bin:\/bin'$/m);
  scene.must("nix-store", ["--read-log", derivation]);
});

test("a failed build ends with status 100 and its log can be read", (t) => {
  const scene = openScene(t);
  const packages = scene.write("packages.nix", packageSet);
  const { status, stderr } = scene.run("nix-build", [packages, "-A", "broken", "--no-out-link"]);
  assert.equal(status, 100);
  assert.match(stderr, /it breaks/);
  const derivation = scene.must("nix-instantiate", [packages, "-A", "broken"]).trim();
  assert.equal(scene.must("nix-store", ["-l", derivation]), "it breaks\n");
});

test("nix-build leaves a link for each result, and the collector keeps what links keep", (t) => {
  const scene = openScene(t);
  const packages = scene.write("packages.nix", packageSet);
  const lines = scene.must("nix-build", [packages, "-A", "two", "-A", "two.dev", "-A", "bye"]).trim().split("\n");
  assert.deepEqual(
    ["result", "result-dev", "result-2"].map((name) => readlinkSync(join(scene.folder, name))),
    lines,
  );
  scene.must("nix-store", ["--gc"]);
  for (const path of lines) assert.ok(existsSync(join(scene.store, path)));
  assert.match(scene.must("nix-store", ["--gc", "--print-roots"]), /result-dev" -> \/nix\/store\//);
  assert.equal(scene.must("nix-store", ["--gc", "--print-dead"]), "");
});

test("store paths go to another store by export and import", (t) => {
  const scene = openScene(t);
  const packages = scene.write("packages.nix", packageSet);
  const path = scene.must("nix-build", [packages, "-A", "user", "--no-out-link"]).trim();
  const closure = scene.must("nix-store", ["-qR", path]).trim().split("\n");
  const other = join(scene.folder, "other");
  const stream = spawnSync(join(scene.folder, "bin/nix-store"), ["--export", ...closure], {
    env: { PATH: process.env["PATH"], NIX_REMOTE: scene.store, HOME: scene.folder },
    maxBuffer: 2 ** 26,
  }).stdout;
  assert.equal(scene.must("nix-store", ["--store", other, "--import"], { input: stream }), `${closure.join("\n")}\n`);
  assert.equal(scene.must("nix-store", ["--store", other, "-qR", path]), `${closure.join("\n")}\n`);
  const cut = scene.run("nix-store", ["--store", join(scene.folder, "third"), "--import"], {
    input: stream.subarray(0, -40),
  });
  assert.equal(cut.status, 1);
  assert.equal(cut.stderr, "error: unexpected end-of-file\n");
});

test("a tree goes through an archive and comes back as it was, with a program's usual permissions", (t) => {
  const scene = openScene(t);
  const tree = join(scene.folder, "tree");
  mkdirSync(join(tree, "sub"), { recursive: true });
  writeFileSync(join(tree, "sub/a"), "contents");
  writeFileSync(join(tree, "run"), "#!/bin/sh\n");
  chmodSync(join(tree, "run"), 0o755);
  symlinkSync("sub/a", join(tree, "link"));
  const archive = spawnSync(join(scene.folder, "bin/nix-store"), ["--dump", tree], { maxBuffer: 2 ** 26 }).stdout;
  const copy = join(scene.folder, "copy");
  scene.must("nix-store", ["--restore", copy], { input: archive });
  assert.equal(readFileSync(join(copy, "link"), "utf8"), "contents");
  assert.equal(statSync(join(copy, "run")).mode & 0o777, 0o755);
  assert.equal(statSync(join(copy, "sub/a")).mode & 0o777, 0o644);
  assert.equal(scene.must("nix-hash", [tree]), scene.must("nix-hash", [copy]));
  assert.equal(scene.run("nix-store", ["--restore", copy], { input: archive }).status, 1);
});

test("a store path that was altered is found, and the store goes by its database to another one", (t) => {
  const scene = openScene(t);
  const path = scene.must("nix-store", ["--add", scene.write("file", "text")]).trim();
  const dump = scene.must("nix-store", ["--dump-db"]);
  assert.match(dump, /^\/nix\/store\/\w{32}-file\n[0-9a-f]{64}\n\d+\n\n0\n$/);
  const real = join(scene.store, path);
  chmodSync(real, 0o644);
  writeFileSync(real, "other");
  const verified = scene.run("nix-store", ["--verify", "--check-contents"]);
  assert.equal(verified.status, 1);
  assert.match(verified.stderr, /was modified! expected hash 'sha256:/);
  assert.equal(scene.run("nix-store", ["--verify-path", path]).status, 1);
});

test("a signing key is made in two files, and paths are registered, optimised and deleted", (t) => {
  const scene = openScene(t);
  scene.must("nix-store", ["--generate-binary-cache-key", "me-1", "secret", "public"]);
  const [secret, shown] = ["secret", "public"].map((name) => readFileSync(join(scene.folder, name), "utf8").split(":"));
  assert.deepEqual([secret?.[0], shown?.[0]], ["me-1", "me-1"]);
  const bytes = Buffer.from(secret?.[1] ?? "", "base64");
  assert.equal(bytes.length, 64);
  assert.equal(bytes.subarray(32).toString("base64"), shown?.[1]);
  assert.equal(statSync(join(scene.folder, "secret")).mode & 0o777, 0o600);

  const first = scene.must("nix-store", ["--add", scene.write("one", "the same")]).trim();
  scene.must("nix-store", ["--add", scene.write("two", "the same")]);
  const dump = scene.must("nix-store", ["--dump-db", first]);
  assert.match(scene.run("nix-store", ["--optimise"]).stderr, /^0\.0 KiB freed by hard-linking 1 files\n$/);
  assert.equal(scene.must("nix-store", ["--delete", first]), "1 store paths deleted, 0.0 KiB freed\n");
  assert.equal(scene.run("nix-store", ["--check-validity", first]).status, 1);
  scene.must("nix-store", ["--load-db"], { input: dump });
  scene.must("nix-store", ["--check-validity", first]);
  assert.equal(
    scene.run("nix-store", ["--dump", "/nowhere"]).stderr,
    'error: getting status of "/nowhere": No such file or directory\n',
  );
});
