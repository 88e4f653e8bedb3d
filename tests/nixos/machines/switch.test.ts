// A running machine is switched to other systems: ordinary changes, ones that go wrong, and back again.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { buildSwitchable, type Switchable, type SwitchedMachine } from "./switch/switched-machine.test-support.ts";

describe("a machine that is switched", { concurrency: false }, () => {
  let switchable: Switchable;
  let machine: SwitchedMachine;

  before(async () => {
    switchable = buildSwitchable();
    machine = switchable.newMachine("switched");
    await machine.boot();
  });
  after(async () => {
    await machine?.crash();
    switchable?.close();
  });

  test("what dry-activate says is what the switch does, and only changed units start anew", async () => {
    const { said: planned } = await machine.rebuild("dry-activate", "--store-path", switchable.systems.edited);
    const earlier = await machine.invocations();
    const { status, said } = await machine.switchTo("edited");
    assert.equal(status, 0, said);
    const would = [...planned.matchAll(/^would (stop|restart|reload|start) the following units: (.*)$/gm)];
    const did = [...said.matchAll(/^(stop|restart|reload|start)p?ing the following units: (.*)$/gm)];
    const told = (matches: readonly RegExpMatchArray[]) => matches.map(([, verb, units]) => `${verb} ${units}`);
    assert.deepEqual(told(did), told(would));
    assert.deepEqual(told(did), ["stop greeter.service", "restart nginx.service"]);
    const later = await machine.invocations();
    const changed = [...later].filter(([unit, id]) => earlier.get(unit) !== id).map(([unit]) => unit);
    assert.deepEqual(changed, ["nginx.service"]);
    assert.ok(later.has("counter.service"));
    assert.match(said, /^packages:\n(?: {2}.*\n)* {2}jq: ∅ → /m);
    assert.match(
      said,
      /^users and groups:\n {2}user alice: added\nunits:\n(?: {2}.*\n)*stopping the following units: /m,
    );
    await machine.runsAndBoots("edited");
  });

  test("the edits are there: a package, a user, one service less", async () => {
    assert.match(await machine.succeed("jq --version"), /^jq-/);
    assert.match(await machine.succeed("id alice"), /^uid=1234\(alice\)/);
    assert.match(await machine.execute("systemctl is-active greeter").then(({ stdout }) => stdout), /^inactive/);
  });

  test("a switch with nothing changed touches no unit", async (t) => {
    const earlier = await machine.invocations();
    const begin = Date.now();
    const { status, said } = await machine.switchTo("edited");
    t.diagnostic(`a switch with nothing changed: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    assert.equal(status, 0, said);
    assert.match(said, /^nothing is different from what the machine runs\nactivating the configuration\.\.\.\ndone in/);
    assert.deepEqual(await machine.invocations(), earlier);
  });

  test("a service that is not healthy is taken back", async () => {
    const { status, said } = await machine.switchTo("unhealthy");
    assert.equal(status, 5, said);
    assert.match(said, /^warning: nginx\.service is not healthy after \d+ s: nginx answers: HTTP\/1\.1 503/m);
    assert.match(said, /^taken back after .* s: the machine runs, and boots, what it ran before$/m);
    await machine.runsAndBoots("edited");
    await machine.fail("id mallory");
    assert.equal((await machine.succeed("ls /nix/var/nix/profiles | grep -c '^system-.*-link$'")).trim(), "2");
  });

  test("a unit that fails is taken back, and what it printed is shown", async () => {
    const { status, said } = await machine.switchTo("broken");
    assert.equal(status, 5, said);
    assert.match(said, /^warning: the following units failed: greeter\.service$/m);
    assert.match(said, /status=3/);
    await machine.runsAndBoots("edited");
  });

  test("the way back leads to the identical system", async () => {
    const { status, said } = await machine.rebuild("switch", "--rollback");
    assert.equal(status, 0, said);
    await machine.runsAndBoots("base");
    await machine.fail("id alice");
    assert.equal((await machine.succeed("systemctl is-active greeter")).trim(), "active");
  });
});
