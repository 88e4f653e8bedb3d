// The driver against a stand-in for QEMU, which listens where QEMU would and has bash for a machine.

import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Machine } from "./machine.ts";

function standIn(t: TestContext, script: string): Machine {
  const folder = mkdtempSync(join(tmpdir(), "firn-machine-"));
  const qemu = join(folder, "qemu");
  writeFileSync(join(folder, "empty"), "new disk");
  writeFileSync(
    qemu,
    `#!${process.execPath}
const { createServer } = require("node:net"), { spawn } = require("node:child_process"), { appendFileSync } = require("node:fs");
const find = (pattern) => process.argv.map((a) => pattern.exec(a)?.[1]).find((a) => a !== undefined);
const console = find(/id=console,.*logfile=(.*)/), shell = find(/id=shell,.*path=(.*)/);
const input = find(/id=console,.*,path=([^,]*)/), control = find(/^unix:([^,]*)/);
${script}`,
  );
  chmodSync(qemu, 0o755);
  const paths = { kernel: "k", initrd: "i", store: "s", disk: join(folder, "empty") };
  const spec = { name: "m", ...paths, parameters: "", system: "/s", memory: 1, cores: 1, vlans: [], options: [] };
  const machine = new Machine(spec, { folder: join(folder, "machine"), qemu, timeout: 20 });
  t.after(async () => {
    await machine.crash();
    rmSync(folder, { recursive: true, force: true });
  });
  return machine;
}

test("a machine that never answers is an error with the end of its console, after the time that it had", async (t) => {
  const machine = standIn(t, `createServer().listen(shell); appendFileSync(console, "waiting for the disk\\n");`);
  await machine.start();
  await assert.rejects(machine.execute("true", 0.3), {
    code: "machine-timed-out",
    message:
      /^the machine 'm' did not get to this within 0\.3 seconds: its shell answers\nlast lines of its console:\nwaiting for the disk$/,
  });
});

test("a machine that ends while it is asked is an error with what was said last", async (t) => {
  const panic = `appendFileSync(console, "Kernel panic\\n"); process.exit(1);`;
  const machine = standIn(
    t,
    `createServer((s) => { s.write("backdoor ready\\n"); s.on("data", () => { ${panic} }); }).listen(shell);`,
  );
  await machine.start();
  await assert.rejects(machine.succeed("true"), { code: "machine-not-running", message: /Kernel panic$/ });
  assert.equal(machine.isRunning, false);
});

test("QEMU's own complaint is the error when it does not start", async (t) => {
  const machine = standIn(t, `process.stderr.write("no such device\\n"); process.exitCode = 1;`);
  await assert.rejects(machine.start(), { code: "qemu-failed", message: /'m' cannot be started: no such device$/ });
});

test("a power cut leaves the disk, and a start begins with it", async (t) => {
  const machine = standIn(t, `createServer().listen(shell);`);
  await machine.start();
  const disk = join(machine.folder, "disk.raw");
  assert.equal(readFileSync(disk, "utf8"), "new disk");
  writeFileSync(disk, "used disk");
  await machine.crash();
  assert.equal(machine.isRunning, false);
  await assert.rejects(machine.execute("true"), { code: "machine-not-running" });
  await machine.start();
  assert.ok(machine.isRunning && existsSync(disk));
  assert.equal(readFileSync(disk, "utf8"), "used disk");
});

test("the disk is copied as it is at one moment, and the machine goes on", async (t) => {
  const writer = `const fs = require("node:fs"), disk = find(/^if=none,id=disk-root.*,file=(.*)/);
let n = 0;
setInterval(() => { for (const part of [1, 2]) fs.appendFileSync(disk, String(n).padStart(8) + (part === 1 ? "," : "\\n")); n++; }, 1);
createServer().listen(shell);`;
  const machine = standIn(t, writer);
  await machine.start();
  const disk = join(machine.folder, "disk.raw");
  const copies = ["a", "b"].map((name) => join(machine.folder, name));
  for (const copy of copies) {
    await machine.copyDisk(copy);
    const then = readFileSync(copy, "utf8");
    const size = statSync(disk).size;
    assert.ok(readFileSync(disk, "utf8").startsWith(then));
    while (statSync(disk).size <= size + 100) await pause(5);
  }
  await assert.rejects(machine.copyDisk(copies[0] ?? ""), { code: "EEXIST" });
  assert.ok(machine.isRunning);
});

test("what is typed arrives at the serial console, and what it prints is waited for", async (t) => {
  const machine = standIn(
    t,
    `createServer().listen(shell);
createServer((s) => s.on("data", (d) => appendFileSync(console, "menu got " + d + "\\n"))).listen(input);`,
  );
  await machine.start();
  await machine.sendChars("x");
  const before = await machine.waitForConsoleText(/menu got x/);
  await machine.sendChars("y");
  assert.equal(await machine.waitForConsoleText(/menu got ./, 5, before.length), "menu got x\nmenu got y");
  await assert.rejects(machine.waitForConsoleText(/never/, 0.3), { code: "machine-timed-out", message: /\/never\// });
});

test("keys are pressed together by QEMU, whose refusal is the error", async (t) => {
  const machine = standIn(
    t,
    `createServer().listen(shell);
createServer((s) => { s.write("{\\"QMP\\":{}}\\n"); s.on("data", (d) => { for (const line of String(d).trim().split("\\n")) {
  const asked = JSON.parse(line);
  appendFileSync(console, line + "\\n");
  s.write(JSON.stringify(asked.arguments?.keys[0].data === "bad" ? { error: { desc: "no such key" } } : { return: {} }) + "\\n");
} }); }).listen(control);`,
  );
  await machine.start();
  await machine.sendKey("ctrl-alt-delete");
  const keys = ["ctrl", "alt", "delete"].map((data) => ({ type: "qcode", data }));
  assert.ok(machine.consoleLog().includes(JSON.stringify({ keys })));
  await assert.rejects(machine.sendKey("bad"), { code: "qemu-failed", message: /no such key$/ });
});
