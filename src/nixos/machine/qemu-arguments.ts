// The command line of QEMU for a machine: processor emulated, no window, its consoles in files and sockets of a folder.

import { basename, join } from "node:path";
import type { FirmwareMachine, MachineSpec } from "./machine-spec.ts";

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

/** `disks`: raw images on the host beside the machine's own; they come last, and are named after their files. */
export function qemuArguments(
  spec: MachineSpec | FirmwareMachine,
  files: MachineFiles,
  disks: readonly string[] = [],
): string[] {
  const groups: readonly (readonly string[])[] = [
    ["-name", spec.name, "-accel", "tcg,thread=multi", "-cpu", "max"],
    ["-m", String(spec.memory), "-smp", String(spec.cores)],
    // A machine that reboots ends the process: whoever wants it to go on starts it again.
    ["-nodefaults", "-nographic", "-vga", "std", "-no-reboot"],
    "kernel" in spec ? kernelArguments(spec, files) : firmwareArguments(spec, files),
    disks.flatMap((disk) => diskArguments(diskName(disk), disk, "cache=writeback")),
    [
      "-chardev",
      `socket,id=console,server=on,wait=off,path=${files.consoleInput},logappend=on,logfile=${files.console}`,
      "-serial",
      "chardev:console",
    ],
    ["-device", "virtio-serial-pci"],
    ["-chardev", `socket,id=shell,server=on,wait=off,path=${files.shell}`, "-device", "virtconsole,chardev=shell"],
    ["-qmp", `unix:${files.control},server=on,wait=off`],
    ["-device", "virtio-rng-pci", "-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0"],
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
  return `${rest},format=raw,file=${file.replaceAll(",", ",,")}`;
}
