// nixos-rebuild on a small `<nixpkgs/nixos>` whose system is a folder that the host's shell makes: building, generations, and
// what a switch between two such systems would do.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { openScene, type Scene } from "./program.ts";

const nixos = `
{ configuration ? <nixos-config> }:
let config = import configuration; in
{
  system = derivation {
    name = "nixos-system-test";
    system = builtins.currentSystem;
    builder = "/bin/sh";
    inherit (config) version service;
    args = [ "-c" ''
      export PATH=/bin:/usr/bin
      units=$out/etc/systemd/system
      mkdir -p $units/default.target.wants
      printf 'systemd 2' > $out/init-interface-version
      printf '%s' "$version" > $out/nixos-version
      printf '[Unit]\\n' > $units/default.target
      printf '[Service]\\nExecStart=%s\\n' "$service" > $units/web.service
      ln -s ../web.service $units/default.target.wants/web.service
    '' ];
  };
}
`;

function openRebuild(t: TestContext): { scene: Scene; build: (version: string, service: string) => string } {
  const scene = openScene(t);
  mkdirSync(join(scene.folder, "nixpkgs"));
  mkdirSync(join(scene.folder, "nixpkgs/nixos"));
  scene.write("nixpkgs/nixos/default.nix", nixos);
  const build = (version: string, service: string): string => {
    scene.write("configuration.nix", `{ version = "${version}"; service = "${service}"; }`);
    return scene
      .must("nixos-rebuild", ["build", "-I", "nixpkgs=nixpkgs", "-I", "nixos-config=configuration.nix"])
      .trim();
  };
  return { scene, build };
}

test("a system is built, and a switch to another one is told unit by unit", (t) => {
  const { scene, build } = openRebuild(t);
  const search = ["-I", "nixpkgs=nixpkgs", "-I", "nixos-config=configuration.nix"];
  scene.write("configuration.nix", `{ version = "1"; service = "/bin/a"; }`);
  const dry = scene.run("nixos-rebuild", ["dry-build", ...search]);
  assert.match(
    dry.stderr,
    /^building the system configuration\.\.\.\nthis derivation will be built:\n {2}\/nix\/store\/\w{32}-nixos-system-test\.drv\n$/,
  );
  assert.deepEqual([dry.status, dry.stdout, existsSync(join(scene.folder, "result"))], [0, "", false]);

  const first = build("1", "/bin/a");
  assert.match(first, /^\/nix\/store\/\w{32}-nixos-system-test$/);
  assert.equal(readlinkSync(join(scene.folder, "result")), first);
  const second = build("2", "/bin/b");

  const words = ["dry-activate", "--from", first, "--store-path", second];
  const told = scene.run("nixos-rebuild", words);
  assert.equal(told.stderr, "assuming that the 2 units run that the old system starts by itself\n");
  assert.equal(
    told.stdout,
    "would stop the following units: web.service\nwould activate the configuration...\n" +
      "would start the following units: web.service\n",
  );
  assert.equal(
    scene.must("nixos-rebuild", [...words.slice(0, 3), "--store-path", first]),
    "would activate the configuration...\n",
  );

  const record = scene.write(
    "units",
    "Id=other.service\nFollowing=\nActiveState=active\nFragmentPath=/etc/systemd/system/other.service\n",
  );
  assert.equal(scene.must("nixos-rebuild", [...words, "--units", record]), "would activate the configuration...\n");

  const json = JSON.parse(scene.must("nixos-rebuild", [...words, "--json"])) as Record<string, unknown>;
  assert.deepEqual(json["units"], {
    stop: ["web.service"],
    start: ["default.target", "web.service"],
    restart: [],
    reload: [],
    skip: [],
  });
  assert.match(
    scene.must("nixos-rebuild", [...words, "--explain"]),
    /\nweb\.service: stop and start, because it has changed: the old one stops before/,
  );
});

test("a variant of a system is switched to by its name", (t) => {
  const { scene, build } = openRebuild(t);
  const other = build("1", "/bin/b");
  scene.write(
    "nixpkgs/nixos/default.nix",
    nixos.replace(
      "printf '[Unit]",
      `mkdir $out/specialisation; ln -s ${other} $out/specialisation/spare; printf '[Unit]`,
    ),
  );
  const system = build("1", "/bin/a");
  const words = ["dry-activate", "--from", system, "--store-path", system, "--specialisation"];
  assert.match(scene.must("nixos-rebuild", [...words, "spare"]), /^would stop the following units: web\.service$/m);
  const { status, stderr } = scene.run("nixos-rebuild", [...words, "spar"]);
  assert.deepEqual(
    [status, /the system has no specialisation 'spar'\nhint: It has spare\./.test(stderr)],
    [1, true],
    stderr,
  );
});

