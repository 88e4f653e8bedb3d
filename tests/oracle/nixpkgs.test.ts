// A nixpkgs tree, instantiated by the real Nix and by Firn: the same derivations, byte for byte, and the same words where
// there are none. It runs when FIRN_NIXPKGS names a tree; FIRN_NIXPKGS_MATCH is a regular expression for the attributes,
// FIRN_NIXPKGS_SETS the attribute paths of the sets that they are taken from, with spaces between. All of them is what
// tools/compare-nixpkgs.ts is for.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import {
  attributePaths,
  compareStores,
  contenders,
  instantiateAll,
  instantiateOne,
  isFailure,
  printAttributePath,
  runContender,
  type Contender,
} from "./nixpkgs.ts";
import { findRealNix } from "./session.ts";

const tree = process.env["FIRN_NIXPKGS"] ?? "";
const match = new RegExp(
  process.env["FIRN_NIXPKGS_MATCH"] ?? "^(?:hello|git|gcc|python3|rustc|go|firefox|steam|.*-bin)$",
);
const sets = ["", ...(process.env["FIRN_NIXPKGS_SETS"] ?? "python3Packages").split(" ").filter((set) => set !== "")];
const real = findRealNix();
const skip = tree === "" ? "FIRN_NIXPKGS names no tree" : "missing" in real ? real.missing : false;
const systems = join(import.meta.dirname, "nixos");

function open(t: TestContext): { readonly nix: Contender; readonly firn: Contender } {
  const folder = mkdtempSync(join(tmpdir(), "firn-nixpkgs-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return contenders("missing" in real ? "" : real.folder, folder);
}

function assertStoresEqual(nix: Contender, firn: Contender): void {
  const { onlyNix, onlyFirn, unequal } = compareStores(nix, firn);
  assert.deepEqual({ onlyNix, onlyFirn, unequal }, { onlyNix: [], onlyFirn: [], unequal: [] });
}

for (const set of sets)
  test(
    `${set === "" ? "packages" : set} come to the same derivations, or fail in the same words`,
    { skip },
    async (t) => {
      const { nix, firn } = open(t);
      const root = `import ${tree} { }`;
      const all = await attributePaths(nix, root, [set === "" ? [] : set.split(".")]);
      const paths = all.filter((path) => match.test(path.at(-1) ?? ""));
      const sweep = { root, paths, chunk: 400, readOnly: false };
      const { verdicts: wanted } = await instantiateAll(nix, sweep);
      assert.deepEqual((await instantiateAll(firn, sweep)).verdicts, wanted);
      assertStoresEqual(nix, firn);
      for (const path of paths) {
        if (!isFailure(wanted.get(printAttributePath(path)))) continue;
        for (const flags of [[], ["--show-trace"]])
          assert.deepEqual(await instantiateOne(firn, root, path, flags), await instantiateOne(nix, root, path, flags));
      }
    },
  );

for (const file of readdirSync(systems))
  test(`the NixOS system of nixos/${file} is the same`, { skip }, async (t) => {
    const { nix, firn } = open(t);
    const args = [`${tree}/nixos`, "-A", "config.system.build.toplevel", "--arg", "configuration", join(systems, file)];
    const wanted = await runContender(nix, "nix-instantiate", args);
    assert.deepEqual(await runContender(firn, "nix-instantiate", args), wanted);
    assertStoresEqual(nix, firn);
  });
