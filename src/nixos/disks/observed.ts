// The real disks, as lsblk, sfdisk and blkid tell of them. What lies on a device is what blkid reads on the device itself: udev's
// memory, which lsblk asks, may be older than the disk.

export interface ObservedDisks {
  readonly devices: readonly ObservedDevice[];
}

export interface ObservedDevice {
  /** The kernel's own, such as /dev/vda1. */
  readonly path: string;
  readonly kind: "disk" | "partition" | "volume" | "array" | "other";
  /** For a volume, the name in /dev/mapper. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly readOnly: boolean;
  /** Where it is mounted; `[SWAP]` for swap in use. */
  readonly mounts: readonly string[];
  /** What lies on it: a file system's type, `swap`, `crypto_LUKS`, `linux_raid_member`; undefined when nothing is recognised. */
  readonly signature: string | undefined;
  readonly label: string | undefined;
  readonly table: ObservedTable | undefined;
  readonly children: readonly ObservedDevice[];
}

export interface ObservedTable {
  /** `gpt`, `dos`. */
  readonly kind: string;
  /** In bytes. */
  readonly sectorSize: number;
  /** The sectors that partitions may lie in, both inclusive. */
  readonly first: number;
  readonly last: number;
  readonly partitions: readonly ObservedPartition[];
}

export interface ObservedPartition {
  readonly number: number;
  readonly path: string;
  /** In sectors. */
  readonly start: number;
  readonly size: number;
  /** A UUID in capitals. */
  readonly type: string;
  readonly label: string;
}

/** The columns of lsblk that are read. */
export const lsblkArguments: readonly string[] = [
  "--json",
  "--bytes",
  "--output",
  "PATH,NAME,TYPE,SIZE,RO,MOUNTPOINTS",
];

export interface Signature {
  readonly type: string | undefined;
  readonly label: string | undefined;
}

/** How to ask for more about a device: the answers of `sfdisk --json` (undefined without a table) and of `blkid --probe`. */
export interface DeviceAnswers {
  table(path: string): string | undefined;
  signature(path: string): Signature;
}

export function parseLsblk(json: string, answers: DeviceAnswers): ObservedDisks {
  const { blockdevices } = JSON.parse(json) as { readonly blockdevices: readonly LsblkDevice[] };
  return { devices: blockdevices.map((device) => parseDevice(device, answers)) };
}

interface LsblkDevice {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly ro: boolean;
  readonly mountpoints: readonly (string | null)[];
  readonly children?: readonly LsblkDevice[];
}

function parseDevice(device: LsblkDevice, answers: DeviceAnswers): ObservedDevice {
  const kind = kindOf(device.type);
  const { type, label } = answers.signature(device.path);
  const table = kind === "disk" || kind === "array" ? answers.table(device.path) : undefined;
  return {
    path: device.path,
    kind,
    name: device.name,
    size: device.size,
    readOnly: device.ro,
    mounts: device.mountpoints.filter((point) => point !== null),
    signature: type,
    label,
    table: table === undefined ? undefined : parseTable(table),
    children: (device.children ?? []).map((child) => parseDevice(child, answers)),
  };
}

function kindOf(type: string): ObservedDevice["kind"] {
  switch (type) {
    case "disk":
    case "loop":
      return "disk";
    case "part":
      return "partition";
    case "crypt":
      return "volume";
    default:
      return type.startsWith("raid") ? "array" : "other";
  }
}

function parseTable(json: string): ObservedTable {
  const { partitiontable: table } = JSON.parse(json) as { readonly partitiontable: SfdiskTable };
  return {
    kind: table.label,
    sectorSize: table.sectorsize ?? 512,
    first: table.firstlba ?? 0,
    last: table.lastlba ?? 0,
    partitions: (table.partitions ?? []).map(({ node, start, size, type, name }) => ({
      number: Number(/(\d+)$/.exec(node)?.[1]),
      path: node,
      start,
      size,
      type: type.toUpperCase(),
      label: name ?? "",
    })),
  };
}

interface SfdiskTable {
  readonly label: string;
  readonly sectorsize?: number;
  readonly firstlba?: number;
  readonly lastlba?: number;
  readonly partitions?: readonly {
    readonly node: string;
    readonly start: number;
    readonly size: number;
    readonly type: string;
    readonly name?: string;
  }[];
}

/** What `blkid --probe --output export` says; nothing when it recognises nothing. */
export function parseBlkid(output: string): Signature {
  const fields = new Map(
    output.split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  return { type: fields.get("TYPE"), label: fields.get("LABEL") };
}

/** The device and everything that lies on it. */
export function withDescendants(device: ObservedDevice): readonly ObservedDevice[] {
  return [device, ...device.children.flatMap(withDescendants)];
}

export function findDevice({ devices }: ObservedDisks, path: string): ObservedDevice | undefined {
  return devices.flatMap(withDescendants).find((device) => device.path === path);
}

/** For a person. */
export function describeDevice({ table, signature, label }: ObservedDevice): string {
  if (table !== undefined) {
    const count = table.partitions.length;
    return `a partition table (${table.kind}) with ${count} partition${count === 1 ? "" : "s"}`;
  }
  const named = label === undefined || label === "" ? "" : ` '${label}'`;
  switch (signature) {
    case undefined:
      return "nothing that is recognised";
    case "crypto_LUKS":
      return `an encrypted volume${named}`;
    case "linux_raid_member":
      return `a part of the array${named}`;
    case "swap":
      return `swap${named}`;
    default:
      return `a file system (${signature})${named}`;
  }
}

/** By what a device and what lies on it are in use; empty when by nothing. */
export function usesOf(device: ObservedDevice): string[] {
  const uses = withDescendants(device).flatMap(({ path, kind, mounts }) => [
    ...mounts.map((point) => (point === "[SWAP]" ? `${path} is swap in use` : `${path} is mounted at ${point}`)),
    ...(path !== device.path && kind === "volume" ? [`${path} is open`] : []),
    ...(path !== device.path && kind === "array" ? [`${path} runs`] : []),
  ]);
  return [...new Set(uses)];
}
