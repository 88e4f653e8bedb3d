// Names of devices that stay when disks are added or found in another order: by the UUID of what is on them.

import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";

export class StableDevices {
  readonly #machine: string;

  constructor(machine: string) {
    this.#machine = machine;
  }

  /** The device itself where it has none. The names of volumes and arrays are stable as they are. */
  stableName(device: string): string {
    if (!device.startsWith("/dev/")) return device;
    const own = this.#kernelName(device);
    if (/^\/dev\/(?:mapper|md)\//.test(device)) return device;
    const volume = readIfAny(join(this.#machine, "sys/class/block", own, "dm/name")).trim();
    if (volume !== "") return `/dev/mapper/${volume}`;
    for (const folder of ["by-uuid", "by-partuuid"]) {
      for (const name of this.#entries(`dev/disk/${folder}`)) {
        if (basename(readlinkSync(join(this.#machine, "dev/disk", folder, name))) === own)
          return `/dev/disk/${folder}/${name}`;
      }
    }
    return device;
  }

  /** The encrypted volume that a device is, and what that lies on. */
  encryptedVolume(device: string): { readonly name: string; readonly device: string } | undefined {
    const block = join(this.#machine, "sys/class/block", this.#kernelName(device));
    if (!readIfAny(join(block, "dm/uuid")).startsWith("CRYPT-LUKS")) return undefined;
    const name = readIfAny(join(block, "dm/name")).trim();
    const [below, ...more] = existsSync(join(block, "slaves")) ? readdirSync(join(block, "slaves")) : [];
    return below === undefined || more.length > 0 ? undefined : { name, device: `/dev/${below}` };
  }

  #kernelName(device: string): string {
    const path = this.#machine + device;
    return basename(existsSync(path) ? realpathSync(path) : path);
  }

  #entries(folder: string): string[] {
    const path = join(this.#machine, folder);
    return existsSync(path) ? readdirSync(path).toSorted() : [];
  }
}

function readIfAny(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
