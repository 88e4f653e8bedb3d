// What a machine is. One that `system.build.vm` describes (machine.json in its output) is handed its kernel, and has its store on
// an image; its paths are of the store, which may lie in a folder of its own, and here they become the host's. One that has only
// a firmware boots from its disks, as real ones do.

import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join, posix } from "node:path";
import { invalidMachine } from "./machine-errors.ts";

interface Hardware {
  readonly name: string;
  /** The processor to emulate, as QEMU names it (collection/modules/virtualisation/emulated-processor.nix); its own default when absent. */
  readonly processor?: string;
  /** In mebibytes. */
  readonly memory: number;
  readonly cores: number;
  /** The networks between machines that it is on, beside the host's, and its address on each; none when absent. */
  readonly vlans?: readonly MachineVlan[];
  /** Further arguments of QEMU. */
  readonly options: readonly string[];
}

export interface MachineSpec extends Hardware {
  /** Files on the host. */
  readonly kernel: string;
  readonly initrd: string;
  /** The read-only image that the store is on, and the disk that a new machine begins with. */
  readonly store: string;
  readonly disk: string;
  /** The kernel's command line. */
  readonly parameters: string;
  /** The system's store path, as the machine sees it. */
  readonly system: string;
}

/** A machine that boots from the first of its disks that its firmware can boot from. */
export interface FirmwareMachine extends Hardware {
  readonly firmware: "bios" | EfiFirmware;
}

/** Files on the host, as in Debian's package ovmf. Each machine writes to a copy of the variables. */
interface EfiFirmware {
  readonly code: string;
  readonly variables: string;
}

export interface MachineVlan {
  /** The network's number. */
  readonly vlan: number;
  readonly mac: string;
}

/**
 * @param output the store path that was built
 * @param root the folder below which `/nix/store` lies; "" where it is the host's own
 */
export function readMachineSpec(output: string, root = ""): MachineSpec {
  const path = join(resolveInRoot(output, root), "machine.json");
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isMachineJson(value)) throw invalidMachine(path);
  const file = (name: string): string => resolveInRoot(name, root);
  return {
    ...value,
    kernel: file(value.kernel),
    initrd: file(value.initrd),
    store: file(value.store),
    disk: file(value.disk),
  };
}

function isMachineJson(value: unknown): value is MachineSpec {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  const texts = ["name", "kernel", "initrd", "store", "disk", "parameters", "system"];
  return (
    texts.every((name) => typeof fields[name] === "string") &&
    (fields["processor"] === undefined || typeof fields["processor"] === "string") &&
    ["memory", "cores"].every((name) => Number.isInteger(fields[name])) &&
    (fields["vlans"] === undefined || (Array.isArray(fields["vlans"]) && fields["vlans"].every(isVlan))) &&
    Array.isArray(fields["options"]) &&
    fields["options"].every((option) => typeof option === "string")
  );
}

function isVlan(value: unknown): value is MachineVlan {
  if (typeof value !== "object" || value === null) return false;
  const { vlan, mac } = value as Record<string, unknown>;
  return Number.isInteger(vlan) && typeof mac === "string" && /^(?:[\da-f]{2}:){5}[\da-f]{2}$/i.test(mac);
}

/** The file that an absolute path leads to when `root` is taken for `/`, with every link followed. */
export function resolveInRoot(path: string, root: string): string {
  let pending = path.split("/").filter((part) => part !== "");
  let resolved = "/";
  for (let links = 0; pending.length > 0;) {
    const [part = "", ...rest] = pending;
    const next = posix.join(resolved, part);
    const stat = lstatSync(root + next, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() !== true) {
      resolved = next;
      pending = rest;
      continue;
    }
    if (++links > 40) throw invalidMachine(path);
    const target = readlinkSync(root + next);
    if (target.startsWith("/")) resolved = "/";
    pending = [...target.split("/").filter((step) => step !== ""), ...rest];
  }
  return root + resolved;
}
