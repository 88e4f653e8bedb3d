// Looks at this machine: its devices in /sys, what is mounted below the folder that a system is installed to, and its swap.

import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import type { Hardware } from "./hardware.ts";
import { findFileSystems, parseMountInfo } from "./find-file-systems.ts";
import { StableDevices } from "./stable-devices.ts";

export interface LookOptions {
  /** Where the new system's file systems are mounted; "" for the running system. */
  readonly root: string;
  /** Leaves file systems and swap out. */
  readonly withoutFileSystems?: boolean;
  /** What `systemd-detect-virt` says. */
  readonly virtualisation: string;
  /** The machine's own root, for tests. */
  readonly machine?: string;
}

/** Mass storage, and the buses on which keyboards and disks are found. */
const neededPciClasses = /^0x(?:01|0c00|0c03)/;

export function readHardware({
  root,
  withoutFileSystems = false,
  virtualisation,
  machine = "",
}: LookOptions): Hardware {
  const devices = new StableDevices(machine);
  const mounts = parseMountInfo(readIfAny(`${machine}/proc/self/mountinfo`));
  const luks = new Map<string, string>();
  const stable = (device: string): string => {
    const volume = devices.encryptedVolume(device);
    if (volume !== undefined) luks.set(volume.name, devices.stableName(volume.device));
    return devices.stableName(device);
  };
  return {
    initrdModules: initrdModules(machine),
    kernelModules: virtualisationModules(machine),
    isQemuGuest: ["qemu", "kvm", "bochs"].includes(virtualisation),
    startsByEfi: existsSync(`${machine}/sys/firmware/efi`),
    hasArrays: /^md\S+ : active/m.test(readIfAny(`${machine}/proc/mdstat`)),
    fileSystems: withoutFileSystems ? [] : findFileSystems(mounts, root, stable),
    swaps: withoutFileSystems ? [] : swaps(machine, root).map(stable),
    luks,
  };
}

function initrdModules(machine: string): string[] {
  const modules = new Set<string>();
  const add = (module: string | undefined): void => {
    if (module !== undefined) modules.add(module);
  };
  for (const device of entries(`${machine}/sys/bus/pci/devices`)) {
    const path = join(machine, "sys/bus/pci/devices", device);
    if (neededPciClasses.test(readIfAny(`${path}/class`).trim())) add(moduleOf(path));
  }
  for (const device of entries(`${machine}/sys/bus/usb/devices`)) {
    const path = join(machine, "sys/bus/usb/devices", device);
    const kind = readIfAny(`${path}/bInterfaceClass`).trim();
    // Mass storage, and keyboards.
    if (kind === "08" || (kind === "03" && readIfAny(`${path}/bInterfaceProtocol`).trim() === "01"))
      add(moduleOf(path));
  }
  // What each disk hangs on: its driver, and those of the buses above it.
  for (const device of entries(`${machine}/sys/class/block`)) {
    const link = `${machine}/sys/class/block/${device}/device`;
    if (!existsSync(link)) continue;
    for (let path = realpathSync(link); path !== "/" && !path.endsWith("/sys"); path = join(path, ".."))
      add(moduleOf(path));
  }
  return [...modules].toSorted();
}

/** The module that drives a device; undefined for a driver that is built in. */
function moduleOf(device: string): string | undefined {
  const link = `${device}/driver/module`;
  return existsSync(link) ? basename(realpathSync(link)) : undefined;
}

function virtualisationModules(machine: string): string[] {
  const flags = /^flags\s*:(.*)$/m.exec(readIfAny(`${machine}/proc/cpuinfo`))?.[1]?.split(/\s+/) ?? [];
  return [...(flags.includes("svm") ? ["kvm-amd"] : []), ...(flags.includes("vmx") ? ["kvm-intel"] : [])];
}

/** Compressed memory is no swap of the installed system's. */
function swaps(machine: string, root: string): string[] {
  const lines = readIfAny(`${machine}/proc/swaps`).split("\n").slice(1);
  const paths = lines.flatMap((line) => line.split(/\s+/)[0] || []).map((path) => path.replaceAll("\\040", " "));
  return paths
    .filter((path) => !path.startsWith("/dev/zram") && !path.endsWith(" (deleted)"))
    .map((path) => (root !== "" && path.startsWith(`${root}/`) ? path.slice(root.length) : path));
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}

function readIfAny(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
