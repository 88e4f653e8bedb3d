import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Lookup, readSystem, type UnitEntry } from "./read-system.ts";

const textOf = (entry: UnitEntry): string => (entry.kind === "file" ? entry.text : entry.kind);

/** What a lookup has under these names. */
function lookUp<Value>(lookup: Lookup<Value>, names: readonly string[]): [name: string, value: Value][] {
  return names.flatMap((name): [string, Value][] => {
    const value = lookup.get(name);
    assert.equal(lookup.has(name), value !== undefined);
    return value === undefined ? [] : [[name, value]];
  });
}

test("a system is read through the links of a store that lies in a folder", (t) => {
  const home = mkdtempSync(join(tmpdir(), "firn-system-"));
  t.after(() => rmSync(home, { recursive: true }));
  const store = join(home, "nix/store");
  const make = (path: string, text: string) => {
    mkdirSync(join(store, path, ".."), { recursive: true });
    writeFileSync(join(store, path), text);
  };
  const link = (path: string, target: string) => {
    mkdirSync(join(store, path, ".."), { recursive: true });
    symlinkSync(target, join(store, path));
  };
  make("a-unit/a.service", "[Service]\n");
  make("units/multi-user.target", "[Unit]\n");
  make("units/a.service.d/b.conf", "[Service]\nB=1\n");
  make("units/a.service.d/README", "no drop-in");
  link("units/a.service", "/nix/store/a-unit/a.service");
  link("units/off.service", "/dev/null");
  link("units/default.target", "multi-user.target");
  link("units/dangling.service", "/nix/store/not-there");
  link("units/multi-user.target.wants/a.service", "../a.service");
  link("etc/etc/systemd/system", "/nix/store/units");
  make("etc/etc/fstab", "/dev/a / ext4 rw\n");
  link("system/etc", "/nix/store/etc/etc");
  make("system/init-interface-version", "systemd 2");
  link("system/kernel", "/nix/store/a-unit/a.service");
  symlinkSync("/nix/store/system", join(home, "profile"));

  const system = readSystem(join(home, "profile"), { storeDir: "/nix/store", realStoreDir: store });
  assert.equal(system.toplevel, join(store, "system"));
  assert.deepEqual(
    lookUp(system.units.units, [
      "a.service",
      "dangling.service",
      "default.target",
      "multi-user.target",
      "multi-user.target.wants",
      "no.service",
      "off.service",
    ]).map(([name, entry]) => [name, textOf(entry)]),
    [
      ["a.service", "[Service]\n"],
      ["default.target", "[Unit]\n"],
      ["multi-user.target", "[Unit]\n"],
      ["off.service", "masked"],
    ],
  );
  assert.deepEqual(system.units.dropIns.get("a.service")?.map(textOf), ["[Service]\nB=1\n"]);
  assert.deepEqual(lookUp(system.units.pulledIn, ["a.service", "multi-user.target"]), [
    ["multi-user.target", ["a.service"]],
  ]);
  assert.deepEqual(lookUp(system.units.aliases, ["a.service", "default.target", "multi-user.target"]), [
    ["default.target", "multi-user.target"],
  ]);
  assert.deepEqual([...system.fstab.mounts.keys()], ["/"]);
  assert.deepEqual(lookUp(system.parts, ["kernel", "initrd", "systemd", "etc/tmpfiles.d"]), [
    ["kernel", join(store, "a-unit/a.service")],
  ]);
  assert.throws(
    () => readSystem(join(store, "units"), { storeDir: "/nix/store", realStoreDir: store }),
    /is not a NixOS system/,
  );
});

test("a system is read where all lies where its name says, with links that lead nowhere or round about", (t) => {
  const store = mkdtempSync(join(tmpdir(), "firn-system-"));
  t.after(() => rmSync(store, { recursive: true }));
  const units = join(store, "system/etc/systemd/system");
  mkdirSync(join(units, "a.service.d"), { recursive: true });
  writeFileSync(join(store, "system/init-interface-version"), "systemd 2");
  writeFileSync(join(units, "a.service"), "[Service]\n");
  writeFileSync(join(units, "a.service.d/b.conf"), "[Service]\nB=1\n");
  symlinkSync("a.service", join(units, "b.service"));
  symlinkSync("/dev/null", join(units, "off.service"));
  symlinkSync("round.service", join(units, "round.service"));
  symlinkSync(join(units, "a.service/below"), join(units, "below.service"));
  symlinkSync(join(store, "system"), join(store, "current"));

  const system = readSystem(join(store, "current"), { storeDir: store, realStoreDir: store });
  assert.equal(system.toplevel, join(store, "system"));
  assert.deepEqual(
    lookUp(system.units.units, ["a.service", "b.service", "below.service", "off.service", "round.service"]).map(
      ([name, entry]) => [name, textOf(entry)],
    ),
    [
      ["a.service", "[Service]\n"],
      ["b.service", "[Service]\n"],
      ["off.service", "masked"],
    ],
  );
  assert.deepEqual(system.units.dropIns.get("a.service")?.map(textOf), ["[Service]\nB=1\n"]);
  assert.deepEqual(lookUp(system.units.aliases, ["a.service", "b.service", "round.service"]), [
    ["b.service", "a.service"],
  ]);
  assert.throws(
    () => readSystem(join(store, "nowhere"), { storeDir: store, realStoreDir: store }),
    /is not a NixOS system/,
  );
});
