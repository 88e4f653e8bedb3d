// Containers of a machine's configuration, as the machine and the program nixos-container see them.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Machine } from "#nixos";
import { openWorkshop, timeout } from "./built-machine.test-support.ts";

describe("a machine with containers", { concurrency: false }, () => {
  const workshop = openWorkshop();
  let machine: Machine;

  before(async () => {
    const spec = workshop.buildTestMachine("containers.nix");
    const folder = join(workshop.folder, "containers");
    rmSync(folder, { recursive: true, force: true });
    machine = new Machine(spec, { folder, timeout });
    await machine.start();
    await machine.waitForUnit("container@web.service");
  });
  after(async () => {
    await machine.crash();
    workshop.close();
  });

  test("those are listed that there are, with what they do", async () => {
    assert.equal(await machine.succeed("nixos-container list"), "fresh\nweb\n");
    assert.equal(await machine.succeed("nixos-container status web"), "up\n");
    assert.equal(await machine.succeed("nixos-container status fresh"), "down\n");
    assert.equal(await machine.succeed("nixos-container show-ip web"), "10.231.136.2\n");
    assert.match(await machine.succeed("nixos-container start none 2>&1; true"), /container 'none' does not exist/);
  });

  test("the container answers over its own network, through its own firewall", async () => {
    assert.equal(await machine.waitUntilSucceeds("curl -sf --max-time 10 http://10.231.136.2/"), "the container web");
    await machine.fail("curl -sf --max-time 3 http://10.231.136.2:81/");
    await machine.fail("curl -sf --max-time 3 http://127.0.0.1/");
    assert.match(await machine.succeed("ip -br address show ve-web"), /10\.231\.136\.1/);
  });

  test("a command runs inside, where other names and files are", async () => {
    assert.equal(await machine.succeed("nixos-container run web -- hostname"), "web\n");
    assert.equal(await machine.succeed("nixos-container run web -- cat /shared/word"), "from the host\n");
    await machine.fail("nixos-container run web -- touch /shared/new");
    await machine.fail("nixos-container run web -- touch /nix/store/new");
    assert.equal((await machine.execute("nixos-container run web -- bash -c 'exit 7'")).status, 7);
    assert.equal(await machine.succeed("echo 'id -un' | nixos-container root-login web"), "root\n");
    assert.equal(
      await machine.succeed("nixos-container run web -- systemctl list-units --state=failed --plain --no-legend"),
      "",
    );
  });

  test("an ephemeral one forgets, the other keeps what it has", async () => {
    await machine.succeed("nixos-container start fresh", "nixos-container run fresh -- touch /home/anna/new");
    await machine.succeed("nixos-container run web -- touch /var/lib/kept");
    await machine.succeed("nixos-container stop fresh", "nixos-container stop web");
    assert.equal(await machine.succeed("nixos-container status web"), "down\n");
    await machine.succeed("nixos-container start fresh", "nixos-container start web");
    await machine.fail("nixos-container run fresh -- test -e /home/anna/new");
    await machine.succeed("nixos-container run web -- test -e /var/lib/kept");
  });
});
