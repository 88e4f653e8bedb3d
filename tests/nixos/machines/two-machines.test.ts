// Two machines on a network of their own: names, addresses and firewalls as their configurations say, and a page that comes from
// the database of one to the other.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Machine, Scenario } from "#nixos";
import { openWorkshop, timeout } from "./built-machine.test-support.ts";

describe("a client and a server", { concurrency: false }, () => {
  const workshop = openWorkshop();
  let scenario: Scenario;
  let client: Machine;
  let server: Machine;

  before(async () => {
    const specs = workshop.buildScenario("two-machines/machines.nix");
    const folder = join(workshop.folder, "two-machines");
    rmSync(folder, { recursive: true, force: true });
    scenario = await Scenario.open(specs, { folder, timeout });
    client = scenario.machine("client");
    server = scenario.machine("server");
    await scenario.startAll();
  });
  after(async () => {
    await scenario.close();
    workshop.close();
  });

  test("both boot, and nothing has failed", async () => {
    for (const machine of [client, server]) {
      await machine.waitForUnit("multi-user.target");
      assert.equal(await machine.succeed("systemctl list-units --state=failed --plain --no-legend"), "");
    }
  });

  test("each has its address, and knows the other by its name", async () => {
    assert.match(await client.succeed("ip -br address show eth1"), /^eth1 +UP +192\.168\.1\.1\/24 /);
    assert.match(await server.succeed("ip -br address show eth1"), /^eth1 +UP +192\.168\.1\.2\/24 /);
    await client.waitUntilSucceeds("ping -c 1 -W 5 server");
    await server.waitUntilSucceeds("curl --max-time 5 telnet://client:1 2>&1 | grep 'timed out'");
  });

  test("the page comes from the database, over nginx and the network", async () => {
    await server.waitForUnit("postgresql.service");
    await server.waitForUnit("nginx.service");
    assert.equal(await client.waitUntilSucceeds("curl --silent --fail http://server/"), "apples for client");
  });

  test("the firewall lets nothing in that is not allowed", async () => {
    await server.waitForOpenPort(8000);
    const refused = await client.execute("curl --silent --show-error --max-time 5 http://server:5432/");
    assert.equal(refused.status, 28, `it is dropped, and nobody answers: ${refused.stderr}`);
    assert.match(
      await server.succeed("journalctl -k --grep 'refused connection: .*DPT=5432' --output cat"),
      /SRC=192\.168\.1\.1/,
    );
  });

  test("one machine is switched from the other", async () => {
    await client.succeed("mkdir -p /root/.ssh && ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519");
    const key = await client.succeed("cat /root/.ssh/id_ed25519.pub");
    await server.waitForUnit("sshd.service");
    await server.succeed(`mkdir -p /root/.ssh && echo '${key.trim()}' > /root/.ssh/authorized_keys`);
    const next = (await client.succeed("readlink -f /etc/next-server")).trim();
    await server.fail(`test -e ${next}`);
    const command = `nixos-rebuild switch --target-host root@server --store-path ${next}`;
    await client.succeed(`NIX_SSHOPTS='-o StrictHostKeyChecking=no' ${command}`);
    assert.equal((await server.succeed("readlink -f /run/current-system")).trim(), next);
    assert.equal((await server.succeed("readlink -f /nix/var/nix/profiles/system")).trim(), next);
    assert.equal(await client.succeed("curl --silent --fail http://server/news"), "pears");
    assert.equal(await client.succeed("curl --silent --fail http://server/"), "apples for client");
  });

  test("a machine that loses power comes back to the same network", async () => {
    await server.crash();
    await client.fail("curl --silent --max-time 5 http://server/");
    await server.start();
    assert.equal(
      await client.waitUntilSucceeds("curl --silent --fail --max-time 60 http://server/"),
      "apples for client",
    );
  });
});
