import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { createBuiltins, createEvaluator, MemoryIO } from "#language";
import { findFileSystems, parseMountInfo } from "./find-file-systems.ts";
import type { Hardware } from "./hardware.ts";
import { printHardwareConfiguration, printStartingConfiguration } from "./hardware-configuration.ts";
import { readHardware } from "./read-hardware.ts";

/** A machine's /sys, /proc and /dev below a folder: texts, and links by `-> TARGET`. */
function fakeMachine(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "firn-hardware-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(root + path), { recursive: true });
    if (text.startsWith("-> ")) symlinkSync(text.slice(3), root + path);
    else writeFileSync(root + path, text);
  }
  return root;
}

const mountInfo = [
  "21 1 254:1 / /mnt rw,relatime shared:1 - ext4 /dev/dm-0 rw",
  "22 21 254:2 / /mnt/boot rw - vfat /dev/vda1 rw,fmask=0077,dmask=0077,codepage=437",
  "23 21 254:1 /srv\\040data /mnt/data rw - ext4 /dev/dm-0 rw",
  "24 21 254:1 /nix/store /mnt/nix/store ro - ext4 /dev/dm-0 rw",
  "25 21 0:30 / /mnt/tmp rw - tmpfs tmpfs rw",
  "26 21 0:31 /@home /mnt/home rw - btrfs /dev/vdb rw,subvol=/@home",
  "27 21 0:5 / /mnt/proc rw - proc proc rw",
  "28 1 254:9 / /elsewhere rw - ext4 /dev/vdc rw",
].join("\n");

test("the file systems of a new system are what is mounted below its folder", () => {
  const found = findFileSystems(parseMountInfo(mountInfo), "/mnt", (device) => `stable:${device}`);
  assert.deepEqual(found, [
    { mountPoint: "/", device: "stable:/dev/dm-0", type: "ext4", options: [] },
    { mountPoint: "/boot", device: "stable:/dev/vda1", type: "vfat", options: ["fmask=0077", "dmask=0077"] },
    { mountPoint: "/data", device: "/srv data", type: "none", options: ["bind"] },
    { mountPoint: "/home", device: "stable:/dev/vdb", type: "btrfs", options: ["subvol=@home"] },
    { mountPoint: "/tmp", device: "stable:tmpfs", type: "tmpfs", options: [] },
  ]);
});

test("a machine's devices, volumes and swap are found, each by a name that stays", (t) => {
  const machine = fakeMachine(t, {
    "/sys/bus/pci/devices/0000:00:01.0/class": "0x010601\n",
    "/sys/bus/pci/devices/0000:00:01.0/driver/module": "-> /dev/null",
    "/sys/module/ahci/version": "",
    "/sys/bus/pci/devices/0000:00:02.0/class": "0x0c0330\n",
    "/sys/bus/pci/devices/0000:00:02.0/driver/module": "-> ../../../../../module/xhci_pci",
    "/sys/module/xhci_pci/version": "",
    "/sys/bus/pci/devices/0000:00:03.0/class": "0x030000\n",
    "/sys/bus/pci/devices/0000:00:03.0/driver/module": "-> ../../../../../module/video",
    "/sys/module/video/version": "",
    "/sys/bus/usb/devices/1-1:1.0/bInterfaceClass": "03\n",
    "/sys/bus/usb/devices/1-1:1.0/bInterfaceProtocol": "01\n",
    "/sys/bus/usb/devices/1-1:1.0/driver/module": "-> ../../../../../module/usbhid",
    "/sys/module/usbhid/version": "",
    "/sys/firmware/efi/systab": "",
    "/sys/class/block/dm-0/dm/uuid": "CRYPT-LUKS2-0123-crypted\n",
    "/sys/class/block/dm-0/dm/name": "crypted\n",
    "/sys/class/block/dm-0/slaves/vda2": "",
    "/dev/disk/by-uuid/ABCD-EF01": "-> ../../vda1",
    "/dev/disk/by-uuid/11111111-2222": "-> ../../vda2",
    "/dev/disk/by-partuuid/9999-8888": "-> ../../vda3",
    "/proc/self/mountinfo": mountInfo,
    "/proc/mdstat": "Personalities : [raid1]\nmd127 : active raid1 vdb1[1] vda1[0]\n",
    "/proc/cpuinfo": "processor : 0\nflags\t\t: fpu vmx sse\n",
    "/proc/swaps":
      "Filename Type\n/dev/vda3 partition 1 0 -2\n/dev/zram0 partition 1 0 100\n/mnt/swap\\040file file 1 0 -3\n",
  });
  const hardware = readHardware({ root: "/mnt", virtualisation: "none", machine });
  assert.deepEqual(hardware.initrdModules, ["null", "usbhid", "xhci_pci"]);
  assert.deepEqual(hardware.kernelModules, ["kvm-intel"]);
  assert.deepEqual([hardware.startsByEfi, hardware.hasArrays, hardware.isQemuGuest], [true, true, false]);
  const devices = Object.fromEntries(hardware.fileSystems.map(({ mountPoint, device }) => [mountPoint, device]));
  assert.equal(devices["/"], "/dev/mapper/crypted");
  assert.equal(devices["/boot"], "/dev/disk/by-uuid/ABCD-EF01");
  assert.equal(devices["/home"], "/dev/vdb");
  assert.deepEqual([...hardware.luks], [["crypted", "/dev/disk/by-uuid/11111111-2222"]]);
  assert.deepEqual(hardware.swaps, ["/dev/disk/by-partuuid/9999-8888", "/swap file"]);
  const without = readHardware({ root: "/mnt", virtualisation: "kvm", machine, withoutFileSystems: true });
  assert.deepEqual([without.fileSystems, without.swaps, without.isQemuGuest], [[], [], true]);
});

test("what is written is a module, and says what was found, whatever the names are", () => {
  const hardware: Hardware = {
    initrdModules: ["ahci"],
    kernelModules: [],
    isQemuGuest: false,
    startsByEfi: false,
    hasArrays: true,
    fileSystems: [{ mountPoint: '/a"${b}\\', device: "/dev/x", type: "ext4", options: ["noatime"] }],
    swaps: ["/dev/y"],
    luks: new Map([["crypted", "/dev/z"]]),
  };
  const evaluator = createEvaluator({ io: new MemoryIO(), builtins: createBuiltins() });
  const evaluate = (text: string): unknown => {
    const call = `builtins.toJSON ((${text}) { config = null; lib = null; pkgs = null; modulesPath = "/modules"; })`;
    return JSON.parse(evaluator.evalExpr(call.replaceAll("./hardware-configuration.nix", "1"), "/") as string);
  };
  assert.deepEqual(evaluate(printHardwareConfiguration(hardware, { withFileSystems: true })), {
    imports: ["/modules/installer/scan/not-detected.nix"],
    boot: {
      initrd: {
        availableKernelModules: ["ahci"],
        kernelModules: [],
        luks: { devices: { crypted: { device: "/dev/z" } } },
      },
      kernelModules: [],
      extraModulePackages: [],
      swraid: { enable: true },
    },
    fileSystems: { '/a"${b}\\': { device: "/dev/x", fsType: "ext4", options: ["noatime"] } },
    swapDevices: [{ device: "/dev/y" }],
  });
  const efi = evaluate(printStartingConfiguration({ ...hardware, startsByEfi: true }, "26.11"));
  assert.deepEqual(efi, {
    imports: [1],
    boot: { loader: { "systemd-boot": { enable: true }, efi: { canTouchEfiVariables: true } } },
    system: { stateVersion: "26.11" },
  });
});
