import assert from "node:assert/strict";
import { test } from "node:test";
import { printCommand } from "./carry-out.ts";
import type { Content, DeclaredVolume, DiskLayout } from "./layout.ts";
import { mapperPath, type ObservedDevice, type ObservedGroup } from "./observed.ts";
import { planMounts } from "./plan-mounts.ts";
import { type DiskPlan, planDisks } from "./plan.ts";

const MiB = 1024 * 1024;
const ext4 = (mountpoint: string): Content => ({
  type: "filesystem",
  format: "ext4",
  mountpoint,
  mountOptions: ["defaults"],
  extraArgs: [],
});
const volume = (name: string, size: number | undefined, content?: Content): DeclaredVolume => ({
  name,
  size: size === undefined ? undefined : size * MiB,
  extraArgs: [],
  content,
});
const volumes = [volume("swap", 10, { type: "swap", extraArgs: [] }), volume("my-root", undefined, ext4("/"))];
const part: Content = { type: "lvm_pv", group: "pool" };
const declared = (on: readonly string[], content: Content = part, more = volumes): DiskLayout => ({
  disks: on.map((path) => ({ name: path, device: path, content })),
  arrays: [],
  groups: [{ name: "pool", volumes: more }],
});

const device = (
  path: string,
  changes: Partial<ObservedDevice> = {},
  kind: ObservedDevice["kind"] = "disk",
): ObservedDevice => ({
  path,
  kind,
  name: path.replace(/^.*\//, ""),
  size: 64 * MiB,
  readOnly: false,
  mounts: [],
  signature: undefined,
  label: undefined,
  table: undefined,
  children: [],
  ...changes,
});
const member = { signature: "LVM2_member" };

/** A group of 4 MiB pieces; sizes in mebibytes, of what is not active negative. */
const group = (parts: readonly string[], free: number, sizes: Readonly<Record<string, number>>): ObservedGroup => ({
  name: "pool",
  parts,
  free: free * MiB,
  extent: 4 * MiB,
  volumes: Object.entries(sizes).map(([name, size]) => ({ name, size: Math.abs(size) * MiB, isActive: size > 0 })),
});
const active = (name: string, signature: string, mounts: readonly string[] = []): ObservedDevice =>
  device(mapperPath("pool", name), { signature, mounts }, "logical");

function plan(
  layout: DiskLayout,
  devices: readonly ObservedDevice[],
  groups: readonly ObservedGroup[] = [],
  ...destroy: readonly string[]
): DiskPlan {
  return planDisks(layout, { devices, groups }, { links: new Map(), destroy: new Set(destroy) });
}
function commands({ steps, problems }: DiskPlan): string[] {
  assert.deepEqual(problems, []);
  return steps.flatMap((step) => step.commands.map(printCommand));
}

test("a group is made of empty parts, then its volumes and what is on them", () => {
  assert.deepEqual(commands(plan(declared(["/dev/vda", "/dev/vdb"]), [device("/dev/vda"), device("/dev/vdb")])), [
    "vgcreate --yes pool /dev/vda /dev/vdb",
    "lvcreate --yes --wipesignatures=y --name=swap --size=10485760b pool",
    "mkswap /dev/pool/swap",
    "lvcreate --yes --wipesignatures=y --name=my-root --extents=100%FREE pool",
    "mkfs.ext4 -q /dev/pool/my-root",
  ]);
});

test("a size is given in whole sectors", () => {
  const odd = [{ ...volume("odd", 1), size: 1_000_000_000 }];
  assert.match(
    commands(plan(declared(["/dev/vda"], part, odd), [device("/dev/vda")])).at(-1) ?? "",
    /--size=1000000000b/,
  );
  const odder = [{ ...volume("odd", 1), size: 1_000_000_001 }];
  assert.match(
    commands(plan(declared(["/dev/vda"], part, odder), [device("/dev/vda")])).at(-1) ?? "",
    /--size=1000000512b/,
  );
});

test("what fits is kept, and mounted", () => {
  const children = [active("swap", "swap"), active("my-root", "ext4")];
  const devices = [device("/dev/vda", { ...member, children })];
  // The size that is declared is rounded up to whole pieces.
  const groups = [group(["/dev/vda"], 0, { swap: 12, "my-root": 40 })];
  const found = plan(declared(["/dev/vda"]), devices, groups);
  assert.deepEqual([found.steps, found.problems, found.notes], [[], [], []]);
  const mounts = planMounts(declared(["/dev/vda"]), { devices, groups }, { links: new Map(), root: "/mnt" });
  assert.deepEqual(mounts.commands.map(printCommand), [
    "mkdir -p /mnt",
    "mount -t ext4 -o defaults /dev/mapper/pool-my--root /mnt",
  ]);
});

test("a group gets another part, and a volume more room, with the file system on it", () => {
  const children = [active("swap", "swap"), active("my-root", "ext4", ["/"])];
  const devices = [device("/dev/vda", { ...member, children }), device("/dev/vdb")];
  const groups = [group(["/dev/vda"], 0, { swap: 12, "my-root": 40 })];
  assert.deepEqual(commands(plan(declared(["/dev/vda", "/dev/vdb"]), devices, groups)), [
    "vgextend --yes pool /dev/vdb",
    "lvextend --yes --extents=+100%FREE pool/my-root",
    "resize2fs /dev/mapper/pool-my--root",
  ]);
  const more = [volume("swap", 20), volume("new", 4, ext4("/new")), volume("my-root", 8, ext4("/"))];
  const wider = [group(["/dev/vda"], 16, { swap: 12, "my-root": 40, old: 4 })];
  const changed = plan(declared(["/dev/vda"], part, more), devices, wider);
  assert.deepEqual(commands(changed), [
    "lvextend --yes --size=20971520b pool/swap",
    "lvcreate --yes --wipesignatures=y --name=new --size=4194304b pool",
    "mkfs.ext4 -q /dev/pool/new",
  ]);
  assert.deepEqual(changed.notes, [
    "the volume my-root has 40 MiB, more than the 8 MiB that are declared; nothing shrinks",
    "the volume old of the group pool is not declared, and stays",
  ]);
});

test("a group that is not active is started, and looked into then", () => {
  const devices = [device("/dev/vda", member)];
  const found = plan(declared(["/dev/vda"]), devices, [group(["/dev/vda"], 0, { swap: -12, "my-root": -40 })]);
  assert.deepEqual([commands(found), found.isPartial], [["vgchange --activate=y pool"], true]);
});

test("a group on an array and in an encrypted volume is planned when these are there", () => {
  const crypted: Content = {
    type: "luks",
    name: "crypted",
    keyFile: "/key",
    extraFormatArgs: [],
    extraOpenArgs: [],
    content: part,
  };
  assert.deepEqual(commands(plan(declared(["/dev/vda"], crypted), [device("/dev/vda")])).slice(1, 3), [
    "cryptsetup open --type=luks --key-file=/key /dev/vda crypted",
    "vgcreate --yes pool /dev/mapper/crypted",
  ]);
  const closed = plan(declared(["/dev/vda"], crypted), [device("/dev/vda", { signature: "crypto_LUKS" })]);
  assert.deepEqual([commands(closed).length, closed.isPartial], [1, true]);
  const onArray: DiskLayout = {
    ...declared(["/dev/vda", "/dev/vdb"], { type: "mdraid", array: "a" }),
    arrays: [{ name: "a", level: 1, metadata: "default", extraArgs: [], content: part }],
  };
  assert.equal(commands(plan(onArray, [device("/dev/vda"), device("/dev/vdb")]))[1], "vgcreate --yes pool /dev/md/a");
});

test("nothing is lost that is not named, and nothing made where there is no room", () => {
  const problem = (...words: Parameters<typeof plan>): string => plan(...words).problems.join("\n");
  const occupied = [device("/dev/vda", { signature: "ext4" })];
  assert.match(
    problem(declared(["/dev/vda"]), occupied),
    /file system \(ext4\), which would be lost: make \/dev\/vda a part of the volume group pool/,
  );
  assert.equal(commands(plan(declared(["/dev/vda"]), occupied, [], "/dev/vda"))[0], "wipefs --quiet --all /dev/vda");
  // Another group's part.
  const foreign = [device("/dev/vda", { ...member, children: [active("x", "ext4")] })];
  assert.match(
    problem(declared(["/dev/vda"]), foreign, [{ ...group(["/dev/vda"], 0, {}), name: "other" }], "/dev/vda"),
    /a part of a volume group, and is in use \(\/dev\/mapper\/pool-x is active\)/,
  );
  assert.match(
    problem(declared(["/dev/vda"]), [device("/dev/vda")], [group(["/dev/vdz"], 0, {})]),
    /there is a volume group pool already, on \/dev\/vdz/,
  );
  const full = [group(["/dev/vda"], 0, { "my-root": 60 })];
  assert.match(
    problem(declared(["/dev/vda"]), [device("/dev/vda", { ...member, children: [active("my-root", "ext4")] })], full),
    /pool has 0 bytes free, which is no room for swap \(10 MiB\)/,
  );
  assert.match(
    problem(declared(["/dev/vda"]), [device("/dev/vda", member)], [group(["/dev/vda"], 0, { swap: 12 })]),
    /pool has nothing left for my-root/,
  );
});
