// From an empty disk to a machine that boots from it: an installer partitions the disks as a configuration declares them, installs
// its system, and goes off. The machine then starts by its own firmware, from nothing but its disks: GRUB from a BIOS on an array
// of two, and systemd-boot from EFI on an encrypted one. A second generation is made, and the first chosen from the menu.

import assert from "node:assert/strict";
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type FirmwareMachine, Machine } from "#nixos";
import { openWorkshop, timeout } from "./built-machine.test-support.ts";

const GiB = 1024 ** 3;
const passphrase = "correct horse";

const workshop = openWorkshop();
const folder = join(workshop.folder, "install");
const disk = (name: string): string => join(folder, `${name}.raw`);
const disks = ["raid-a", "raid-b", "luks"].map(disk);
/** The systems that are on their disks: the others' machines need not be waited for. */
const onDisk = new Set<string>();

before(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const path of disks) {
    const file = openSync(path, "wx");
    ftruncateSync(file, 1.5 * GiB);
    closeSync(file);
  }
});
after(() => workshop.close());

function installed(name: string, firmware: FirmwareMachine["firmware"], ...own: readonly string[]): Machine {
  const machine = { ...workshop.hardware, name, firmware };
  return new Machine(machine, { folder: join(folder, name), timeout, disks: own });
}

/** Makes the variant that was installed with the system its second generation, and lets the machine start it. */
async function makeSecondGeneration(machine: Machine): Promise<void> {
  await machine.succeed(
    "ln -s $(readlink -f /run/current-system/specialisation/second) /nix/var/nix/profiles/system-2-link",
    "ln -sfn system-2-link /nix/var/nix/profiles/system",
    "/run/current-system/install-boot-loader $(readlink -f /nix/var/nix/profiles/system)",
  );
}

describe("an installer", { concurrency: false }, () => {
  let machine: Machine;

  before(async () => {
    const spec = workshop.buildTestMachine("install/installer.nix");
    machine = new Machine(spec, { folder: join(folder, "installer"), timeout, disks });
    await machine.start();
    await machine.waitForUnit("multi-user.target");
    await machine.succeed(`printf '${passphrase}' > /tmp/passphrase`, "modprobe -a raid1 dm_crypt vfat");
  });
  after(async () => machine.crash());

  for (const [name, steps] of [
    ["raid", ["make the array root (level 1)", "make a file system (ext4) on /dev/md/root"]],
    ["luks", ["make an encrypted volume for crypted", "make the volume group pool of /dev/mapper/crypted"]],
  ] as const) {
    test(`makes the empty disks of ${name} what its configuration declares; said again, nothing is to be done`, async () => {
      const plan = await machine.succeed(`firn disk plan --system /etc/systems/${name}`);
      for (const step of steps) assert.ok(plan.includes(step), plan);
      assert.doesNotMatch(plan, /LOST/);
      await machine.succeed(`firn disk apply --system /etc/systems/${name}`);
      const again = await machine.execute(
        `firn disk apply --system /etc/systems/${name} --destroy /dev/vdc --destroy /dev/vde`,
      );
      assert.match(again.stderr, /^the disks are as declared$/m);
    });

    test(`installs ${name} below /mnt, boot loader and all`, async () => {
      await machine.succeed(`firn disk mount --system /etc/systems/${name} --root /mnt`);
      const { status, stderr } = await machine.execute(
        `nixos-install --root /mnt --system /etc/systems/${name} --no-root-passwd`,
      );
      assert.equal(status, 0, stderr);
      assert.match(stderr, /installation finished!/);
      assert.equal(await machine.succeed("readlink /mnt/nix/var/nix/profiles/system"), "system-1-link\n");
      await machine.succeed("test -e /mnt/etc/NIXOS", "umount -R /mnt");
      onDisk.add(name);
    });
  }

  test("refuses to lose what is on a disk that is not named", async () => {
    const { status, stderr } = await machine.execute(
      "sed 's/virtio-luks/virtio-raid-a/' /etc/systems/luks/disk-layout.json > /tmp/other.json && firn disk apply --layout /tmp/other.json",
    );
    assert.equal(status, 1);
    assert.match(
      stderr,
      /nothing was done to the disks:\n +\/dev\/vdc has a partition table \(gpt\) with 2 partitions/,
    );
    await machine.shutdown();
  });
});

