// The partitions of one disk. They are found again by their names in the table.

import { type Parts, planContent } from "./plan-contents.ts";
import { describeSize } from "./describe-size.ts";
import type { DraftPlan } from "./plan.ts";
import type { DeclaredPartition, PartitionTable } from "./layout.ts";
import { describeDevice, type ObservedDevice, type ObservedPartition, type ObservedTable } from "./observed.ts";

interface DiskToPlan {
  readonly device: ObservedDevice;
  readonly table: PartitionTable;
  readonly parts: Parts;
}

/** A run of free sectors. */
interface Gap {
  start: number;
  /** Exclusive. */
  end: number;
}

const mebibyte = 1024 * 1024;
/** Sectors at the end of a disk that hold the second copy of the table. */
const tableSectors = 33;

export function planTable(draft: DraftPlan, disk: DiskToPlan): void {
  const { device } = disk;
  if (device.table?.kind === "gpt") return planExisting(draft, disk, device.table);
  const text = describeNewTable(disk);
  if (device.table === undefined && device.signature === undefined) draft.step(text, newTable(disk));
  else if (!draft.destroy(device, [], text, newTable(disk))) return;
  planNewContents(draft, disk);
}

function planExisting(draft: DraftPlan, disk: DiskToPlan, table: ObservedTable): void {
  const { device } = disk;
  const declared = disk.table.partitions;
  const byLabel = new Map(table.partitions.map((partition) => [partition.label, partition]));
  const missing = declared.filter(({ label }) => !byLabel.has(label));
  const kept = declared.flatMap((partition) => {
    const found = byLabel.get(partition.label);
    return found === undefined ? [] : [{ partition, found }];
  });

  // A disk that has been made bigger has more room than its table says.
  const last = Math.max(table.last, Math.floor(device.size / table.sectorSize) - tableSectors - 1);
  const hasGrown = (last - table.last) * table.sectorSize >= mebibyte;
  const gaps = freeGaps(table, hasGrown ? last : table.last);
  const places = placeAll(missing, gaps, table.sectorSize);
  if (places === undefined) {
    const text = describeNewTable(disk);
    if (draft.mayDestroy(device)) {
      if (draft.destroy(device, [], text, newTable(disk))) planNewContents(draft, disk);
      return;
    }
    const room = gaps.reduce((sum, { start, end }) => sum + end - start, 0) * table.sectorSize;
    const wanted = missing.map(({ label, size }) => `${label} (${describeSize(size)})`).join(", ");
    draft.problem(
      `${device.path} has ${describeDevice(device)} and ${describeSize(room)} free, which is no room for ${wanted}. ` +
        `To lose what is on it and make it anew, say --destroy ${device.path}`,
    );
    return;
  }

  const write = (words: readonly string[], stdin?: string) => [
    { argv: ["sfdisk", "--quiet", "--no-reread", "--force", ...words], ...(stdin === undefined ? {} : { stdin }) },
    { argv: ["partx", "--update", device.path] },
  ];
  if (hasGrown && (missing.length > 0 || kept.some(({ partition }) => partition.size === undefined))) {
    draft.step(
      `let the partition table of ${device.path} use the whole disk`,
      ...write(["--relocate", "gpt-bak-std", device.path]),
    );
  }
  const taken = new Set(table.partitions.map(({ number }) => number));
  const made = places.map(({ partition, start, size }) => {
    const number = firstFree(taken);
    taken.add(number);
    const line = `start=${start}, size=${size}, type=${partition.type}, name="${partition.label}"\n`;
    draft.step(
      `make the partition ${partition.label} on ${device.path} (${describeSize(size * table.sectorSize)})`,
      ...write(["--wipe-partitions=always", "--append", device.path], line),
    );
    return { partition, path: partitionPath(device.path, number) };
  });
  for (const { partition, found } of kept) {
    if (found.type !== partition.type) {
      draft.step(
        `give the partition ${partition.label} (${found.path}) the type ${partition.type}`,
        ...write(["--part-type", device.path, String(found.number), partition.type]),
      );
    }
    const size = grownSize(draft, { partition, found, gaps, table });
    if (size !== undefined) {
      draft.step(
        `let the partition ${partition.label} (${found.path}) grow from ${describeSize(found.size * table.sectorSize)} to ${describeSize(size * table.sectorSize)}`,
        ...write(["-N", String(found.number), device.path], `size=${size}\n`),
      );
    }
    const observed = device.children.find(({ path }) => path === found.path);
    const grown = size !== undefined;
    if (partition.content !== undefined) {
      const target = { path: found.path, observed, within: [device.path], grown };
      planContent(draft, target, partition.content, disk.parts);
    }
  }
  for (const { partition, path } of made) {
    if (partition.content === undefined) continue;
    planContent(draft, { path, observed: undefined, within: [device.path] }, partition.content, disk.parts);
  }
  const labels = new Set(declared.map(({ label }) => label));
  for (const { path, label } of table.partitions) {
    if (!labels.has(label))
      draft.note(`the partition ${path}${label === "" ? "" : ` (${label})`} is not declared, and stays`);
  }
}

