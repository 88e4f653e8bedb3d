// A machine is rebuilt from the configuration that lies on it: evaluated by itself, for the next boot; and refused when nobody
// could log in any more.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  buildSwitchable,
  switchFolder,
  type Switchable,
  type SwitchedMachine,
} from "./switch/switched-machine.test-support.ts";

describe("a machine that has its own configuration", { concurrency: false }, () => {
  let switchable: Switchable;
  let machine: SwitchedMachine;

  before(async () => {
    switchable = buildSwitchable();
    machine = switchable.newMachine("rebuilt");
    await machine.boot();
    for (const name of ["base.nix", "edited.nix", "locked-out.nix"]) {
      await machine.copyFromHost(join(switchFolder, name), `/etc/nixos/${name}`);
    }
    await machine.succeed(`ln -s ${switchable.lock} /etc/nixos/lock; ln -s edited.nix /etc/nixos/configuration.nix`);
  });
  after(async () => {
    await machine?.crash();
    switchable?.close();
  });

  test("evaluates it for the next boot, finds that system built, and goes on as it was", async (t) => {
    const begin = Date.now();
    const { status, said } = await machine.rebuild("boot");
    t.diagnostic(`evaluated and made what boots in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    assert.equal(status, 0, said);
    assert.equal((await machine.succeed("readlink /run/current-system")).trim(), switchable.systems.base);
    assert.equal((await machine.succeed("readlink -f /nix/var/nix/profiles/system")).trim(), switchable.systems.edited);
  });

  test("comes up in the generation that was chosen", async () => {
    await machine.reboot();
    await machine.waitForUnit("multi-user.target");
    await machine.runsAndBoots("edited");
  });

  test("is not switched to a configuration that locks everybody out: the line is named, and nothing is touched", async () => {
    const earlier = await machine.invocations();
    await machine.succeed("ln -sfn locked-out.nix /etc/nixos/configuration.nix");
    const { status, said } = await machine.rebuild("switch");
    assert.equal(status, 1, said);
    assert.match(said, /Neither the root account nor any wheel user has a password or SSH authorized key\./);
    assert.match(said, /at \/etc\/nixos\/locked-out\.nix:8:3:/);
    await machine.runsAndBoots("edited");
    assert.deepEqual(await machine.invocations(), earlier);
    assert.equal((await machine.succeed("readlink /nix/var/nix/profiles/system")).trim(), "system-2-link");
  });
});
