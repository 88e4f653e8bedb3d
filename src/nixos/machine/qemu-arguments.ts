// The command line of QEMU for a machine: processor emulated, no window, its consoles in files and sockets of a folder.

import { basename, join } from "node:path";
import type { FirmwareMachine, MachineSpec, MachineVlan } from "./machine-spec.ts";

export interface MachineFiles {
  readonly disk: string;
  /** What the serial console has printed, and the socket on which it reads. */
  readonly console: string;
  readonly consoleInput: string;
  readonly shell: string;
  readonly control: string;
  /** What an EFI firmware keeps. */
  readonly variables: string;
}

export function machineFiles(folder: string): MachineFiles {
  return {
    disk: join(folder, "disk.raw"),
    console: join(folder, "console.log"),
    consoleInput: join(folder, "console.sock"),
    shell: join(folder, "shell.sock"),
    control: join(folder, "control.sock"),
    variables: join(folder, "efi-variables.fd"),
  };
}

/** What a machine is connected to. */
export interface MachineSurroundings {
  /** Raw images on the host that are disks of the machine's too, behind its own and named after their files; it writes to them. */
  readonly disks?: readonly string[];
  /** The sockets of the networks between machines, by number. A network without one is a cable that leads nowhere. */
  readonly vlanSockets?: ReadonlyMap<number, string>;
}

export function qemuArguments(
  spec: MachineSpec | FirmwareMachine,
  files: MachineFiles,
  { disks = [], vlanSockets = new Map() }: MachineSurroundings = {},
): string[] {
  const groups: readonly (readonly string[])[] = [
    ["-name", spec.name, "-accel", "tcg,thread=multi"],
    // A later -cpu wins, in the machine's own options.
    spec.processor === undefined ? [] : ["-cpu", spec.processor],
    ["-m", String(spec.memory), "-smp", String(spec.cores)],
    // A machine that reboots ends the process: whoever wants it to go on starts it again.
    ["-nodefaults", "-nographic", "-vga", "std", "-no-reboot"],
    "kernel" in spec ? kernelArguments(spec, files) : firmwareArguments(spec, files),
    disks.flatMap((disk) => diskArguments(diskName(disk), disk, "cache=writeback")),
    [
      "-chardev",
      `socket,id=console,server=on,wait=off,path=${escapeComma(files.consoleInput)},logappend=on,logfile=${escapeComma(files.console)}`,
      "-serial",
      "chardev:console",
    ],
    ["-device", "virtio-serial-pci"],
    [
      "-chardev",
      `socket,id=shell,server=on,wait=off,path=${escapeComma(files.shell)}`,
      "-device",
      "virtconsole,chardev=shell",
    ],
    ["-qmp", `unix:${escapeComma(files.control)},server=on,wait=off`],
    ["-device", "virtio-rng-pci", "-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0,romfile="],
    // Behind the host's, so that the first of them is eth1.
    ...(spec.vlans ?? []).map((vlan, index) => vlanArguments(vlan, index + 1, vlanSockets.get(vlan.vlan))),
    spec.options,
  ];
  return groups.flat();
}

function kernelArguments(spec: MachineSpec, files: MachineFiles): string[] {
  const kernel = ["-kernel", spec.kernel, "-initrd", spec.initrd, "-append", spec.parameters];
  // What the process has written stays when it is killed: the guest loses what it had not handed over.
  const own = diskArguments("root", files.disk, "cache=writeback");
  return [...kernel, ...own, ...diskArguments("store", spec.store, "readonly=on")];
}

function firmwareArguments({ firmware }: FirmwareMachine, files: MachineFiles): string[] {
  if (firmware === "bios") return ["-boot", "c"];
  const flash = (file: string, rest: string): string[] => ["-drive", drive(file, `if=pflash,unit=${rest}`)];
  return [...flash(firmware.code, "0,readonly=on"), ...flash(files.variables, "1")];
}

/** The kernel finds disks in the order in which they are given, and udev by their names: /dev/disk/by-id/virtio-NAME. */
function diskArguments(name: string, file: string, how: string): string[] {
  const id = `disk-${name}`;
  return ["-drive", drive(file, `if=none,id=${id},${how}`), "-device", `virtio-blk-pci,drive=${id},serial=${name}`];
}

/** A file's name without its ending, as a name for QEMU. */
function diskName(file: string): string {
  return basename(file)
    .replace(/\..*$/, "")
    .replaceAll(/[^\w-]/g, "-");
}

function drive(file: string, rest: string): string {
  return `${rest},format=raw,file=${escapeComma(file)}`;
}

/** `socket` undefined: a cable that leads nowhere. */
function vlanArguments({ mac }: MachineVlan, number: number, socket: string | undefined): string[] {
  const id = `vlan${number}`;
  const wire =
    socket === undefined
      ? `hubport,id=${id},hubid=${number}`
      : `stream,id=${id},server=off,addr.type=unix,addr.path=${escapeComma(socket)}`;
  return ["-netdev", wire, "-device", `virtio-net-pci,netdev=${id},mac=${mac}`];
}

function escapeComma(value: string): string {
  return value.replaceAll(",", ",,");
}
