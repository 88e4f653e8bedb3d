// What mounts the declared file systems below a folder, as an installation needs them.

import type { DiskCommand } from "./plan.ts";
import type { Content, DiskLayout } from "./layout.ts";
import { findDevice, mapperPath, type ObservedDevice, type ObservedDisks, withDescendants } from "./observed.ts";

export interface MountPlan {
  readonly commands: readonly DiskCommand[];
  /** Declared file systems whose device is not there. */
  readonly missing: readonly string[];
}

interface ToMount {
  readonly mountpoint: string;
  readonly type: string;
  readonly options: readonly string[];
  readonly device: ObservedDevice | undefined;
}

export function planMounts(
  layout: DiskLayout,
  observed: ObservedDisks,
  { links, root }: { readonly links: ReadonlyMap<string, string>; readonly root: string },
): MountPlan {
  const found: ToMount[] = [];
  for (const disk of layout.disks) {
    const device = findDevice(observed, links.get(disk.device) ?? disk.device);
    if (disk.content?.type !== "gpt") collect(disk.content, device, found);
    else {
      for (const { label, content } of disk.content.partitions) {
        const path = device?.table?.partitions.find((partition) => partition.label === label)?.path;
        collect(content, path === undefined ? undefined : findDevice(observed, path), found);
      }
    }
  }
  for (const array of layout.arrays) collect(array.content, findArray(observed, array.name), found);
  for (const { name, volumes } of layout.groups) {
    for (const volume of volumes) collect(volume.content, findDevice(observed, mapperPath(name, volume.name)), found);
  }
  found.sort((a, b) => (a.mountpoint < b.mountpoint ? -1 : 1));

  const below = root === "/" ? "" : root;
  const commands = found.flatMap(({ mountpoint, type, options, device }): DiskCommand[] => {
    const place = mountpoint === "/" ? root : `${below}${mountpoint}`;
    if (device === undefined || device.mounts.includes(place)) return [];
    return [
      { argv: ["mkdir", "-p", place] },
      { argv: ["mount", "-t", type, "-o", options.join(","), device.path, place] },
    ];
  });
  const missing = found.filter(({ device }) => device === undefined).map(({ mountpoint }) => mountpoint);
  return { commands, missing };
}

function collect(content: Content | undefined, device: ObservedDevice | undefined, found: ToMount[]): void {
  switch (content?.type) {
    case undefined:
    case "swap":
    case "mdraid":
    case "lvm_pv":
      return;
    case "luks":
      return collect(
        content.content,
        device?.children.find(({ kind }) => kind === "volume"),
        found,
      );
    case "filesystem": {
      const { mountpoint, mountOptions: options, format: type } = content;
      if (mountpoint !== undefined) found.push({ mountpoint, type, options, device });
      return;
    }
    case "btrfs": {
      const volumes = [{ ...content, name: undefined }, ...content.subvolumes];
      for (const { name, mountpoint, mountOptions } of volumes) {
        if (mountpoint === undefined) continue;
        const options = [...(name === undefined ? [] : [`subvol=${name}`]), ...mountOptions];
        found.push({ mountpoint, type: "btrfs", options, device });
      }
    }
  }
}

/** Its parts know its name. */
function findArray({ devices }: ObservedDisks, name: string): ObservedDevice | undefined {
  return devices
    .flatMap(withDescendants)
    .filter(({ signature, label }) => signature === "linux_raid_member" && label?.replace(/^.*:/, "") === name)
    .flatMap(({ children }) => children)
    .find(({ kind }) => kind === "array");
}
