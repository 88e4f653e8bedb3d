import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makeDisks, printCommand } from "./carry-out.ts";
import { type Content, type DeclaredArray, type DeclaredPartition, type DiskLayout, parseLayout } from "./layout.ts";
import type { ObservedDevice, ObservedDisks, ObservedPartition } from "./observed.ts";
import { type DiskPlan, planDisks } from "./plan.ts";
import { planMounts } from "./plan-mounts.ts";

const MiB = 1024 * 1024;
const linux = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
const esp = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

const ext4 = (mountpoint: string): Content => ({
  type: "filesystem",
  format: "ext4",
  mountpoint,
  mountOptions: ["defaults"],
  extraArgs: [],
});
const luks = (name: string, content: Content, keyFile?: string): Content => ({
  type: "luks",
  name,
  keyFile,
  extraFormatArgs: [],
  extraOpenArgs: [],
  content,
});
const part = (label: string, size: number | undefined, content?: Content, type = linux): DeclaredPartition => ({
  name: label,
  label,
  type,
  size: size === undefined ? undefined : size * MiB,
  content,
});
const layout = (partitions: readonly DeclaredPartition[], device = "/dev/vda"): DiskLayout => ({
  disks: [{ name: "main", device, content: { type: "gpt", partitions } }],
  arrays: [],
  groups: [],
});

