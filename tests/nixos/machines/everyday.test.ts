// What people set on every machine, looked at from inside of one.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Machine } from "#nixos";
import { openWorkshop, timeout } from "./built-machine.test-support.ts";

describe("an everyday machine", { concurrency: false }, () => {
  const workshop = openWorkshop();
  let machine: Machine;

  before(async () => {
    const spec = workshop.buildTestMachine("everyday.nix");
    const folder = join(workshop.folder, "everyday");
    rmSync(folder, { recursive: true, force: true });
    machine = new Machine(spec, { folder, timeout });
    await machine.start();
    await machine.waitForUnit("multi-user.target");
  });
  after(async () => {
    await machine.crash();
    workshop.close();
  });

  test("no unit has failed", async () => {
    assert.equal(await machine.succeed("systemctl list-units --state=failed --plain --no-legend"), "");
    assert.doesNotMatch(machine.consoleLog(), /Activation step .* failed/);
  });

  test("times are those of the zone, and words those of the language", async () => {
    assert.equal(await machine.succeed("date -d 2026-07-01T12:00:00Z +%H:%M%Z"), "14:00CEST\n");
    assert.equal(
      await machine.succeed("su - anna -c 'date -d 2026-03-01 +%A,%B; printf %.1f 1.5'"),
      "Sonntag,März\n1.5",
    );
    assert.equal(await machine.succeed("su - anna -c 'locale charmap'"), "UTF-8\n");
    assert.match(await machine.succeed("localectl status"), /LANG=de_DE\.UTF-8/);
  });

  test("the keys of the consoles are German", async () => {
    assert.match(await machine.succeed("dumpkeys < /dev/tty1"), /keycode +21 = \+?z/);
  });

  test("there is swap in memory, and the kernel's parameters are set", async () => {
    assert.match(
      await machine.succeed("swapon --show --noheadings --bytes"),
      /^\/dev\/zram0 +partition +1048\d{5} +0 +5$/m,
    );
    assert.equal(await machine.succeed("cat /proc/sys/vm/swappiness"), "42\n");
  });

  test("folders are made, and journal and logins are as they are told to be", async () => {
    assert.equal(await machine.succeed("stat -c '%U %G %a' /var/lib/everyday"), "anna users 750\n");
    assert.match(await machine.succeed("systemd-analyze cat-config systemd/journald.conf"), /^RateLimitBurst=1234$/m);
    assert.match(
      await machine.succeed(
        "busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager HandleLidSwitch",
      ),
      /"ignore"/,
    );
  });

  test("sessions have their variables, whatever shell they start", async () => {
    assert.equal(await machine.succeed("su anna -s /bin/sh -c 'echo $FAVOURITE'"), "apples & $5 @home\n");
    assert.equal(await machine.succeed("su bert -c 'ulimit -n'"), "77\n");
  });

  test("wheel may do everything with its password, others what they are allowed", async () => {
    assert.equal(await machine.succeed("su anna -c 'echo apples | sudo -S id -un'"), "root\n");
    await machine.fail("su anna -c 'sudo -n id -un'");
    await machine.fail("su anna -c 'echo pears | sudo -S id -un'");
    assert.equal(await machine.succeed("su bert -c 'sudo -n /run/current-system/sw/bin/id -un'"), "root\n");
    await machine.fail("su bert -c 'sudo -n /run/current-system/sw/bin/cat /etc/shadow'");
  });

  test("a program has the one right that it is given", async () => {
    assert.match(await machine.succeed("su bert -c '/run/wrappers/bin/may-read /etc/shadow'"), /^anna:/m);
    await machine.fail("su bert -c 'cat /etc/shadow'");
    assert.match(await machine.succeed("getcap /run/wrappers/bin/may-read"), /cap_dac_read_search=ep/);
    assert.equal(await machine.succeed("stat -L -c '%U %G %a' /run/wrappers/bin/su"), "root root 4511\n");
  });

  test("a user's own services start with the user", async () => {
    await machine.succeed("loginctl enable-linger anna");
    await machine.waitUntilSucceeds("test -s /run/user/1000/greeting");
    assert.match(await machine.succeed("cat /run/user/1000/greeting"), /^\/nix\/store\/.*\/lib\/locale$/m);
    assert.match(
      await machine.succeed("su anna -c 'XDG_RUNTIME_DIR=/run/user/1000 systemctl --user is-active greeting'"),
      /^active$/m,
    );
  });

  test("cron runs its commands", async () => {
    await machine.waitUntilSucceeds("test -s /home/bert/cron");
    assert.equal(await machine.succeed("stat -c %U /home/bert/cron"), "bert\n");
  });
});
