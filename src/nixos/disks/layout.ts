// The declared disks as data: `system.build.diskLayout` of a configuration (collection/modules/disks), read and checked.

import { invalidLayout } from "./disk-errors.ts";

export interface DiskLayout {
  readonly disks: readonly DeclaredDisk[];
  readonly arrays: readonly DeclaredArray[];
  readonly groups: readonly DeclaredGroup[];
}

interface DeclaredDisk {
  readonly name: string;
  /** A device, perhaps as a link of udev's. */
  readonly device: string;
  readonly content: Content | PartitionTable | undefined;
}

export interface PartitionTable {
  readonly type: "gpt";
  /** In the order in which they are made. */
  readonly partitions: readonly DeclaredPartition[];
}

export interface DeclaredPartition {
  readonly name: string;
  /** Its name in the table, by which it is found again. */
  readonly label: string;
  /** A UUID in capitals. */
  readonly type: string;
  /** In bytes; undefined for all that is left. */
  readonly size: number | undefined;
  readonly content: Content | undefined;
}

export interface DeclaredArray {
  readonly name: string;
  readonly level: number;
  readonly metadata: string;
  readonly extraArgs: readonly string[];
  readonly content: Content | undefined;
}

/** A volume group of LVM. */
export interface DeclaredGroup {
  readonly name: string;
  /** In the order in which they are made. */
  readonly volumes: readonly DeclaredVolume[];
}

export interface DeclaredVolume {
  readonly name: string;
  /** In bytes; undefined for all that is left. */
  readonly size: number | undefined;
  readonly extraArgs: readonly string[];
  readonly content: Content | undefined;
}

export type Content = FileSystem | Btrfs | Swap | Luks | ArrayPart | GroupPart;

interface Mounted {
  readonly mountpoint: string | undefined;
  readonly mountOptions: readonly string[];
}

interface FileSystem extends Mounted {
  readonly type: "filesystem";
  readonly format: string;
  readonly extraArgs: readonly string[];
}

export interface Btrfs extends Mounted {
  readonly type: "btrfs";
  readonly extraArgs: readonly string[];
  readonly subvolumes: readonly ({ readonly name: string } & Mounted)[];
}

interface Swap {
  readonly type: "swap";
  readonly extraArgs: readonly string[];
}

export interface Luks {
  readonly type: "luks";
  readonly name: string;
  readonly keyFile: string | undefined;
  readonly extraFormatArgs: readonly string[];
  readonly extraOpenArgs: readonly string[];
  readonly content: Content | undefined;
}

interface ArrayPart {
  readonly type: "mdraid";
  readonly array: string;
}

interface GroupPart {
  readonly type: "lvm_pv";
  readonly group: string;
}

export function parseLayout(value: unknown): DiskLayout {
  const root = record(value, "");
  return {
    disks: list(root, "disks", "").map((disk, i) => parseDisk(disk, `disks[${i}]`)),
    arrays: list(root, "arrays", "").map((array, i) => parseArray(array, `arrays[${i}]`)),
    // Systems that were made before there were groups do not say that they have none.
    groups:
      root["groups"] === undefined ? [] : list(root, "groups", "").map((group, i) => parseGroup(group, `groups[${i}]`)),
  };
}

function parseDisk(value: unknown, where: string): DeclaredDisk {
  const disk = record(value, where);
  const content = disk["content"];
  const isTable = typeof content === "object" && content !== null && "type" in content && content.type === "gpt";
  return {
    name: text(disk, "name", where),
    device: text(disk, "device", where),
    content: isTable ? parseTable(content, `${where}.content`) : parseContent(content, `${where}.content`),
  };
}

function parseTable(value: object, where: string): PartitionTable {
  const partitions = list(record(value, where), "partitions", where);
  return { type: "gpt", partitions: partitions.map((one, i) => parsePartition(one, `${where}.partitions[${i}]`)) };
}

function parsePartition(value: unknown, where: string): DeclaredPartition {
  const partition = record(value, where);
  return {
    name: text(partition, "name", where),
    label: text(partition, "label", where),
    type: text(partition, "type", where),
    size: parseSize(partition["size"], where),
    content: parseContent(partition["content"], `${where}.content`),
  };
}

