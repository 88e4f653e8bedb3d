// Images of a system, made without a machine, start one: a disk from a BIOS, and a disc's, written to a stick, from EFI.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type FirmwareMachine, Machine } from "#nixos";
import { openWorkshop, timeout } from "./built-machine.test-support.ts";

const configuration = "install/image.nix";
const workshop = openWorkshop();
const folder = join(workshop.folder, "images");

before(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});
after(() => workshop.close());

/** A machine whose one disk is a copy of the image. */
function machineOf(kind: string, below: string, firmware: FirmwareMachine["firmware"]): Machine {
  const built = join(workshop.buildAttribute(configuration, `config.system.build.images.${kind}`), below);
  const [image = ""] = readdirSync(built);
  const disk = join(folder, `${kind}.raw`);
  execFileSync("cp", ["--sparse=always", join(built, image), disk]);
  chmodSync(disk, 0o600);
  const machine = { ...workshop.hardware, name: kind, firmware };
  return new Machine(machine, { folder: join(folder, kind), timeout, disks: [disk] });
}

describe("an image", { concurrency: false }, () => {
  test("of a disk starts from a BIOS, and can be written to", async () => {
    const machine = machineOf("raw", "", "bios");
    try {
      await machine.start();
      await machine.waitForUnit("multi-user.target");
      assert.equal(await machine.succeed("hostname"), "imaged\n");
      assert.equal(await machine.succeed("systemctl list-units --state=failed --plain --no-legend"), "");
      // Nobody was root when it was made, and yet everything is root's.
      assert.equal(await machine.succeed("find / -xdev ! -user 0 ! -path '/proc/*' | head"), "");
      await machine.succeed("echo kept > /root/kept && sync");
      // GRUB is installed by the machine itself from now on.
      await machine.succeed(
        "NIXOS_INSTALL_BOOTLOADER=1 /run/current-system/install-boot-loader /nix/var/nix/profiles/system",
      );
      await machine.reboot();
      assert.equal(await machine.succeed("cat /root/kept"), "kept\n");
    } finally {
      await machine.crash();
    }
  });

  test("of a disc starts from EFI, and what is written to it is gone after", async () => {
    const ovmf = workshop.buildAttribute(configuration, "pkgs.ovmf");
    const firmware = { code: `${ovmf}/share/OVMF/OVMF_CODE_4M.fd`, variables: `${ovmf}/share/OVMF/OVMF_VARS_4M.fd` };
    const machine = machineOf("iso", "iso", firmware);
    try {
      await machine.start();
      await machine.waitForUnit("multi-user.target");
      assert.equal(await machine.succeed("hostname"), "imaged\n");
      assert.match(await machine.succeed("findmnt -n -o FSTYPE /"), /^tmpfs$/m);
      await machine.succeed("test -e /sys/firmware/efi", "touch /root/lost");
      await machine.shutdown();
    } finally {
      await machine.crash();
    }
  });
});
