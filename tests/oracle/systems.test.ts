// The real Nix makes of the collection's systems the same store derivation that Firn makes. Any release of it will do, since the
// collection asks for nothing new; its packages are only names here, so that no lock is needed.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findAnyNix } from "./session.ts";

const home = join(import.meta.dirname, "../..");
const collection = join(home, "collection");
const real = findAnyNix();

/** Evaluates a system over packages of every name that the collection's expressions and the configuration have in them. */
const system = `{ configuration }:
let
  fake = name: derivation { name = builtins.replaceStrings [ "~" ] [ "-" ] name; system = "x86_64-linux"; builder = "/bin/sh"; } // {
    pname = name;
    version = "15.1";
    depends = [ "linux-image-6.1.0-1-cloud-amd64" ];
    meta = { };
  };
  names = builtins.fromJSON (builtins.readFile ./names.json);
  packages = builtins.listToAttrs (map (name: { inherit name; value = fake name; }) names);
in
import ${collection}/nixos.nix { lock = null; inherit configuration packages; firn = fake "firn"; }
`;

function namesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return namesIn(path);
    if (!path.endsWith(".nix")) return [];
    const words = readFileSync(path, "latin1").match(/[a-z][\w+.-]+/gi) ?? [];
    // `pkgs.jq` as well as "python3.11".
    return words.flatMap((word) => [word, ...word.split(".")]).filter((word) => /^[a-z]/i.test(word));
  });
}

function drvPathOf(program: string, folder: string, configuration: string): string {
  const args = [
    "--eval",
    "--strict",
    "--json",
    "system.nix",
    "-A",
    "system.drvPath",
    "--arg",
    "configuration",
    configuration,
  ];
  const env = {
    ...process.env,
    HOME: folder,
    NIX_PATH: "",
    NIX_REMOTE: `local?root=${join(folder, "root")}`,
    FIRN_NODE: process.execPath,
  };
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, `${program}\n${stderr.slice(-4000)}`);
  return JSON.parse(stdout) as string;
}

for (const configuration of ["collection/examples/phenex/configuration.nix", "tests/oracle/systems/large.nix"]) {
  test(
    `a system comes to the same derivation: ${configuration}`,
    { skip: "missing" in real ? real.missing : false },
    (t) => {
      if ("missing" in real) return;
      const folder = mkdtempSync(join(tmpdir(), "firn-systems-"));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      mkdirSync(join(folder, "root"));
      const names = new Set([...namesIn(collection), ...namesIn(join(import.meta.dirname, "systems"))]);
      names.add("linux-image-6.1.0-1-cloud-amd64");
      for (const name of ["", "type"]) names.delete(name);
      writeFileSync(join(folder, "names.json"), JSON.stringify([...names].filter((name) => !name.startsWith("."))));
      writeFileSync(join(folder, "system.nix"), system);
      const path = join(home, configuration);
      const wanted = drvPathOf(join(real.folder, "nix-instantiate"), folder, path);
      assert.match(wanted, /^\/nix\/store\/\w{32}-nixos-system-/);
      assert.equal(drvPathOf(join(home, "bin/nix-instantiate"), folder, path), wanted);
    },
  );
}
