import assert from "node:assert/strict";
import { test } from "node:test";
import { mapperPath, parseBlkid, parseGroups, parseLsblk } from "./observed.ts";

test("lsblk, sfdisk and blkid together say what is on a disk", () => {
  const lsblk = JSON.stringify({
    blockdevices: [
      {
        path: "/dev/vda",
        name: "vda",
        type: "disk",
        size: 1073741824,
        ro: false,
        mountpoints: [null],
        children: [
          {
            path: "/dev/vda1",
            name: "vda1",
            type: "part",
            size: 1071644672,
            ro: false,
            mountpoints: [null],
            children: [
              { path: "/dev/mapper/c", name: "c", type: "crypt", size: 1, ro: false, mountpoints: ["/", "/nix/store"] },
            ],
          },
        ],
      },
      { path: "/dev/md127", name: "md127", type: "raid1", size: 1, ro: true, mountpoints: ["[SWAP]"] },
    ],
  });
  const table = JSON.stringify({
    partitiontable: {
      label: "gpt",
      firstlba: 2048,
      lastlba: 2097118,
      sectorsize: 512,
      partitions: [
        { node: "/dev/vda1", start: 2048, size: 2093056, type: "0fc63daf-8483-4772-8e79-3d69d8477de4", name: "root" },
      ],
    },
  });
  const devices = parseLsblk(lsblk, {
    table: (path) => (path === "/dev/vda" ? table : undefined),
    signature: (path) =>
      path === "/dev/vda1" ? parseBlkid("TYPE=crypto_LUKS\nLABEL=a=b\n") : parseBlkid("PTTYPE=gpt\n"),
  });
  const [vda, md] = devices;
  assert.equal(vda?.kind, "disk");
  assert.equal(vda?.signature, undefined);
  assert.deepEqual(vda?.table?.partitions, [
    {
      number: 1,
      path: "/dev/vda1",
      start: 2048,
      size: 2093056,
      type: "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
      label: "root",
    },
  ]);
  const [part] = vda?.children ?? [];
  assert.deepEqual([part?.signature, part?.label, part?.mounts], ["crypto_LUKS", "a=b", []]);
  assert.deepEqual(part?.children[0]?.mounts, ["/", "/nix/store"]);
  assert.deepEqual([md?.kind, md?.readOnly, md?.mounts], ["array", true, ["[SWAP]"]]);
});

test("lvm tells groups, their parts and their volumes", () => {
  // A device that is a part of no group has an empty name there.
  const pvs = `{"report":[{"pv":[
    {"pv_name":"/dev/md/a","vg_name":"pool","vg_free":"8388608","vg_extent_size":"4194304"},
    {"pv_name":"/dev/vdb","vg_name":"pool","vg_free":"8388608","vg_extent_size":"4194304"},
    {"pv_name":"/dev/vdc","vg_name":"","vg_free":"0","vg_extent_size":"0"}]}]}`;
  const lvs = `{"report":[{"lv":[
    {"vg_name":"pool","lv_name":"root","lv_size":"104857600","lv_active":"active"},
    {"vg_name":"pool","lv_name":"old","lv_size":"4194304","lv_active":""},
    {"vg_name":"other","lv_name":"root","lv_size":"4194304","lv_active":"active"}]}]}`;
  assert.deepEqual(
    parseGroups(pvs, lvs, (path) => path.replace("/dev/md/a", "/dev/md127")),
    [
      {
        name: "pool",
        parts: ["/dev/md127", "/dev/vdb"],
        free: 8_388_608,
        extent: 4_194_304,
        volumes: [
          { name: "root", size: 104_857_600, isActive: true },
          { name: "old", size: 4_194_304, isActive: false },
        ],
      },
    ],
  );
  assert.equal(mapperPath("my-pool", "a-b"), "/dev/mapper/my--pool-a--b");
});
