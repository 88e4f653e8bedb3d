// nixos-install into a folder, of a small `<nixpkgs/nixos>` whose system is a folder that the host's shell makes; and the programs
// beside it where nothing is installed. What needs root and disks is in tests/nixos/machines.

import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { openScene, type Scene } from "./program.ts";

const nixos = `
{ configuration ? <nixos-config> }:
let
  run = name: script: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" "export PATH=/bin:/usr/bin; \${script}" ];
  };
  part = run "part" "echo built >> /tmp/never; echo \${import configuration} > $out";
in
{ system = run "nixos-system-test" "mkdir $out; ln -s \${part} $out/part"; }
`;

function openInstall(t: TestContext): {
  readonly scene: Scene;
  readonly root: string;
  readonly search: readonly string[];
} {
  const scene = openScene(t);
  // What is on the way to a store is for all to enter.
  chmodSync(scene.folder, 0o755);
  mkdirSync(join(scene.folder, "nixpkgs/nixos"), { recursive: true });
  scene.write("nixpkgs/nixos/default.nix", nixos);
  const root = join(scene.folder, "mnt");
  mkdirSync(join(root, "etc/nixos"), { recursive: true });
  writeFileSync(join(root, "etc/nixos/configuration.nix"), `"one"`);
  return { scene, root, search: ["-I", "nixpkgs=nixpkgs", "--no-root-passwd", "--no-bootloader", "--root", root] };
}

test("a system is built into the folder's own store, and is its first generation; said again, nothing changes", (t) => {
  const { scene, root, search } = openInstall(t);
  for (const _ of [1, 2]) {
    const { status, stderr } = scene.run("nixos-install", search);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /installation finished!/);
    assert.equal(readlinkSync(join(root, "nix/var/nix/profiles/system")), "system-1-link");
  }
  const system = readlinkSync(join(root, "nix/var/nix/profiles/system-1-link"));
  assert.match(system, /^\/nix\/store\/\w{32}-nixos-system-test$/);
  const part = readlinkSync(root + join(system, "part"));
  assert.equal(readFileSync(root + part, "utf8"), "one\n");
  assert.ok(existsSync(join(root, "etc/NIXOS")));
  // Not in the store that it was installed from.
  assert.equal(existsSync(scene.store + system), false);
  // Both are known there.
  assert.equal(scene.must("nix-store", ["--store", root, "-qR", system]), `${part}\n${system}\n`);

  writeFileSync(join(root, "etc/nixos/configuration.nix"), `"two"`);
  scene.must("nixos-install", search);
  assert.equal(readlinkSync(join(root, "nix/var/nix/profiles/system")), "system-2-link");
});

test("what the running machine has is copied and not built; a system that it has needs no configuration", (t) => {
  const { scene, root, search } = openInstall(t);
  const config = join(root, "etc/nixos/configuration.nix");
  const built = scene
    .must("nix-build", ["<nixpkgs/nixos>", "-A", "system", "-I", "nixpkgs=nixpkgs", "-I", `nixos-config=${config}`])
    .trim();
  // With nothing to build by, only copies are left.
  const without = ["--option", "sandbox-paths", ""];
  const { status, stderr } = scene.run("nixos-install", [...search, ...without]);
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /^building '/m);
  assert.equal(readlinkSync(join(root, "nix/var/nix/profiles/system-1-link")), built);

  rmSync(config);
  const other = join(scene.folder, "other");
  mkdirSync(other);
  scene.must("nixos-install", ["--root", other, "--system", built, "--no-root-passwd", "--no-bootloader"]);
  assert.equal(readlinkSync(join(other, "nix/var/nix/profiles/system-1-link")), built);
  assert.ok(
    existsSync(other + join(built, "part")) || readlinkSync(other + join(built, "part")).startsWith("/nix/store/"),
  );
  scene.must("nix-store", ["--store", other, "--verify", "--check-contents"]);
});