function planNewContents(draft: DraftPlan, { device, table, parts }: DiskToPlan): void {
  for (const [i, { content }] of table.partitions.entries()) {
    if (content === undefined) continue;
    const path = partitionPath(device.path, i + 1);
    planContent(draft, { path, observed: undefined, within: [device.path] }, content, parts);
  }
}

function newTable({ device, table }: DiskToPlan): { readonly argv: readonly string[]; readonly stdin: string } {
  const lines = table.partitions.map(({ label, type, size }) => {
    const words = [`type=${type}`, `name="${label}"`];
    return size === undefined ? words.join(", ") : [`size=${Math.ceil(size / 1024)}KiB`, ...words].join(", ");
  });
  return {
    argv: ["sfdisk", "--quiet", "--wipe=always", "--wipe-partitions=always", device.path],
    stdin: `label: gpt\n${lines.join("\n")}\n`,
  };
}

function describeNewTable({ device, table }: DiskToPlan): string {
  const partitions = table.partitions.map(({ label, size }) => `${label} (${describeSize(size)})`).join(", ");
  return `make a partition table on ${device.path}: ${partitions}`;
}

/** Sorted by place, and beginning at whole mebibytes. */
function freeGaps(table: ObservedTable, last: number): Gap[] {
  const unit = mebibyte / table.sectorSize;
  const align = (sector: number): number => Math.ceil(sector / unit) * unit;
  const gaps: Gap[] = [];
  let at = align(table.first);
  for (const { start, size } of table.partitions.toSorted((a, b) => a.start - b.start)) {
    if (start > at) gaps.push({ start: at, end: start });
    at = Math.max(at, align(start + size));
  }
  if (last + 1 > at) gaps.push({ start: at, end: last + 1 });
  return gaps;
}

interface Place {
  readonly partition: DeclaredPartition;
  readonly start: number;
  readonly size: number;
}

/** Takes from the gaps what the partitions need; undefined when it is too little. The one that takes the rest gets the biggest. */
function placeAll(missing: readonly DeclaredPartition[], gaps: Gap[], sectorSize: number): Place[] | undefined {
  const unit = mebibyte / sectorSize;
  const places: Place[] = [];
  for (const partition of missing) {
    const size = partition.size === undefined ? undefined : Math.ceil(partition.size / sectorSize);
    const gap =
      size === undefined
        ? gaps.toSorted((a, b) => b.end - b.start - (a.end - a.start))[0]
        : gaps.find(({ start, end }) => end - start >= size);
    if (gap === undefined || gap.end - gap.start < unit) return undefined;
    const taken = size ?? Math.floor((gap.end - gap.start) / unit) * unit;
    places.push({ partition, start: gap.start, size: taken });
    gap.start = Math.ceil((gap.start + taken) / unit) * unit;
    if (gap.start >= gap.end) gaps.splice(gaps.indexOf(gap), 1);
  }
  return places;
}

interface MaybeGrown {
  readonly partition: DeclaredPartition;
  readonly found: ObservedPartition;
  readonly gaps: readonly Gap[];
  readonly table: ObservedTable;
}

/** In sectors; undefined when it stays as it is. */
function grownSize(draft: DraftPlan, { partition, found, gaps, table }: MaybeGrown): number | undefined {
  const { sectorSize } = table;
  const unit = mebibyte / sectorSize;
  const end = found.start + found.size;
  const behind = gaps.find(({ start }) => start >= end && start < end + unit);
  const most = behind === undefined ? found.size : Math.floor((behind.end - found.start) / unit) * unit;
  const wanted = partition.size === undefined ? most : Math.ceil(partition.size / sectorSize);
  if (partition.size !== undefined && found.size > wanted) {
    draft.note(
      `the partition ${partition.label} (${found.path}) has ${describeSize(found.size * sectorSize)}, more than the ${describeSize(partition.size)} that are declared; nothing shrinks`,
    );
  }
  if (wanted <= found.size || (partition.size === undefined && wanted - found.size < unit)) return undefined;
  if (wanted > most) {
    draft.problem(
      `the partition ${partition.label} (${found.path}) cannot grow from ${describeSize(found.size * sectorSize)} to ${describeSize(wanted * sectorSize)}: there is no room behind it`,
    );
    return undefined;
  }
  return wanted;
}

function firstFree(taken: ReadonlySet<number>): number {
  let number = 1;
  while (taken.has(number)) number++;
  return number;
}

function partitionPath(disk: string, number: number): string {
  return /\d$/.test(disk) ? `${disk}p${number}` : `${disk}${number}`;
}
