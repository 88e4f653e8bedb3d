// nixos-option and firn why on a small `<nixpkgs/nixos>`: what an option is, what it has become, and who said so. firn search
// finds options of the collection's own modules.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { openScene, type Scene } from "./program.ts";

const lib = join(import.meta.dirname, "../../collection/lib");

const nixos = `{ configuration ? <nixos-config> }:
let lib = import ${lib}; in
lib.evalModules { modules = [ ./options.nix configuration ]; }
`;

const options = `{ lib, config, ... }:
let inherit (lib) mkOption types; in
{
  options.web = {
    port = mkOption { type = types.port; default = 80; example = 8080; description = "Where it listens."; };
    name = mkOption { type = types.str; default = throw "no name"; defaultText = lib.literalExpression "config.host"; };
    settings = mkOption { type = types.attrsOf types.str; default = { }; description = "What else."; };
  };
  options.users = mkOption {
    type = types.attrsOf (types.submodule { options.shell = mkOption { type = types.str; default = "sh"; }; });
    default = { };
  };
}
`;

const configuration = `{ lib, ... }: {
  web.port = lib.mkForce 81;
  imports = [ { web.port = 82; } ];
  users.anna.shell = lib.mkDefault "zsh";
  web.settings = lib.mkMerge [
    { a = "1"; }
    (lib.mkIf false { a = "2"; })
  ];
}
`;

function openOptions(t: TestContext): { scene: Scene; words: readonly string[]; file: string; declared: string } {
  const scene = openScene(t);
  mkdirSync(join(scene.folder, "nixpkgs/nixos"), { recursive: true });
  scene.write("nixpkgs/nixos/default.nix", nixos);
  const declared = scene.write("nixpkgs/nixos/options.nix", options);
  const file = scene.write("configuration.nix", configuration);
  return { scene, file, declared, words: ["-I", "nixpkgs=nixpkgs", "-I", "nixos-config=configuration.nix"] };
}

test("an option is shown with its value, what it is, and the lines that declare and define it", (t) => {
  const { scene, words, file, declared } = openOptions(t);
  const shown = `Value:
  81

Default:
  80

Type:
  16 bit unsigned integer; between 0 and 65535 (both inclusive)

Description:
  Where it listens.

Example:
  8080

Declared by:
  ${declared}:5:5

Defined by:
  ${file}:2:3
`;
  assert.equal(scene.must("nixos-option", [...words, "web.port"]), shown);
  // From what is remembered of the first time.
  assert.equal(scene.must("nixos-option", [...words, "web.port."]), shown);
  scene.write("configuration.nix", configuration.replace("81", "83"));
  assert.match(scene.must("nixos-option", [...words, "web.port"]), /^Value:\n {2}83\n/);
});

test("what cannot be evaluated is said in its place", (t) => {
  const { scene, words } = openOptions(t);
  const shown = scene.must("nixos-option", [...words, "web.name"]);
  assert.match(shown, /^Value:\n {2}«error: no name»\n\nDefault:\n {2}config\.host\n/);
  assert.equal(
    scene.must("nixos-option", [...words, "-r", "web"]),
    `web.name = «error: no name»;\nweb.port = 81;\nweb.settings.a = "1";\n`,
  );
});

test("sets are listed, submodules entered, and a name that there is not gets the nearest", (t) => {
  const { scene, words, file } = openOptions(t);
  assert.equal(scene.must("nixos-option", [...words, "web"]), "This attribute set contains:\nname\nport\nsettings\n");
  assert.equal(scene.must("nixos-option", [...words]), "This attribute set contains:\nusers\nweb\n");
  assert.equal(scene.must("nixos-option", [...words, "users.anna"]), "This attribute set contains:\nshell\n");
  const shell = JSON.parse(scene.must("nixos-option", [...words, "--json", "users.anna.shell"])) as {
    readonly value: string;
    readonly reasons: readonly unknown[];
  };
  assert.equal(shell.value, `"zsh"`);
  assert.deepEqual(shell.reasons[0], {
    value: `"zsh"`,
    place: { column: 3, file, line: 4 },
    priority: 1000,
    holds: true,
    isUsed: true,
  });
  const refuse = (path: string, stderr: string): void => {
    assert.deepEqual(scene.run("nixos-option", [...words, path]), { status: 1, stdout: "", stderr });
  };
  refuse("web.prt", "error: there is no option 'web.prt'\nhint: Did you mean 'web.port'?\n");
  refuse("users.berta", "error: there is no option 'users.berta'\n");
});

test("firn why tells every definition: which hold, and why the others do not", (t) => {
  const { scene, words, file, declared } = openOptions(t);
  const why = `web.port = 81;

Because of:
  ${file}:2:3 (mkForce, priority 50)
    81

Not:
  ${file}:3:17 (a plain definition, priority 100)
    82
  ${declared}:5:5 (the option's default, priority 1500)
    80
`;
  assert.equal(scene.must("firn", ["why", ...words, "web.port"]), why);
  assert.equal(scene.must("nixos-option", [...words, "--why", "web.port"]), why);
  assert.equal(
    scene.must("firn", ["why", ...words, "web.settings.a"]),
    `web.settings.a = "1";\n\nBecause of:\n  ${file}:6:7 (a plain definition, priority 100)\n    "1"\n\n` +
      `Not:\n  ${file}:7:23 (its condition does not hold)\n    "2"\n`,
  );
  const { status, stderr } = scene.run("firn", ["why", ...words, "web"]);
  assert.deepEqual(
    [status, stderr],
    [1, "error: 'web' is a set of options\nhint: Name one of them, such as 'web.name'.\n"],
  );
});

test("firn search finds options by words of their names and descriptions", (t) => {
  const { scene } = openOptions(t);
  const [first, ...lines] = scene.must("firn", ["search", "--options", "openssh", "PORTS"]).split("\n");
  assert.match(first ?? "", /^services\.openssh\.ports \(list of 16 bit unsigned integer/);
  assert.equal(lines[0], "  The ports it listens at.");
  const found = JSON.parse(scene.must("firn", ["search", "--options", "--json", "networking.hostname"])) as object;
  assert.deepEqual(Object.keys(found).slice(0, 1), ["networking.hostName"]);
  const { status, stderr } = scene.run("firn", ["search", "--options", "frobnicate"]);
  assert.deepEqual([status, stderr], [1, "error: no option says 'frobnicate' in its name or description\n"]);
});