type Changes = Partial<ObservedDevice>;
const device = (path: string, kind: ObservedDevice["kind"], size: number, changes: Changes = {}): ObservedDevice => ({
  path,
  kind,
  name: path.replace(/^.*\//, ""),
  size: size * MiB,
  readOnly: false,
  mounts: [],
  signature: undefined,
  label: undefined,
  table: undefined,
  children: [],
  ...changes,
});

/** A disk of `size` mebibytes with partitions one behind the other: their label, size, and what is on them. */
type Slice = readonly [label: string, size: number, changes?: Changes & { readonly type?: string }];
function gptDisk(
  size: number,
  slices: readonly Slice[],
  changes: Changes & { tableSize?: number } = {},
): ObservedDevice {
  const { tableSize = size, ...rest } = changes;
  const partitions: ObservedPartition[] = [];
  const children: ObservedDevice[] = [];
  let at = 1;
  for (const [i, [label, mebibytes, { type = linux, ...on } = {}]] of slices.entries()) {
    const path = `/dev/vda${i + 1}`;
    partitions.push({ number: i + 1, path, start: at * 2048, size: mebibytes * 2048, type, label });
    children.push(device(path, "partition", mebibytes, on));
    at += mebibytes;
  }
  const table = { kind: "gpt", sectorSize: 512, first: 2048, last: tableSize * 2048 - 34, partitions };
  return device("/dev/vda", "disk", size, { table, children, ...rest });
}

function plan(declared: DiskLayout, devices: readonly ObservedDevice[], ...destroy: readonly string[]): DiskPlan {
  return planDisks(
    declared,
    { devices, groups: [] },
    { links: new Map([["/dev/disk/by-id/x", "/dev/vda"]]), destroy: new Set(destroy) },
  );
}

/** Each command as a line, behind what is written to it. */
function commands({ steps, problems }: DiskPlan): string[] {
  assert.deepEqual(problems, []);
  return steps.flatMap((step) =>
    step.commands.map(
      (command) =>
        `${command.stdin === undefined ? "" : `${JSON.stringify(command.stdin)} | `}${printCommand(command)}`,
    ),
  );
}

const simple = layout([
  part("esp", 256, { ...ext4("/boot"), format: "vfat" } as Content, esp),
  part("root", undefined, ext4("/")),
]);
const simpleOnDisk: readonly Slice[] = [
  ["esp", 256, { type: esp, signature: "vfat" }],
  ["root", 767, { signature: "ext4" }],
];

describe("an empty disk", () => {
  test("gets a table, and on each partition what is declared", () => {
    const made = plan(simple, [device("/dev/vda", "disk", 1024)]);
    assert.deepEqual(commands(made), [
      `${JSON.stringify(`label: gpt\nsize=262144KiB, type=${esp}, name="esp"\ntype=${linux}, name="root"\n`)} | sfdisk --quiet --wipe=always --wipe-partitions=always /dev/vda`,
      "mkfs.vfat /dev/vda1",
      "mkfs.ext4 -q /dev/vda2",
    ]);
    assert.deepEqual(
      made.steps.map(({ destroys }) => destroys),
      [undefined, undefined, undefined],
    );
    assert.equal(made.steps[0]?.text, "make a partition table on /dev/vda: esp (256 MiB), root (the rest)");
  });

  test("that is declared by a link is the device that the link leads to; a name that ends in a digit has a p before the number", () => {
    const nvme = plan(layout([part("root", undefined, ext4("/"))], "/dev/nvme0n1"), [
      device("/dev/nvme0n1", "disk", 1024),
    ]);
    assert.equal(commands(nvme).at(-1), "mkfs.ext4 -q /dev/nvme0n1p1");
    const linked = plan({ ...simple, disks: simple.disks.map((disk) => ({ ...disk, device: "/dev/disk/by-id/x" })) }, [
      device("/dev/vda", "disk", 1024),
    ]);
    assert.equal(commands(linked).at(-1), "mkfs.ext4 -q /dev/vda2");
  });

  test("may have a file system without a table", () => {
    const bare: DiskLayout = {
      disks: [{ name: "data", device: "/dev/vda", content: ext4("/data") }],
      arrays: [],
      groups: [],
    };
    assert.deepEqual(commands(plan(bare, [device("/dev/vda", "disk", 64)])), ["mkfs.ext4 -q /dev/vda"]);
  });

  test("that is not there stands in the way", () => {
    assert.deepEqual(plan(simple, []).problems, ["the disk 'main' is not there: no device /dev/vda"]);
  });
});

describe("a disk that is as declared", () => {
  test("is left alone, with and without leave to destroy", () => {
    const disk = gptDisk(1024, simpleOnDisk);
    for (const destroy of [[], ["/dev/vda", "/dev/vda1", "/dev/vda2"]]) {
      const { steps, problems, notes } = plan(simple, [disk], ...destroy);
      assert.deepEqual([steps, problems, notes], [[], [], []]);
    }
  });

  test("keeps what is not declared", () => {
    const { steps, notes } = plan(simple, [
      gptDisk(1024, [...simpleOnDisk.slice(0, 1), ["root", 512, { signature: "ext4" }], ["old", 255]]),
    ]);
    assert.deepEqual(steps, []);
    assert.deepEqual(notes, ["the partition /dev/vda3 (old) is not declared, and stays"]);
  });

  test("gets a partition that was added where there is room, and nothing else changes", () => {
    const more = layout([
      part("esp", 256, undefined, esp),
      part("swap", 100, { type: "swap", extraArgs: [] }),
      part("root", 500, ext4("/")),
    ]);
    const disk = gptDisk(1024, [simpleOnDisk[0] as Slice, ["root", 500, { signature: "ext4", mounts: ["/"] }]]);
    assert.deepEqual(commands(plan(more, [disk])), [
      `"start=1550336, size=204800, type=${linux}, name=\\"swap\\"\\n" | sfdisk --quiet --no-reread --force --wipe-partitions=always --append /dev/vda`,
      "partx --update /dev/vda",
      "mkswap /dev/vda3",
    ]);
  });

  test("has no room for one that is too big, and says how to make it anew", () => {
    const more = layout([
      part("esp", 256, undefined, esp),
      part("root", 500, ext4("/")),
      part("home", 400, ext4("/home")),
    ]);
    const disk = gptDisk(1024, [simpleOnDisk[0] as Slice, ["root", 500, { signature: "ext4" }]]);
    assert.deepEqual(plan(more, [disk]).problems, [
      "/dev/vda has a partition table (gpt) with 2 partitions and 267 MiB free, which is no room for home (400 MiB). " +
        "To lose what is on it and make it anew, say --destroy /dev/vda",
    ]);
    const anew = plan(more, [disk], "/dev/vda");
    assert.deepEqual(anew.problems, []);
    assert.deepEqual(anew.steps[0]?.destroys, {
      device: "/dev/vda",
      what: "a partition table (gpt) with 2 partitions",
    });
    assert.equal(anew.steps.length, 3);
  });

  test("grows when it has grown: its table, its last partition, and the file system while it is mounted", () => {
    const disk = gptDisk(2048, [simpleOnDisk[0] as Slice, ["root", 766, { signature: "ext4", mounts: ["/"] }]], {
      tableSize: 1024,
    });
    const grown = plan(simple, [disk]);
    assert.deepEqual(commands(grown), [
      "sfdisk --quiet --no-reread --force --relocate gpt-bak-std /dev/vda",
      "partx --update /dev/vda",
      '"size=3665920\\n" | sfdisk --quiet --no-reread --force -N 2 /dev/vda',
      "partx --update /dev/vda",
      "resize2fs /dev/vda2",
    ]);
    assert.ok(grown.steps.every(({ destroys }) => destroys === undefined));
    assert.equal(grown.steps[1]?.text, "let the partition root (/dev/vda2) grow from 766 MiB to 1.7 GiB");
  });

  test("cannot grow into what lies behind, and never shrinks", () => {
    const bigger = layout([part("esp", 300, undefined, esp), part("root", 400)]);
    const { problems, notes } = plan(bigger, [gptDisk(1024, simpleOnDisk)]);
    assert.deepEqual(problems, [
      "the partition esp (/dev/vda1) cannot grow from 256 MiB to 300 MiB: there is no room behind it",
    ]);
    assert.deepEqual(notes, [
      "the partition root (/dev/vda2) has 767 MiB, more than the 400 MiB that are declared; nothing shrinks",
    ]);
  });

  test("gets the declared type of a partition", () => {
    const disk = gptDisk(1024, [["esp", 256, { signature: "vfat" }], simpleOnDisk[1] as Slice]);
    assert.deepEqual(commands(plan(simple, [disk])), [
      `sfdisk --quiet --no-reread --force --part-type /dev/vda 1 ${esp}`,
      "partx --update /dev/vda",
    ]);
  });
});

describe("what would be lost", () => {
  const dos = { kind: "dos", sectorSize: 512, first: 0, last: 0, partitions: [] };
  const windows = device("/dev/vda", "disk", 1024, {
    table: dos,
    children: [device("/dev/vda1", "partition", 500, { signature: "ntfs" })],
  });

  test("is refused until the device is named, and then said", () => {
    assert.deepEqual(plan(simple, [windows]).problems, [
      "/dev/vda has a partition table (dos) with 0 partitions, which would be lost: " +
        "make a partition table on /dev/vda: esp (256 MiB), root (the rest). To lose it, say --destroy /dev/vda",
    ]);
    assert.equal(plan(simple, [windows]).steps.length, 0);
    const named = plan(simple, [windows], "/dev/vda");
    assert.equal(named.steps.length, 3);
    assert.equal(named.steps[0]?.destroys?.what, "a partition table (dos) with 0 partitions");
    assert.ok(plan(simple, [windows], "/dev/vdb").problems.length > 0);
  });

  test("is refused in any case while it is in use", () => {
    const uses: readonly (readonly [Changes, RegExp])[] = [
      [{ mounts: ["/mnt"] }, /in use \(\/dev\/vda1 is mounted at \/mnt\)/],
      [{ mounts: ["[SWAP]"] }, /in use \(\/dev\/vda1 is swap in use\)/],
      [{ children: [device("/dev/dm-0", "volume", 1)] }, /in use \(\/dev\/dm-0 is open\)/],
      [{ children: [device("/dev/md0", "array", 1)] }, /in use \(\/dev\/md0 runs\)/],
    ];
    for (const [use, message] of uses) {
      const disk = { ...windows, children: [device("/dev/vda1", "partition", 500, use)] };
      const { steps, problems } = plan(simple, [disk], "/dev/vda", "/dev/vda1");
      assert.equal(steps.length, 0);
      assert.match(problems.join(), message);
    }
  });

  test("is one file system when only that is another; its disk's name is leave too", () => {
    const disk = gptDisk(1024, [simpleOnDisk[0] as Slice, ["root", 767, { signature: "xfs", label: "old" }]]);
    assert.match(
      plan(simple, [disk]).problems[0] ?? "",
      /^\/dev\/vda2 has a file system \(xfs\) 'old', which would be lost/,
    );
    for (const named of ["/dev/vda2", "/dev/vda"]) {
      assert.deepEqual(commands(plan(simple, [disk], named)), [
        "wipefs --quiet --all /dev/vda2",
        "mkfs.ext4 -q /dev/vda2",
      ]);
    }
  });
});

describe("an encrypted volume", () => {
  const declared = layout([part("root", undefined, luks("crypted", ext4("/"), "/tmp/key"))]);

  test("is made, opened, and gets its file system", () => {
    assert.deepEqual(commands(plan(declared, [device("/dev/vda", "disk", 1024)])).slice(1), [
      "cryptsetup luksFormat --batch-mode --key-file=/tmp/key /dev/vda1",
      "cryptsetup open --type=luks --key-file=/tmp/key /dev/vda1 crypted",
      "mkfs.ext4 -q /dev/mapper/crypted",
    ]);
  });

  test("that is closed is opened; what is in it is not guessed", () => {
    const made = plan(declared, [gptDisk(1024, [["root", 1022, { signature: "crypto_LUKS" }]])], "/dev/vda");
    assert.deepEqual(commands(made), ["cryptsetup open --type=luks --key-file=/tmp/key /dev/vda1 crypted"]);
    assert.ok(made.isPartial);
  });

  test("that is open has what is in it, and grows from the outside in", () => {
    const open = (inner: Changes): ObservedDevice[] => [
      device("/dev/mapper/crypted", "volume", 1, { name: "crypted", ...inner }),
    ];
    const disk = (size: number, inner: Changes): ObservedDevice =>
      gptDisk(size, [["root", 1022, { signature: "crypto_LUKS", children: open(inner) }]]);
    assert.deepEqual(plan(declared, [disk(1024, { signature: "ext4" })]).steps, []);
    assert.deepEqual(commands(plan(declared, [disk(1024, {})])), ["mkfs.ext4 -q /dev/mapper/crypted"]);
    const grown = commands(plan(declared, [disk(2048, { signature: "ext4", mounts: ["/mnt"] })]));
    assert.deepEqual(grown.slice(-2), ["cryptsetup resize crypted", "resize2fs /dev/mapper/crypted"]);
    assert.match(
      plan(declared, [disk(1024, { signature: "xfs" })]).problems[0] ?? "",
      /--destroy \/dev\/mapper\/crypted$/,
    );
  });
});

describe("an array", () => {
  const array: DeclaredArray = { name: "root", level: 1, metadata: "default", extraArgs: [], content: ext4("/") };
  const member: Content = { type: "mdraid", array: "root" };
  const declared: DiskLayout = {
    disks: ["/dev/vda", "/dev/vdb"].map((path) => ({ name: path, device: path, content: member })),
    arrays: [array],
    groups: [],
  };
  const running = device("/dev/md127", "array", 64, { signature: "ext4" });
  const disk = (path: string, changes: Changes = {}): ObservedDevice => device(path, "disk", 64, changes);
  const old = { signature: "linux_raid_member", label: "any:root" };

  test("is made of empty parts, and gets its file system", () => {
    assert.deepEqual(commands(plan(declared, [disk("/dev/vda"), disk("/dev/vdb")])), [
      "mdadm --create /dev/md/root --run --homehost=any --name=root --level=1 --raid-devices=2 /dev/vda /dev/vdb",
      "mkfs.ext4 -q /dev/md/root",
    ]);
  });

  test("that runs is left alone; a disk in a lost one's place is added", () => {
    const whole = [
      disk("/dev/vda", { ...old, children: [running] }),
      disk("/dev/vdb", { ...old, children: [running] }),
    ];
    assert.deepEqual(plan(declared, whole).steps, []);
    const degraded = plan(declared, [disk("/dev/vda", { ...old, children: [running] }), disk("/dev/vdb")]);
    assert.deepEqual(commands(degraded), ["mdadm --manage /dev/md127 --add /dev/vdb"]);
  });

  test("that does not run is started before anything is known of it", () => {
    const stopped = plan(declared, [disk("/dev/vda", old), disk("/dev/vdb", old)]);
    assert.deepEqual(commands(stopped), ["mdadm --assemble --run /dev/md/root /dev/vda /dev/vdb"]);
    assert.ok(stopped.isPartial);
  });

  test("takes no disk with something else on it, unless it is named; nor another array's part", () => {
    const devices = [disk("/dev/vda"), disk("/dev/vdb", { signature: "linux_raid_member", label: "any:other" })];
    assert.match(
      plan(declared, devices).problems[0] ?? "",
      /^\/dev\/vdb has a part of the array 'any:other', which would be lost/,
    );
    assert.equal(commands(plan(declared, devices, "/dev/vdb"))[0], "wipefs --quiet --all /dev/vdb");
  });
});

test("subvolumes are made with their btrfs, the outer before the inner", () => {
  const volume = (name: string, mountpoint: string) => ({ name, mountpoint, mountOptions: ["noatime"] });
  const btrfs: Content = {
    type: "btrfs",
    mountpoint: undefined,
    mountOptions: ["defaults"],
    extraArgs: [],
    subvolumes: [volume("/root/home", "/home"), volume("/root", "/")],
  };
  const declared = layout([part("root", undefined, btrfs)]);
  const made = plan(declared, [device("/dev/vda", "disk", 64)]);
  assert.equal(made.steps.at(-1)?.text, "make a file system (btrfs with /root/home, /root) on /dev/vda1");
  assert.deepEqual(made.steps.at(-1)?.commands.at(-1)?.argv.slice(-3), ["/dev/vda1", "/root", "/root/home"]);
  const devices = [gptDisk(64, [["root", 62, { signature: "btrfs" }]])];
  const mounts = planMounts(declared, { groups: [], devices }, { links: new Map(), root: "/mnt" });
  assert.deepEqual(mounts.commands.map(printCommand), [
    "mkdir -p /mnt",
    "mount -t btrfs -o subvol=/root,noatime /dev/vda1 /mnt",
    "mkdir -p /mnt/home",
    "mount -t btrfs -o subvol=/root/home,noatime /dev/vda1 /mnt/home",
  ]);
});

test("file systems are mounted below a folder, the outer first, and each once", () => {
  const disk = gptDisk(1024, [simpleOnDisk[0] as Slice, ["root", 767, { signature: "ext4", mounts: ["/mnt"] }]]);
  const options = { links: new Map<string, string>(), root: "/mnt" };
  assert.deepEqual(planMounts(simple, { groups: [], devices: [disk] }, options).commands.map(printCommand), [
    "mkdir -p /mnt/boot",
    "mount -t vfat -o defaults /dev/vda1 /mnt/boot",
  ]);
  assert.deepEqual(planMounts(simple, { groups: [], devices: [device("/dev/vda", "disk", 1024)] }, options).missing, [
    "/",
    "/boot",
  ]);
});

describe("carrying a plan out", () => {
  const work = (rounds: readonly ObservedDisks[], done: string[]) => {
    let round = 0;
    return {
      plan: () => {
        const disks = rounds[Math.min(round++, rounds.length - 1)] as ObservedDisks;
        return planDisks(simple, disks, { links: new Map(), destroy: new Set<string>() });
      },
      run: (command: { readonly argv: readonly string[] }) => void done.push(command.argv[0] ?? ""),
      tell: () => undefined,
    };
  };

  test("ends when a look at the disks finds nothing to do", () => {
    const done: string[] = [];
    const empty = { groups: [], devices: [device("/dev/vda", "disk", 1024)] };
    assert.equal(makeDisks(work([empty, { groups: [], devices: [gptDisk(1024, simpleOnDisk)] }], done)), 3);
    assert.deepEqual(done, ["sfdisk", "mkfs.vfat", "mkfs.ext4"]);
  });

  test("does nothing at all when something stands in the way", () => {
    const done: string[] = [];
    assert.throws(() => makeDisks(work([{ groups: [], devices: [] }], done)), { code: "disks-not-ready" });
    assert.deepEqual(done, []);
  });

  test("gives up when the disks do not become what is declared", () => {
    const empty = { groups: [], devices: [device("/dev/vda", "disk", 1024)] };
    assert.throws(() => makeDisks(work([empty], [])), { code: "disks-not-settled" });
  });
});

test("a description that is not one is an error that says where", () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [null, /wrong at '': there should be a set/],
    [{ disks: [{}], arrays: [], groups: [] }, /'disks\[0\]\.name': there should be a string/],
    [
      { disks: [{ name: "a", device: "/d", content: { type: "zfs" } }], arrays: [], groups: [] },
      /'zfs' is no kind of content/,
    ],
    [
      {
        disks: [
          {
            name: "a",
            device: "/d",
            content: { type: "gpt", partitions: [{ name: "p", label: "p", type: "t", size: -1 }] },
          },
        ],
        arrays: [],
        groups: [],
      },
      /'disks\[0\]\.content\.partitions\[0\]\.size': it is no size in bytes/,
    ],
    [
      {
        disks: [
          {
            name: "a",
            device: "/d",
            content: { type: "filesystem", format: "ext4", extraArgs: [], mountOptions: [], mountpoint: "x" },
          },
        ],
        arrays: [],
        groups: [],
      },
      /'x' is no absolute path/,
    ],
  ];
  for (const [value, message] of wrong)
    assert.throws(() => parseLayout(value), { code: "invalid-disk-layout", message });
});
