// The example's machine, from one file to a running system: built by Firn, booted in QEMU, looked at from inside.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Machine, type MachineSpec } from "#nixos";
import { openWorkshop, timeout } from "./built-machine.test-support.ts";

/** What `ls -l /run/current-system/` shows in a system of NixOS 19.03, and what has come to it since. */
const systemEntries =
  "activate append-initrd-secrets bin configuration-name etc extra-dependencies fine-tune firmware init " +
  "init-interface-version initrd kernel kernel-modules kernel-params nixos-version sw system systemd " +
  "boot.json dry-activate specialisation";

describe("the machine of collection/examples/phenex", { concurrency: false }, () => {
  const workshop = openWorkshop();
  const folder = join(workshop.folder, "machine");
  let spec: MachineSpec;
  let machine: Machine;

  before(async () => {
    spec = workshop.buildMachine("phenex");
    rmSync(folder, { recursive: true, force: true });
    machine = new Machine(spec, { folder, timeout });
    await machine.start();
  });
  after(async () => {
    await machine.crash();
    workshop.close();
  });

  test("boots to multi-user", async (t) => {
    const begin = Date.now();
    await machine.waitForUnit("multi-user.target");
    t.diagnostic(`multi-user after ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    assert.match(await machine.succeed("systemctl is-system-running --wait"), /^running$/m);
  });

  test("no unit has failed, and none waits", async () => {
    assert.equal(await machine.succeed("systemctl list-units --state=failed --plain --no-legend"), "");
    assert.equal(await machine.succeed("systemctl list-jobs --no-legend"), "");
    assert.doesNotMatch(machine.consoleLog(), /Activation step .* failed/);
  });

  test("the system has every entry, and they lead into the store", async () => {
    const entries = (await machine.succeed("ls /run/current-system/")).trim().split("\n");
    for (const entry of systemEntries.split(" ")) assert.ok(entries.includes(entry), `/run/current-system/${entry}`);
    assert.equal((await machine.succeed("readlink /run/current-system")).trim(), spec.system);
    assert.equal((await machine.succeed("readlink -f /run/booted-system")).trim(), spec.system);
    const links = "find /run/current-system/ -maxdepth 1 -type l -printf '%l\\n'";
    for (const target of (await machine.succeed(links)).trim().split("\n")) assert.match(target, /^\/nix\/store\//);
    const boot = JSON.parse(await machine.succeed("cat /run/current-system/boot.json")) as Record<string, unknown>;
    const document = boot["org.nixos.bootspec.v1"] as Record<string, unknown>;
    assert.equal(document["toplevel"], spec.system);
    assert.equal(document["init"], `${spec.system}/init`);
  });

  test("in / there is nothing to run but /bin/sh and /usr/bin/env", async () => {
    assert.equal(await machine.succeed("find /bin /usr -mindepth 1 ! -type d"), "/bin/sh\n/usr/bin/env\n");
    await machine.fail("test -e /lib", "test -e /sbin");
    await machine.fail("test -e /lib64");
    for (const link of ["/bin/sh", "/usr/bin/env"]) {
      assert.match(await machine.succeed(`readlink ${link}`), /^\/nix\/store\//);
    }
  });

  test("programs are linked to objects of the store alone", async () => {
    for (const program of ["python3", "vim", "systemctl", "bash"]) {
      const linked = await machine.succeed(`ldd "$(readlink -f "$(type -p ${program})")"`);
      for (const [, path = ""] of linked.matchAll(/(\/\S+) \(0x/g)) assert.match(path, /^\/nix\/store\//, linked);
      assert.doesNotMatch(linked, /not found/);
    }
    const libraries = await machine.succeed("cat /proc/1/maps | sed -n 's|^[^/]*/|/|p' | sort -u");
    for (const path of libraries.trim().split("\n")) assert.match(path, /^\/nix\/store\//);
  });

  test("units name their programs by their paths, and what they reload by is there", async () => {
    const named = "find -L /etc/systemd/system -maxdepth 1 -type f -exec grep -hoE '^Exec[A-Za-z]*=[-@:+!]*[^ ]+' {} +";
    const bare = (await machine.succeed(named)).split("\n").filter((line) => /^Exec\w*=[-@:+!]*[^-@:+!/]/.test(line));
    assert.deepEqual(bare, []);
    await machine.succeed("systemctl reload systemd-udevd nginx");
  });

  test("the configuration's name, user, modules and packages are there", async () => {
    assert.equal(await machine.succeed("hostname"), "phenex\n");
    assert.match(await machine.succeed("id kb"), /uid=1000\(kb\) gid=100\(users\) groups=100\(users\),1\(wheel\)/);
    assert.equal(await machine.succeed("stat -c '%U %a' /home/kb"), "kb 700\n");
    assert.match(await machine.succeed("lsmod"), /^loop /m);
    assert.equal(await machine.succeed("su kb -c 'python3 -c \"print(6 * 7)\"'"), "42\n");
  });

  test("its services answer: nginx, PostgreSQL, the secure shell", async () => {
    for (const unit of ["nginx.service", "postgresql.service", "sshd.service"]) await machine.waitForUnit(unit);
    await machine.waitForOpenPort(80);
    const request = "exec 3<> /dev/tcp/127.0.0.1/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
    assert.match(await machine.succeed(request), /^HTTP\/1\.1 200 OK[^]*A machine from one file\.$/);
    assert.equal(await machine.succeed("su kb -c \"psql -tAc 'select 6 * 7' kb\""), "42\n");
    assert.match(await machine.succeed("exec 3<> /dev/tcp/127.0.0.1/22; head -n 1 <&3"), /^SSH-2\.0-/);
  });

  test("the store cannot be written to", async () => {
    await machine.fail("touch /nix/store/x");
    assert.match(await machine.succeed("findmnt -n -o OPTIONS /nix/store"), /^ro\b/m);
  });

  test("activation can be done again, and changes nothing", async () => {
    const state = "md5sum /etc/passwd /etc/group /etc/shadow; find /etc -type l -printf '%p %l\\n' | sort";
    const earlier = await machine.succeed(state);
    await machine.succeed("/run/current-system/activate");
    assert.equal(await machine.succeed(state), earlier);
  });

  test("a file copied into the machine is the same", async () => {
    const file = join(folder, "copied");
    writeFileSync(file, Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256)));
    await machine.copyFromHost(file, "/tmp/deep/copied");
    const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
    assert.equal(await machine.succeed("sha256sum < /tmp/deep/copied"), `${digest}  -\n`);
  });

  test("a command that fails says so, with what it printed", async () => {
    await assert.rejects(machine.succeed("echo spoken >&2; exit 3"), /ended with status 3, and not with 0:\nspoken/);
    await assert.rejects(machine.waitForUnit("no-such.service"), /is inactive, and there are no pending jobs/);
  });

  test("the screen can be seen", async () => {
    const file = join(folder, "screen.png");
    await machine.screenshot(file);
    assert.equal(readFileSync(file).subarray(1, 4).toString(), "PNG");
  });

  test("after a power cut it boots again, and what was written to disk is there", async () => {
    await machine.succeed("echo kept > /root/kept && sync");
    await machine.crash();
    await machine.start();
    await machine.waitForUnit("multi-user.target");
    assert.equal(await machine.succeed("cat /root/kept"), "kept\n");
    assert.equal(await machine.succeed("systemctl list-units --state=failed --plain --no-legend"), "");
  });

  test("it goes off in good order", async () => {
    // What the last process says at the end is to be seen on the console.
    await machine.succeed("echo 8 > /proc/sys/kernel/printk");
    const spoken = machine.consoleLog().length;
    await machine.shutdown();
    assert.equal(machine.isRunning, false);
    const ending = machine.consoleLog().slice(spoken);
    assert.match(ending, /Reached target .*(?:Power Off|poweroff)/);
    assert.doesNotMatch(ending, /Failed unmounting/);
    // Even the store, which the last process came from, and the root below it.
    assert.match(ending, /changed into root pivot[^]* shutdown\[1\]: All filesystems unmounted\./);
  });
});
