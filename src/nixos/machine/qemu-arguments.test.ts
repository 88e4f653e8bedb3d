import assert from "node:assert/strict";
import { test } from "node:test";
import { machineFiles, qemuArguments } from "./qemu-arguments.ts";

const hardware = { name: "m", memory: 512, cores: 1, options: ["-snapshot"] };
const processor = (words: readonly string[]): string[] => words.filter((_, i) => words[i - 1] === "-cpu");
const drives = (words: readonly string[]): string[] => words.filter((_, i) => words[i - 1] === "-drive");

test("a machine with a kernel has its own disk, its store, then the others", () => {
  const paths = { kernel: "/k", initrd: "/i", parameters: "quiet", store: "/store,1", disk: "/d", system: "/s" };
  const words = qemuArguments({ ...hardware, ...paths }, machineFiles("/m"), { disks: ["/one.raw"] });
  assert.deepEqual(drives(words), [
    "if=none,id=disk-root,cache=writeback,format=raw,file=/m/disk.raw",
    "if=none,id=disk-store,readonly=on,format=raw,file=/store,,1",
    "if=none,id=disk-one,cache=writeback,format=raw,file=/one.raw",
  ]);
  assert.equal(words[words.indexOf("-append") + 1], "quiet");
  assert.equal(words.at(-1), "-snapshot");
});

test("a machine has the processor that its description names, or QEMU's own", () => {
  const check = (own: { processor?: string }, expected: string[]) =>
    assert.deepEqual(processor(qemuArguments({ ...hardware, ...own, firmware: "bios" }, machineFiles("/m"))), expected);
  check({ processor: "max,-avx" }, ["max,-avx"]);
  check({}, []);
});

test("a machine with a firmware has nothing but its disks", () => {
  const bios = qemuArguments({ ...hardware, firmware: "bios" }, machineFiles("/m"), {
    disks: ["/one.raw", "/two.raw"],
  });
  assert.deepEqual(drives(bios), [
    "if=none,id=disk-one,cache=writeback,format=raw,file=/one.raw",
    "if=none,id=disk-two,cache=writeback,format=raw,file=/two.raw",
  ]);
  assert.ok(bios.includes("virtio-blk-pci,drive=disk-two,serial=two"));
  assert.ok(!bios.includes("-kernel"));
  const firmware = { code: "/OVMF_CODE.fd", variables: "/OVMF_VARS.fd" };
  const efi = qemuArguments({ ...hardware, firmware }, machineFiles("/m"), { disks: ["/one.raw"] });
  assert.deepEqual(drives(efi), [
    "if=pflash,unit=0,readonly=on,format=raw,file=/OVMF_CODE.fd",
    "if=pflash,unit=1,format=raw,file=/m/efi-variables.fd",
    "if=none,id=disk-one,cache=writeback,format=raw,file=/one.raw",
  ]);
});
