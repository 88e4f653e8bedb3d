// The first stage of the boot by itself: the machine stops where it would go on to the second, or cannot go on, and a person at
// its console looks around.

import assert from "node:assert/strict";
import {
  closeSync,
  copyFileSync,
  chmodSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Machine, type MachineSpec } from "#nixos";
import { openWorkshop, timeout } from "./built-machine.test-support.ts";

const superblock = 1024;
const stateOffset = 0x3a;
const [isClean, hasErrors] = [1, 2];

describe("the first stage of the boot", { concurrency: false }, () => {
  const workshop = openWorkshop();
  const folder = join(workshop.folder, "first-stage");
  const disk = join(folder, "disk.raw");
  let spec: MachineSpec;

  const start = async (parameters: string): Promise<Machine> => {
    const own = spec.parameters.replace("boot.panic_on_fail", "");
    const machine = new Machine({ ...spec, parameters: `${own} ${parameters}` }, { folder, timeout });
    rmSync(join(folder, "console.log"), { force: true });
    await machine.start();
    return machine;
  };

  before(() => {
    spec = workshop.buildTestMachine("first-stage/machine.nix");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    copyFileSync(spec.disk, disk);
    chmodSync(disk, 0o600);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    workshop.close();
  });

  test("the root file system is repaired, grown to its disk and mounted, and hooks run", async () => {
    truncateSync(disk, 2 ** 31);
    writeState(disk, isClean | hasErrors);
    const machine = await start("boot.debug1mounts");
    try {
      const console = await machine.waitForConsoleText(/stopped, as boot\.debug1mounts asks[^]*any other key/);
      assert.match(
        console,
        /checking \/dev\/vda\.\.\.[^]*check forced[^]*growing \/dev\/vda\.\.\.[^]*mounting \/dev\/vda on \//,
      );
      assert.match(console, /a hook is at \/mnt-root/);
      assert.match(console, /i {2}for a shell/);
      await machine.sendChars("i");
      await machine.sendChars(
        "df -m /mnt-root | tail -n 1 | tr -s ' ' | sed 's/^/size: /'; umount /mnt-root/nix/store; umount -a\n",
      );
      const size = /size: \/dev\/vda (\d+)/.exec(await machine.waitForConsoleText(/size: \/dev\/vda \d+/))?.[1];
      assert.ok(Number(size) > 1900, `${size} MiB`);
      assert.equal(readState(disk) & hasErrors, 0);
    } finally {
      await machine.crash();
    }
  });

  test("without a root the menu offers no shell that nobody asked for, and can reboot", async () => {
    const machine = await start("root=/dev/nowhere rootdelay=1");
    try {
      const console = await machine.waitForConsoleText(/any other key/);
      assert.match(console, /there is no device \/dev\/nowhere for \//);
      assert.doesNotMatch(console, /for a shell/);
      await machine.sendChars("r");
      await machine.waitForShutdown();
    } finally {
      await machine.crash();
    }
  });

  test("with boot.panic_on_fail nobody is asked", async () => {
    const machine = await start("boot.panic_on_fail root=/dev/nowhere rootdelay=1");
    try {
      await machine.waitForShutdown();
      assert.match(machine.consoleLog(), /there is no device \/dev\/nowhere for \/[^]*Attempted to kill init/);
    } finally {
      await machine.crash();
    }
  });
});

function readState(file: string): number {
  const bytes = Buffer.alloc(2);
  const descriptor = openSync(file, "r");
  readSync(descriptor, bytes, 0, 2, superblock + stateOffset);
  closeSync(descriptor);
  return bytes.readUInt16LE();
}

/** The superblock ends in a checksum of itself. */
function writeState(file: string, state: number): void {
  const descriptor = openSync(file, "r+");
  const block = Buffer.alloc(1024);
  readSync(descriptor, block, 0, block.length, superblock);
  block.writeUInt16LE(state, stateOffset);
  block.writeUInt32LE(crc32c(block.subarray(0, -4)), block.length - 4);
  writeSync(descriptor, block, 0, block.length, superblock);
  closeSync(descriptor);
}

/** As ext4 has it: begun with ones, and not inverted at the end. */
function crc32c(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 0 ? sum >>> 1 : (sum >>> 1) ^ 0x82f63b78;
  }
  return sum >>> 0;
}