/** Null for all that is left. */
function parseSize(value: unknown, where: string): number | undefined {
  const size = value ?? undefined;
  if (size === undefined || (typeof size === "number" && Number.isSafeInteger(size) && size > 0)) return size;
  throw invalidLayout(`${where}.size`, "it is no size in bytes");
}

function parseGroup(value: unknown, where: string): DeclaredGroup {
  const group = record(value, where);
  const volumes = list(group, "volumes", where).map((one, i): DeclaredVolume => {
    const at = `${where}.volumes[${i}]`;
    const volume = record(one, at);
    return {
      name: text(volume, "name", at),
      size: parseSize(volume["size"], at),
      extraArgs: texts(volume, "extraArgs", at),
      content: parseContent(volume["content"], `${at}.content`),
    };
  });
  return { name: text(group, "name", where), volumes };
}

function parseArray(value: unknown, where: string): DeclaredArray {
  const array = record(value, where);
  const level = array["level"];
  if (typeof level !== "number") throw invalidLayout(`${where}.level`, "it is no number");
  return {
    name: text(array, "name", where),
    level,
    metadata: text(array, "metadata", where),
    extraArgs: texts(array, "extraArgs", where),
    content: parseContent(array["content"], `${where}.content`),
  };
}

function parseContent(value: unknown, where: string): Content | undefined {
  if (value === null || value === undefined) return undefined;
  const content = record(value, where);
  const type = text(content, "type", where);
  switch (type) {
    case "filesystem":
      return {
        type,
        format: text(content, "format", where),
        extraArgs: texts(content, "extraArgs", where),
        ...parseMounted(content, where),
      };
    case "btrfs": {
      const subvolumes = list(content, "subvolumes", where).map((one, i) => {
        const at = `${where}.subvolumes[${i}]`;
        const volume = record(one, at);
        return { name: text(volume, "name", at), ...parseMounted(volume, at) };
      });
      return { type, extraArgs: texts(content, "extraArgs", where), subvolumes, ...parseMounted(content, where) };
    }
    case "swap":
      return { type, extraArgs: texts(content, "extraArgs", where) };
    case "luks":
      return {
        type,
        name: text(content, "name", where),
        keyFile: optionalText(content, "keyFile", where),
        extraFormatArgs: texts(content, "extraFormatArgs", where),
        extraOpenArgs: texts(content, "extraOpenArgs", where),
        content: parseContent(content["content"], `${where}.content`),
      };
    case "mdraid":
      return { type, array: text(content, "array", where) };
    case "lvm_pv":
      return { type, group: text(content, "group", where) };
    default:
      throw invalidLayout(`${where}.type`, `'${type}' is no kind of content`);
  }
}

function parseMounted(fields: Readonly<Record<string, unknown>>, where: string): Mounted {
  const mountpoint = optionalText(fields, "mountpoint", where);
  if (mountpoint !== undefined && !mountpoint.startsWith("/")) {
    throw invalidLayout(`${where}.mountpoint`, `'${mountpoint}' is no absolute path`);
  }
  return { mountpoint, mountOptions: texts(fields, "mountOptions", where) };
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidLayout(where, "there should be a set");
  }
  return value as Readonly<Record<string, unknown>>;
}

function list(fields: Readonly<Record<string, unknown>>, name: string, where: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw invalidLayout(join(where, name), "there should be a list");
  return value;
}

function texts(fields: Readonly<Record<string, unknown>>, name: string, where: string): readonly string[] {
  return list(fields, name, where).map((one, i) => {
    if (typeof one !== "string") throw invalidLayout(`${join(where, name)}[${i}]`, "there should be a string");
    return one;
  });
}

function text(fields: Readonly<Record<string, unknown>>, name: string, where: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value === "") throw invalidLayout(join(where, name), "there should be a string");
  return value;
}

function optionalText(fields: Readonly<Record<string, unknown>>, name: string, where: string): string | undefined {
  return fields[name] === null || fields[name] === undefined ? undefined : text(fields, name, where);
}

function join(where: string, name: string): string {
  return where === "" ? name : `${where}.${name}`;
}
