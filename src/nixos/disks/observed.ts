// The real disks, as lsblk, sfdisk and blkid tell of them. What lies on a device is what blkid reads on the device itself: udev's
// memory, which lsblk asks, may be older than the disk.

export interface ObservedDisks {
  readonly devices: readonly ObservedDevice[];
  readonly groups: readonly ObservedGroup[];
}

/** A volume group of LVM. */
export interface ObservedGroup {
  readonly name: string;
  /** The devices that it lies on. */
  readonly parts: readonly string[];
  /** In bytes: what no volume has, and in what pieces it is given. */
  readonly free: number;
  readonly extent: number;
  readonly volumes: readonly ObservedVolume[];
}

interface ObservedVolume {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Whether there is a device for it. */
  readonly isActive: boolean;
}

export interface ObservedDevice {
  /** The kernel's own, such as /dev/vda1. */
  readonly path: string;
  readonly kind: "disk" | "partition" | "volume" | "logical" | "array" | "other";
  /** For a volume that is encrypted or of a group, the name in /dev/mapper. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly readOnly: boolean;
  /** Where it is mounted; `[SWAP]` for swap in use. */
  readonly mounts: readonly string[];
  /** What lies on it: a file system's type, `swap`, `crypto_LUKS`, `linux_raid_member`, `LVM2_member`; undefined when nothing is recognised. */
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

/** What `lvm` is asked for, and answers as JSON: the parts of groups, then their volumes. */
const reportOptions: readonly string[] = ["--reportformat=json", "--units=b", "--nosuffix"];
export const pvsArguments: readonly string[] = [
  "pvs",
  ...reportOptions,
  "--options=pv_name,vg_name,vg_free,vg_extent_size",
];
export const lvsArguments: readonly string[] = ["lvs", ...reportOptions, "--options=vg_name,lv_name,lv_size,lv_active"];

/** `resolve`: a device by the name that lsblk has for it. */
export function parseGroups(pvs: string, lvs: string, resolve: (path: string) => string): ObservedGroup[] {
  const rows = (json: string, kind: "pv" | "lv"): readonly Readonly<Record<string, string>>[] => {
    const { report } = JSON.parse(json) as {
      readonly report: readonly Record<string, readonly Record<string, string>[]>[];
    };
    return report.flatMap((each) => each[kind] ?? []);
  };
  const parts = rows(pvs, "pv");
  const volumes = rows(lvs, "lv");
  const names = new Set(parts.flatMap(({ vg_name: name = "" }) => (name === "" ? [] : [name])));
  return [...names].map((name) => {
    const own = parts.filter((part) => part["vg_name"] === name);
    return {
      name,
      parts: own.map(({ pv_name: path = "" }) => resolve(path)),
      free: Number(own[0]?.["vg_free"]),
      extent: Number(own[0]?.["vg_extent_size"]),
      volumes: volumes
        .filter((volume) => volume["vg_name"] === name)
        .map((volume) => ({
          name: volume["lv_name"] ?? "",
          size: Number(volume["lv_size"]),
          isActive: volume["lv_active"] === "active",
        })),
    };
  });
}

/** The device of a volume as the kernel's mapper calls it, in which a dash stands for itself by two. */
export function mapperPath(group: string, volume: string): string {
  return `/dev/mapper/${group.replaceAll("-", "--")}-${volume.replaceAll("-", "--")}`;
}

export function parseLsblk(json: string, answers: DeviceAnswers): readonly ObservedDevice[] {
  const { blockdevices } = JSON.parse(json) as { readonly blockdevices: readonly LsblkDevice[] };
  return blockdevices.map((device) => parseDevice(device, answers));
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
    case "lvm":
      return "logical";
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

export function findDevice({ devices }: Pick<ObservedDisks, "devices">, path: string): ObservedDevice | undefined {
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
    case "LVM2_member":
      return "a part of a volume group";
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
    ...(path !== device.path && kind === "logical" ? [`${path} is active`] : []),
  ]);
  return [...new Set(uses)];
}