test("--diff tells packages and files besides", (t) => {
  const { scene, build } = openRebuild(t);
  const words = ["dry-activate", "--from", build("1", "/bin/a"), "--store-path", build("2", "/bin/b"), "--diff"];
  assert.equal(
    scene.must("nixos-rebuild", words).split("files:\n")[1],
    "  /etc/systemd/system/web.service: changed\n" +
      "    @@ -1,2 +1,2 @@\n     [Service]\n    -ExecStart=/bin/a\n    +ExecStart=/bin/b\n",
  );
  const { packages, accounts } = JSON.parse(scene.must("nixos-rebuild", [...words, "--json"])) as Record<
    string,
    unknown
  >;
  assert.deepEqual([packages, accounts], [[], []]);
});

test("generations are listed, newest first, and --rollback links the one before the current", (t) => {
  const { scene, build } = openRebuild(t);
  const profiles = join(scene.folder, "root/nix/var/nix/profiles");
  mkdirSync(profiles, { recursive: true });
  for (const [index, version] of ["20.09", "21.05"].entries()) {
    const path = build(version, "/bin/a");
    symlinkSync(join(scene.folder, "root", path), join(profiles, `system-${index + 1}-link`));
  }
  symlinkSync("system-2-link", join(profiles, "system"));
  const listed = JSON.parse(scene.must("nixos-rebuild", ["list-generations", "--json"])) as Record<string, unknown>[];
  assert.deepEqual(
    listed.map(({ date, ...rest }) => [typeof date, rest]),
    ["21.05", "20.09"].map((nixosVersion, index) => [
      "string",
      {
        generation: 2 - index,
        nixosVersion,
        kernelVersion: "Unknown",
        configurationRevision: "Unknown",
        specialisations: [],
        current: index === 0,
      },
    ]),
  );
  assert.match(
    scene.must("nixos-rebuild", ["list-generations"]),
    /^Generation {2}Build-date +NixOS version .*\n2 +\d{4}-.* 21\.05 .* True\n1 /,
  );
  scene.must("nixos-rebuild", ["build", "--rollback"]);
  assert.equal(readlinkSync(join(scene.folder, "result")), join(profiles, "system-1-link"));
});

test("an error in a configuration is told with its author's lines, and with --show-trace by its whole way", (t) => {
  const { scene } = openRebuild(t);
  const lib = join(import.meta.dirname, "../../collection/lib");
  scene.write(
    "nixpkgs/nixos/default.nix",
    `{ configuration ? <nixos-config> }:
    let
      lib = import ${lib};
      option = { options.a = lib.mkOption { type = lib.types.int; }; options.b = lib.mkOption { }; };
      evaluated = lib.evalModules { modules = [ option { a = 1; } configuration ]; };
    in
    { system = if evaluated.config.a == evaluated.config.b then 1 else 2; }`,
  );
  const search = ["-I", "nixpkgs=nixpkgs", "-I", "nixos-config=configuration.nix"];
  const configuration = scene.write("configuration.nix", `{\n  a = 2;\n  b = 1;\n}\n`);
  const fails = (...flags: readonly string[]): string => {
    const { status, stderr } = scene.run("nixos-rebuild", ["dry-build", ...search, ...flags]);
    assert.equal(status, 1);
    return stderr;
  };
  const short = fails();
  assert.ok(short.includes(`- In \`${configuration}:2:3': 2\n`), short);
  assert.ok(!short.includes(`at ${lib}`), short);
  assert.match(short, /\nhint: With --show-trace it says by which way/);
  const long = fails("--show-trace");
  assert.ok(long.includes(`at ${lib}`) && !long.includes("hint:"), long);

  scene.write("configuration.nix", `{\n  a = 1;\n  b = missing;\n}\n`);
  assert.ok(fails().includes(`at ${configuration}:3:7:\n            2|   a = 1;\n            3|   b = missing;\n`));
});

test("what nixos-rebuild does not have yet, or what does not fit, is refused", (t) => {
  const scene = openScene(t);
  const refuse = (words: readonly string[], message: RegExp) => {
    const { status, stderr } = scene.run("nixos-rebuild", words);
    assert.equal(status, 1, words.join(" "));
    assert.match(stderr, message);
  };
  for (const word of ["edit", "repl"]) refuse([word], new RegExp(`does not have '${word}' yet`));
  refuse(["build", "--target-host", "h"], /'--target-host' does not go with 'build'/);
  refuse(["test", "--install-bootloader"], /'--install-bootloader' does not go with 'test'/);
  refuse([], /no action specified/);
  refuse(["build", "dry-build"], /'build' and 'dry-build' are both actions/);
  refuse(["dry-build", "--rollback"], /'--rollback' does not go with 'dry-build'/);
  refuse(["list-generations", "-p", "../x"], /'\.\.\/x' is no name of a profile/);
  writeFileSync(join(scene.folder, "no-system"), "");
  refuse(["dry-activate", "--from", "no-system", "--store-path", "no-system"], /'.*no-system' is not a NixOS system/);
});

