// The command line of QEMU for a machine: processor emulated, no window, its consoles in files and sockets of a folder.

import { join } from "node:path";
import type { MachineSpec } from "./machine-spec.ts";

export interface MachineFiles {
  readonly disk: string;
  readonly console: string;
  readonly shell: string;
  readonly control: string;
}

export function machineFiles(folder: string): MachineFiles {
  return {
    disk: join(folder, "disk.raw"),
    console: join(folder, "console.log"),
    shell: join(folder, "shell.sock"),
    control: join(folder, "control.sock"),
  };
}

export function qemuArguments(
  spec: MachineSpec,
  files: MachineFiles,
  vlanSockets: ReadonlyMap<number, string> = new Map(),
): string[] {
  const drive = (file: string, rest: string): string => `if=virtio,format=raw,${rest},file=${escapeComma(file)}`;
  const groups: readonly (readonly string[])[] = [
    ["-name", spec.name, "-accel", "tcg,thread=multi", "-cpu", "max"],
    ["-m", String(spec.memory), "-smp", String(spec.cores)],
    // A machine that reboots ends the process: whoever wants it to go on starts it again.
    ["-nodefaults", "-nographic", "-vga", "std", "-no-reboot"],
    ["-kernel", spec.kernel, "-initrd", spec.initrd, "-append", spec.parameters],
    // What the process has written stays when it is killed: the guest loses what it had not handed over.
    ["-drive", drive(files.disk, "cache=writeback"), "-drive", drive(spec.store, "readonly=on")],
    ["-chardev", `file,id=console,append=on,path=${files.console}`, "-serial", "chardev:console"],
    ["-device", "virtio-serial-pci"],
    ["-chardev", `socket,id=shell,server=on,wait=off,path=${files.shell}`, "-device", "virtconsole,chardev=shell"],
    ["-qmp", `unix:${files.control},server=on,wait=off`],
    ["-device", "virtio-rng-pci", "-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0"],
    // Behind the host's, so that the first of them is eth1.
    ...spec.vlans.map(({ vlan, mac }, index): readonly string[] => {
      const id = `vlan${index + 1}`;
      const socket = vlanSockets.get(vlan);
      const wire =
        socket === undefined
          ? `hubport,id=${id},hubid=${index + 1}`
          : `stream,id=${id},server=off,addr.type=unix,addr.path=${escapeComma(socket)}`;
      return ["-netdev", wire, "-device", `virtio-net-pci,netdev=${id},mac=${mac}`];
    }),
    spec.options,
  ];
  return groups.flat();
}

function escapeComma(value: string): string {
  return value.replaceAll(",", ",,");
}
