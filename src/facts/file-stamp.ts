// A stamp: what the file system says of a file without its contents being read. While it stays the same the contents are the
// same, as in Git's index and Make, provided that it proves anything:
// - A file that is written twice within one tick of the file system's clock may keep its stamp ("racily clean"). So a stamp
//   counts only if the file had been left alone for a while when the evaluation began.
// - Files that are made up when they are read (/proc, /sys), and those that another machine keeps by its own clock, have
//   no times to rely on. So a stamp counts only on file systems that are known.
// Times are milliseconds as a double, good to a quarter of a microsecond, which is nothing against the time left alone.

import { statfsSync, type Stats } from "node:fs";
import { hostPath } from "#host";

export type Stamp = readonly [device: number, inode: number, size: number, modified: number, changed: number];

/** Longer than the coarsest clock that a known file system has. */
const settlingTime = 2000;

/** Magic numbers (statfs) of file systems of this machine which keep the time of each change. */
const knownFileSystems = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
  0xf2f52010, // F2FS
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x794c7630, // overlayfs
  0x73717368, // SquashFS
  0xe0f5e1e2, // EROFS
]);

export function hasStamp(status: Stats, [device, inode, size, modified, changed]: Stamp): boolean {
  return (
    status.ctimeMs === changed &&
    status.mtimeMs === modified &&
    status.size === size &&
    status.ino === inode &&
    status.dev === device
  );
}

/** Takes stamps for one recording or one check, which begins when this is made. */
export class Stamper {
  private readonly latest: number;
  private readonly devices = new Map<number, boolean>();

  /** `begun`: milliseconds since the epoch. */
  constructor(begun = Date.now()) {
    this.latest = begun - settlingTime;
  }

  /** Undefined when it would prove nothing. `path`, a byte string, is where `status` is from. */
  stamp(status: Stats, path: string): Stamp | undefined {
    const { dev, ino, size, mtimeMs, ctimeMs } = status;
    if (mtimeMs > this.latest || ctimeMs > this.latest || !this.isKnown(dev, path)) return undefined;
    return [dev, ino, size, mtimeMs, ctimeMs];
  }

  private isKnown(device: number, path: string): boolean {
    let known = this.devices.get(device);
    if (known === undefined) {
      known = knownFileSystems.has(fileSystemOf(path));
      this.devices.set(device, known);
    }
    return known;
  }
}

function fileSystemOf(path: string): number {
  try {
    return statfsSync(hostPath(path)).type;
  } catch {
    return 0;
  }
}
