// Looks at the disks of this machine, with the programs of util-linux.

import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { diskProgramFailed, notStarted } from "./disk-errors.ts";
import type { DiskLayout } from "./layout.ts";
import {
  lsblkArguments,
  lvsArguments,
  type ObservedDevice,
  type ObservedDisks,
  type ObservedGroup,
  parseBlkid,
  parseGroups,
  parseLsblk,
  pvsArguments,
  type Signature,
  withDescendants,
} from "./observed.ts";

export function observeDisks(): ObservedDisks {
  const devices = parseLsblk(ask("lsblk", lsblkArguments).stdout, { table: readTable, signature: readSignature });
  const all = devices.flatMap(withDescendants);
  return { devices, groups: all.some(({ signature }) => signature === "LVM2_member") ? readGroups(all) : [] };
}

function readGroups(devices: readonly ObservedDevice[]): ObservedGroup[] {
  const byNode = new Map(devices.map(({ path }) => [resolveDevice(path), path]));
  const resolve = (path: string): string => byNode.get(resolveDevice(path)) ?? path;
  return parseGroups(ask("lvm", pvsArguments).stdout, ask("lvm", lvsArguments).stdout, resolve);
}

/** Devices that are declared by a link, such as /dev/disk/by-id/…, by the kernel's own names. */
export function resolveDevices(layout: DiskLayout): ReadonlyMap<string, string> {
  return new Map(layout.disks.map(({ device }) => [device, resolveDevice(device)]));
}

export function resolveDevice(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

function readTable(path: string): string | undefined {
  // Without a table it fails.
  const { status, stdout } = ask("sfdisk", ["--json", path], true);
  return status === 0 ? stdout : undefined;
}

function readSignature(path: string): Signature {
  const { status, stdout, stderr } = ask("blkid", ["--probe", "--output", "export", path], true);
  switch (status) {
    case 0:
      return parseBlkid(stdout);
    case 2:
      return { type: undefined, label: undefined };
    // Several at once: whatever they are, something is there.
    case 8:
      return { type: "several kinds of content", label: undefined };
    default:
      throw diskProgramFailed(`blkid --probe ${path}`, stderr.trim());
  }
}

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ask(program: string, words: readonly string[], mayFail = false): Answer {
  const { error, status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (error !== undefined) throw notStarted(program, error);
  if (status !== 0 && !mayFail) throw diskProgramFailed([program, ...words].join(" "), stderr.trim());
  return { status, stdout, stderr };
}