test("an image of a kind is built; without one the kinds are told", (t) => {
  const scene = openScene(t);
  mkdirSync(join(scene.folder, "nixpkgs/nixos"), { recursive: true });
  scene.write(
    "nixpkgs/nixos/default.nix",
    `{ }: {
      config.system.build.images = builtins.mapAttrs
        (name: _: derivation { inherit name; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo $name > $out" ]; })
        { raw = null; iso = null; };
    }`,
  );
  const search = ["build-image", "-I", "nixpkgs=nixpkgs"];
  const without = scene.run("nixos-rebuild", search);
  assert.equal(without.status, 1);
  assert.match(
    without.stderr,
    /Please specify one of the following supported image variants via --image-variant:\n +- iso\n +- raw$/m,
  );
  const image = scene.must("nixos-rebuild", [...search, "--image-variant", "iso"]).trim();
  assert.match(image, /^\/nix\/store\/\w{32}-iso$/);
  assert.equal(readlinkSync(join(scene.folder, "result")), image);
  assert.match(
    scene.run("nixos-rebuild", [...search, "--image-variant", "floppy"]).stderr,
    /'floppy'.* (?:not found|missing)/,
  );
  assert.match(scene.run("nixos-rebuild", ["build", "--image-variant", "iso"]).stderr, /does not go with 'build'/);
});

test("a flake's system is built, by its name or this machine's, and purely unless that is refused", (t) => {
  const scene = openScene(t);
  mkdirSync(join(scene.folder, "machines"));
  scene.write(
    "machines/flake.nix",
    `{
      outputs = { self }:
        let
          systemOf = name: {
            config.system.build.toplevel = (import ./nixos.nix { configuration = ./. + "/\${name}.nix"; }).system;
            config.system.build.images.iso = throw "no image of \${name}";
          };
        in
        { nixosConfigurations = { "one.two" = systemOf "one"; "${hostname()}" = systemOf "here"; }; };
    }`,
  );
  // As in a flake that says for which system it is.
  scene.write("machines/nixos.nix", nixos.replace("builtins.currentSystem", '"x86_64-linux"'));
  scene.write("machines/one.nix", `{ version = "1"; service = "/bin/a"; }`);
  scene.write("machines/here.nix", `{ version = builtins.getEnv "VERSION"; service = "/bin/a"; }`);
  const versionOf = (words: readonly string[], variables = {}): string => {
    const system = scene.must("nixos-rebuild", ["build", ...words], { variables }).trim();
    assert.equal(readlinkSync(join(scene.folder, "result")), system);
    return readFileSync(scene.store + system + "/nixos-version", "utf8");
  };
  assert.equal(versionOf(["--flake", "./machines#one.two"]), "1");
  assert.equal(versionOf(["--flake", "./machines"], { VERSION: "2" }), "");
  assert.equal(versionOf(["-F", join(scene.folder, "machines"), "--impure"], { VERSION: "2" }), "2");

  const refuse = (words: readonly string[], message: RegExp) =>
    assert.match(scene.run("nixos-rebuild", words).stderr, message);
  refuse(
    ["dry-build", "--flake", "./machines#onee"],
    /does not provide attribute 'nixosConfigurations\."onee"\.config\.system\.build\.toplevel'/,
  );
  refuse(["build-image", "--flake", "./machines#one.two"], /image variants via --image-variant:\n +- iso/);
  refuse(["build-image", "--flake", "./machines#one.two", "--image-variant", "iso"], /no image of one/);
  refuse(["build", "--flake", "./machines", "--arg", "x", "1"], /incompatible with flakes/);
  scene.must("nixos-rebuild", ["dry-build", "--flake", "./machines#one.two"]);
  // By itself, and before the action, it means the flake of this folder.
  refuse(["--flake", "dry-build"], /could not find a flake\.nix file/);
});

test("where nobody says what <nixpkgs> is, a system is made of Firn's own collection", (t) => {
  const scene = openScene(t);
  const build = ["dry-build", "-I", `nixos-config=${scene.write("configuration.nix", "{ }")}`];
  assert.match(
    scene.run("nixos-rebuild", build).stderr,
    /error: there is no lock in '.*\/firn\/lock'; make one with `firn lock`/,
  );
  // To Nix's own programs it is missing.
  assert.match(scene.run("nix-instantiate", ["<nixpkgs/nixos>"]).stderr, /file 'nixpkgs\/nixos' was not found/);
  mkdirSync(join(scene.folder, "tree/nixos"), { recursive: true });
  scene.write("tree/nixos/default.nix", 'throw "another one"');
  for (const variables of [{ NIX_PATH: "nixpkgs=tree" }, {}]) {
    const named = "NIX_PATH" in variables ? build : [...build, "-I", "nixpkgs=tree"];
    assert.match(scene.run("nixos-rebuild", named, { variables }).stderr, /error: another one/);
  }
});
