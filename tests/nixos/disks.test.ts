// collection/modules/disks: from one declaration of the disks follow what is mounted, what is opened, and what `firn disk` makes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLayout } from "#nixos";
import { errorOf, evaluateToData, openCollection } from "./collection.test-support.ts";

const evaluator = openCollection("disks");

interface Followed {
  readonly fileSystems: Readonly<Record<string, unknown>>;
  readonly swapDevices: readonly unknown[];
  readonly luks: Readonly<Record<string, unknown>>;
  readonly arrays: boolean;
  readonly groups: boolean;
  readonly grub: readonly string[];
  readonly layout: unknown;
  readonly failed: readonly string[];
}

const follow = (devices: string): Followed =>
  evaluateToData(evaluator, `import /tables/evaluate.nix { disko.devices = ${devices}; }`) as Followed;

const partitions = (text: string): string =>
  `{ disk.main = { device = "/dev/vda"; content = { type = "gpt"; partitions = ${text}; }; }; }`;

test("a disk with an EFI system partition, swap and an encrypted btrfs is mounted, swapped to and opened", () => {
  const followed = follow(
    partitions(`{
      root = {
        content = {
          type = "luks"; name = "crypted"; passwordFile = "/tmp/key"; settings.allowDiscards = true;
          content = { type = "btrfs"; subvolumes = { "/root".mountpoint = "/"; "/nix" = { mountpoint = "/nix"; mountOptions = [ "noatime" ]; }; }; };
        };
      };
      ESP = { type = "EF00"; size = "512M"; content = { type = "filesystem"; format = "vfat"; mountpoint = "/boot"; mountOptions = [ "umask=0077" ]; }; };
      swap = { size = "1G"; content = { type = "swap"; priority = 5; }; };
    }`),
  );
  assert.deepEqual(followed.failed, []);
  assert.deepEqual(followed.fileSystems, {
    "/": { device: "/dev/mapper/crypted", fsType: "btrfs", options: ["subvol=/root", "defaults"] },
    "/nix": { device: "/dev/mapper/crypted", fsType: "btrfs", options: ["subvol=/nix", "noatime"] },
    "/boot": { device: "/dev/disk/by-partlabel/disk-main-ESP", fsType: "vfat", options: ["umask=0077"] },
  });
  assert.deepEqual(followed.swapDevices, [{ device: "/dev/disk/by-partlabel/disk-main-swap", priority: 5 }]);
  assert.deepEqual(followed.luks, {
    crypted: { device: "/dev/disk/by-partlabel/disk-main-root", allowDiscards: true },
  });
  const [disk] = parseLayout(followed.layout).disks;
  assert.ok(disk?.content?.type === "gpt");
  // The partition that takes the rest is the last one.
  assert.deepEqual(
    disk.content.partitions.map(({ label, size, type }) => [label, size, type]),
    [
      ["disk-main-ESP", 512 * 1024 ** 2, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"],
      ["disk-main-swap", 1024 ** 3, "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F"],
      ["disk-main-root", undefined, "CA7D7CCB-63ED-4C53-861C-1742536059CC"],
    ],
  );
  const root = disk.content.partitions.at(-1)?.content;
  assert.ok(root?.type === "luks");
  assert.equal(root.keyFile, "/tmp/key");
});

test("an array of partitions on two disks is put together, and GRUB is on both", () => {
  const disk = (name: string): string => `disk.${name} = {
    device = "/dev/${name}";
    content = { type = "gpt"; partitions = { grub = { type = "EF02"; size = "1M"; }; root.content = { type = "mdraid"; name = "root"; }; }; };
  };`;
  const mdadm = `mdadm.root = { level = 1; content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; }; };`;
  const followed = follow(`{ ${disk("vda")} ${disk("vdb")} ${mdadm} }`);
  assert.deepEqual(followed.failed, []);
  assert.equal(followed.arrays, true);
  assert.deepEqual(followed.grub, ["/dev/vda", "/dev/vdb"]);
  assert.deepEqual(followed.fileSystems, { "/": { device: "/dev/md/root", fsType: "ext4", options: ["defaults"] } });
  assert.equal(parseLayout(followed.layout).arrays[0]?.level, 1);
  assert.deepEqual(follow(`{ ${disk("vda")} ${mdadm} }`).failed, [
    "The array `root' of `disko.devices.mdadm' has 1 parts, which is too few for level 1: " +
      "a part is a partition whose content has the type `mdraid' and the name `root'.",
  ]);
  assert.deepEqual(follow(`{ ${disk("vda")} }`).failed, [
    "A partition is a part of the array `root', which `disko.devices.mdadm' does not have.",
  ]);
});

test("volumes of a group are mounted and swapped to, and the first stage starts them", () => {
  const group = (lvs: string): string => `lvm_vg.pool.lvs = ${lvs};`;
  const disk = `disk.a = { device = "/dev/vda"; content = { type = "gpt"; partitions.all.content = { type = "lvm_pv"; vg = "pool"; }; }; };`;
  const followed = follow(
    `{ ${disk} ${group(`{
      a.content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; };
      b = { size = "1G"; content.type = "swap"; };
    }`)} }`,
  );
  assert.deepEqual(followed.failed, []);
  assert.equal(followed.groups, true);
  assert.deepEqual(followed.fileSystems, { "/": { device: "/dev/pool/a", fsType: "ext4", options: ["defaults"] } });
  assert.deepEqual(followed.swapDevices, [{ device: "/dev/pool/b" }]);
  const { disks, groups } = parseLayout(followed.layout);
  assert.equal(
    disks[0]?.content?.type === "gpt" && disks[0].content.partitions[0]?.type,
    "E6D6D379-F507-44C2-A23C-238F2A3DF928",
  );
  // The one that takes the rest is the last one.
  assert.deepEqual(
    groups[0]?.volumes.map(({ name, size }) => [name, size]),
    [
      ["b", 1024 ** 3],
      ["a", undefined],
    ],
  );
  assert.match(
    follow(`{ ${disk} }`).failed.join(),
    /volume group `pool', which `disko\.devices\.lvm_vg' does not have/,
  );
  assert.match(
    follow(`{ ${disk} ${group("{ a = { }; b = { }; }")} }`).failed.join(),
    /Several volumes of the group `pool'/,
  );
  const inside = follow(`{ ${disk} ${group(`{ a.content = { type = "lvm_pv"; vg = "pool"; }; }`)} }`);
  assert.match(inside.failed.join(), /A volume of the group `pool' is a part of an array or of a group/);
  assert.match(
    follow(`{ disk.a.device = "/dev/vda"; ${group("{ }")} }`).failed.join(),
    /The volume group `pool' .* lies on nothing/,
  );
});

test("LVM is where something names a volume, and in the first stage if that needs it", () => {
  const check = (configuration: string, system: boolean, firstStage: boolean): void => {
    const found = evaluateToData(evaluator, `import /tables/volumes.nix { ${configuration} }`);
    assert.deepEqual(found, { system, firstStage }, configuration);
  };
  const root = (device: string): string => `fileSystems."/" = { device = "${device}"; neededForBoot = true; };`;
  for (const device of ["/dev/vda1", "/dev/disk/by-label/x", "/dev/md/root", "/dev/mapper/crypted"]) {
    check(root(device), false, false);
  }
  check(root("/dev/pool/root"), true, true);
  check(root("/dev/mapper/pool-root"), true, true);
  check(`${root("/dev/mapper/my-root")} boot.initrd.luks.devices.my-root.device = "/dev/vda2";`, false, false);
  check(`${root("/dev/mapper/my-root")} boot.initrd.luks.devices.my-root.device = "/dev/pool/root";`, true, true);
  check(`${root("/dev/vda1")} swapDevices = [ { device = "/dev/pool/swap"; } ];`, true, false);
});

test("a file system without a disk is mounted, and nothing is made for it", () => {
  const followed = follow(`{ nodev."/tmp" = { fsType = "tmpfs"; mountOptions = [ "size=1G" ]; }; }`);
  assert.deepEqual(followed.fileSystems, { "/tmp": { device: "none", fsType: "tmpfs", options: ["size=1G"] } });
  assert.deepEqual(followed.layout, { disks: [], arrays: [], groups: [] });
});

test("what cannot be is refused with what is wrong", () => {
  const ext4 = (mountpoint: string): string =>
    `{ type = "filesystem"; format = "ext4"; mountpoint = "${mountpoint}"; }`;
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      `{ a.content = ${ext4("/")}; b.content = ${ext4("/b")}; }`,
      /Several partitions of the disk `main' take all that is left/,
    ],
    [
      `{ a = { size = "1G"; label = "x"; }; b.label = "x"; }`,
      /Several partitions of `disko\.devices\.disk' have the label `x'/,
    ],
  ];
  for (const [text, message] of cases) assert.match(follow(partitions(text)).failed.join("\n"), message);
  const wrong: readonly (readonly [string, RegExp])[] = [
    [`{ a.size = "half"; }`, /partitions\.a\.size' is not of type/],
    [`{ a.content = { type = "zfs"; }; }`, /partitions\.a\.content\.type' is not of type/],
    [
      `{ a.content = { type = "filesystem"; mountpoint = "/"; }; }`,
      /partitions\.a\.content\.format' was accessed but has no value defined/,
    ],
    [`{ a.content = { type = "filesystem"; fromat = "ext4"; }; }`, /partitions\.a\.content\.fromat' does not exist/],
  ];
  for (const [text, message] of wrong) {
    assert.match(errorOf(evaluator, `import /tables/evaluate.nix { disko.devices = ${partitions(text)}; }`), message);
  }
});