test("a flake's system is installed", (t) => {
  const { scene, root, search } = openInstall(t);
  const system = `{ system = "x86_64-linux"; builder = "/bin/sh"; name = "nixos-system-x"; args = [ "-c" "echo > $out" ]; }`;
  mkdirSync(join(scene.folder, "machines"));
  scene.write(
    "machines/flake.nix",
    `{ outputs = { self }: { nixosConfigurations.x.config.system.build.toplevel = derivation ${system}; }; }`,
  );
  scene.must("nixos-install", [...search, "--flake", "./machines#x"]);
  assert.match(readlinkSync(join(root, "nix/var/nix/profiles/system-1-link")), /^\/nix\/store\/.*-nixos-system-x$/);
});

test("what cannot be installed says why, and nothing is done", (t) => {
  const { scene, root, search } = openInstall(t);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["--root", join(scene.folder, "none")], /mount point .*none doesn't exist/],
    [
      ["--root", root, "--system", "/nix/store/00000000000000000000000000000000-none"],
      /the system '.*' is not in the store/,
    ],
    [["--flake", "x"], /Please specify the name of the NixOS configuration to be installed/],
    [["--root", root, "--flake", ".#x"], /could not find a flake\.nix file/],
  ];
  for (const [words, message] of cases) {
    const { status, stderr } = scene.run("nixos-install", words);
    assert.equal(status, 1);
    assert.match(stderr, message);
  }
  rmSync(join(root, "etc/nixos/configuration.nix"));
  assert.match(scene.run("nixos-install", search).stderr, /configuration file .*configuration\.nix doesn't exist/);
  chmodSync(root, 0o700);
  assert.match(scene.run("nixos-install", search).stderr, /should have permissions 755, but had permissions 700/);
  assert.ok(!existsSync(join(root, "etc/NIXOS")));
});

test("where nobody says what <nixpkgs> is, a system is installed from Firn's own collection", (t) => {
  const { scene, root } = openInstall(t);
  const words = ["--root", root, "--no-root-passwd", "--no-bootloader"];
  scene.must("nixos-install", words, { variables: { NIX_PATH: "nixpkgs=nixpkgs" } });
  writeFileSync(join(root, "etc/nixos/configuration.nix"), "{ }");
  assert.match(scene.run("nixos-install", words).stderr, /error: there is no lock in '.*'; make one with `firn lock`/);
});

test("nixos-enter wants an installation, and nixos-generate-config keeps a configuration that is there", (t) => {
  const { scene, root } = openInstall(t);
  const entered = scene.run("nixos-enter", ["--root", root, "-c", "true"]);
  assert.deepEqual([entered.status, /is not a NixOS installation/.test(entered.stderr)], [126, true]);

  const { stderr } = scene.run("nixos-generate-config", ["--root", root]);
  assert.match(stderr, /not overwriting existing .*configuration\.nix/);
  assert.equal(readFileSync(join(root, "etc/nixos/configuration.nix"), "utf8"), `"one"`);
  const found = readFileSync(join(root, "etc/nixos/hardware-configuration.nix"), "utf8");
  assert.match(found, /boot\.initrd\.availableKernelModules = \[/);
  assert.equal(scene.must("nixos-generate-config", ["--root", root, "--show-hardware-config"]), found);
  scene.must("nixos-generate-config", ["--root", root, "--force"]);
  assert.match(readFileSync(join(root, "etc/nixos/configuration.nix"), "utf8"), /\.\/hardware-configuration\.nix/);
});

test("firn disk reads a layout from a file, and says what is wrong with it", (t) => {
  const { scene } = openInstall(t);
  const file = scene.write("layout.json", JSON.stringify({ disks: [{ name: "a" }], arrays: [] }));
  assert.match(scene.run("firn", ["disk", "plan", "--layout", file]).stderr, /wrong at 'disks\[0\]\.device'/);
  assert.match(scene.run("firn", ["disk", "plan", "--layout", "none"]).stderr, /there is no file '.*none'/);
  assert.match(scene.run("firn", ["disk"]).stderr, /say what to do: plan, apply or mount/);
  assert.match(scene.run("firn", ["disk", "wipe"]).stderr, /'wipe' is not plan, apply or mount/);
  assert.match(
    scene.run("firn", ["disk", "mount", "--destroy", "/dev/x"]).stderr,
    /'--destroy' does not go with 'mount'/,
  );
});