describe("a machine with a BIOS and two disks in an array", { concurrency: false }, () => {
  const machine = installed("raid", "bios", disk("raid-a"), disk("raid-b"));
  before(() => assert.ok(onDisk.has("raid"), "it was not installed"));
  after(async () => machine.crash());

  test("boots from its disks by GRUB, with the root on the array", async () => {
    await machine.start();
    await machine.waitForUnit("multi-user.target");
    assert.equal(await machine.succeed("hostname"), "raid\n");
    assert.match(await machine.succeed("findmnt -n -o SOURCE,FSTYPE /"), /^\/dev\/md\S+\s+ext4$/m);
    assert.match(await machine.succeed("cat /proc/mdstat"), /raid1 .*\n.*\[UU\]/);
    assert.equal(await machine.succeed("systemctl list-units --state=failed --plain --no-legend"), "");
  });

  test("boots its second generation though the power is cut, and the first when it is chosen from the menu", async () => {
    await makeSecondGeneration(machine);
    // What the menu needs is where the boot loader looks for it, and not only in the file system's journal.
    await machine.crash();
    await machine.start();
    assert.equal(await machine.succeed("hostname"), "second\n");
    await machine.reboot();
    await machine.waitForConsoleText(/GNU GRUB/);
    // "All configurations", of which the second is older, and has a submenu for its variant.
    await machine.sendChars("\u000e\r\u000e\r\r");
    assert.equal(await machine.succeed("hostname"), "raid\n");
    await machine.shutdown();
  });

  test("boots when one disk is lost", async () => {
    truncateSync(disk("raid-a"), 0);
    truncateSync(disk("raid-a"), 1.5 * GiB);
    const degraded = installed("degraded", "bios", disk("raid-b"));
    try {
      await degraded.start();
      await degraded.waitForUnit("multi-user.target");
      assert.match(await degraded.succeed("cat /proc/mdstat"), /\[U_\]|\[_U\]/);
    } finally {
      await degraded.crash();
    }
  });
});

describe("a machine with EFI and an encrypted disk", { concurrency: false }, () => {
  let machine: Machine;

  before(() => {
    assert.ok(onDisk.has("luks"), "it was not installed");
    const ovmf = workshop.buildAttribute("install/efi-luks.nix", "pkgs.ovmf");
    const firmware = { code: `${ovmf}/share/OVMF/OVMF_CODE_4M.fd`, variables: `${ovmf}/share/OVMF/OVMF_VARS_4M.fd` };
    machine = installed("luks", firmware, disk("luks"));
  });
  after(async () => machine.crash());

  const unlock = async (): Promise<void> => {
    await machine.waitForConsoleText(/Passphrase for .*: /);
    await machine.sendChars(`${passphrase}\r`);
  };

  test("asks for the passphrase, again when it was wrong, and boots", async () => {
    await machine.start();
    const asked = await machine.waitForConsoleText(/Passphrase for .*: /);
    await machine.sendChars("wrong\r");
    await machine.waitForConsoleText(/Passphrase for .*: /, timeout, asked.length);
    await machine.sendChars(`${passphrase}\r`);
    await machine.waitForUnit("multi-user.target");
    assert.equal(await machine.succeed("hostname"), "luks\n");
    // Whichever of the volume's names the first stage has mounted it by.
    await machine.succeed("test $(findmnt -n -o SOURCE /) -ef /dev/mapper/pool-root");
    // The first stage starts the volume that it needs, and the system the other one.
    assert.equal(await machine.succeed("findmnt -n -o SOURCE /data"), "/dev/mapper/pool-my--data\n");
    // Its entry was one to be tried, and is now one that is known to boot.
    assert.equal(
      await machine.succeed("ls /boot/loader/entries | grep -v specialisation"),
      "nixos-generation-1.conf\n",
    );
    assert.equal(await machine.succeed("systemctl list-units --state=failed --plain --no-legend"), "");
  });

  test("boots its second generation though the power is cut, and the first when it is chosen from the menu", async () => {
    await makeSecondGeneration(machine);
    // What the menu needs is where the boot loader looks for it, and not only in the file system's journal.
    await machine.crash();
    await machine.start();
    await unlock();
    assert.equal(await machine.succeed("hostname"), "second\n");
    await machine.waitForUnit("systemd-bless-boot.service");
    await machine.reboot();
    await machine.waitForConsoleText(/Generation 1/);
    await machine.sendChars("j\r");
    await unlock();
    assert.equal(await machine.succeed("hostname"), "luks\n");
    await machine.shutdown();
  });
});
