import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readMachineSpec, resolveInRoot } from "./machine-spec.ts";

function scratchRoot(t: { after(fn: () => void): void }): string {
  const root = mkdtempSync(join(tmpdir(), "firn-machine-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "nix/store/system"), { recursive: true });
  return root;
}

test("links are followed below the root, absolute ones too, and never out of it", (t) => {
  const root = scratchRoot(t);
  const store = join(root, "nix/store");
  symlinkSync("/nix/store/linux/bzImage", join(store, "system/kernel"));
  symlinkSync("linux-6", join(store, "linux"));
  mkdirSync(join(store, "linux-6"));
  symlinkSync("../../../../../..", join(store, "out"));
  symlinkSync("loop", join(store, "loop"));
  assert.equal(resolveInRoot("/nix/store/system/kernel", root), `${root}/nix/store/linux-6/bzImage`);
  assert.equal(resolveInRoot("/nix/store/out/nix", root), `${root}/nix`);
  assert.throws(() => resolveInRoot("/nix/store/loop", root), /'\/nix\/store\/loop' does not describe a machine/);
});

test("a machine is read with its files where the host has them", (t) => {
  const root = scratchRoot(t);
  const machine = {
    name: "a",
    kernel: "/nix/store/k",
    initrd: "/nix/store/i",
    store: "/nix/store/s",
    disk: "/nix/store/d",
    parameters: "quiet",
    system: "/nix/store/system",
    memory: 512,
    cores: 1,
    vlans: [{ vlan: 1, mac: "52:54:00:12:01:01" }],
    options: ["-snapshot"],
  };
  const write = (value: unknown): void =>
    writeFileSync(join(root, "nix/store/system/machine.json"), JSON.stringify(value));
  write(machine);
  const spec = readMachineSpec("/nix/store/system", root);
  assert.equal(spec.kernel, `${root}/nix/store/k`);
  assert.equal(spec.system, "/nix/store/system");
  for (const wrong of [
    null,
    [],
    { ...machine, memory: "512" },
    { ...machine, options: [1] },
    { ...machine, disk: 0 },
    { ...machine, vlans: [{ vlan: 1, mac: "52:54" }] },
  ]) {
    write(wrong);
    assert.throws(() => readMachineSpec("/nix/store/system", root), /machine\.json' does not describe a machine/);
  }
});
