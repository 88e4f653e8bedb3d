// The services that people declare, asked over their sockets.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Machine } from "#nixos";
import { openWorkshop, timeout } from "./built-machine.test-support.ts";

describe("a machine with services", { concurrency: false }, () => {
  const workshop = openWorkshop();
  let machine: Machine;

  before(async () => {
    const spec = workshop.buildTestMachine("services.nix");
    const folder = join(workshop.folder, "services");
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
  });

  test("nginx serves files, folders under other names, and pages for those who have the password", async () => {
    assert.equal(await machine.succeed("curl -sf http://files.example/"), "the front page\n");
    assert.equal(await machine.succeed("curl -sf http://127.0.0.1/documents/a.txt"), "a document\n");
    assert.match(await machine.succeed("curl -sf http://files.example/documents/"), /a\.txt/);
    const status = (url: string): string => `curl -s -o /dev/null -w '%{http_code}' ${url}`;
    assert.equal(await machine.succeed(status("http://files.example/secret")), "401");
    assert.equal(await machine.succeed("curl -sf -u anna:apples http://files.example/secret"), "a secret\n");
    assert.equal(await machine.succeed(status("http://files.example/x.php")), "403");
    assert.match(await machine.succeed("curl -sf http://localhost/nginx_status"), /Active connections/);
  });

  test("nginx sends on: to a group of servers, to encryption, to another name", async () => {
    assert.equal(await machine.succeed("curl -sf http://proxy.example/"), "shop sees proxy.example");
    assert.equal(await machine.succeed("curl -sfLk http://secure.example/"), "encrypted");
    const target = "curl -s -o /dev/null -w '%{http_code} %{redirect_url}'";
    assert.equal(await machine.succeed(`${target} http://secure.example/a`), "301 https://secure.example/a");
    assert.equal(await machine.succeed(`${target} http://old.example:8080/b`), "301 http://files.example/b");
  });

  test("nginx is reloaded, and keeps its process", async () => {
    const pid = "systemctl show -p MainPID --value nginx";
    const earlier = await machine.succeed(pid);
    await machine.succeed("systemctl reload nginx");
    assert.equal(await machine.succeed(pid), earlier);
    assert.equal(await machine.succeed("curl -sf http://files.example/"), "the front page\n");
  });

  test("PostgreSQL has its settings, its users and what it began with", async () => {
    const asked = async (user: string, query: string): Promise<string> =>
      await machine.succeed(
        `su ${user} -c "psql -tA ${user === "bert" ? "-U shop shop" : "postgres"} -c \\"${query}\\""`,
      );
    assert.equal(await asked("postgres", "SHOW shared_buffers"), "32MB\n");
    assert.equal(await asked("postgres", "SELECT word FROM first"), "begun\n");
    assert.equal(await asked("bert", "SELECT current_user || ' ' || current_database()"), "shop shop\n");
    assert.equal(
      await asked("postgres", "SELECT rolcreatedb, rolsuper FROM pg_roles WHERE rolname = 'keeper'"),
      "t|f\n",
    );
    await machine.succeed("systemctl restart postgresql-setup");
    assert.equal(await asked("postgres", "SELECT count(*) FROM first"), "1\n", "the first script is read once");
  });

  test("each Redis answers at its socket, and those who have no password are not told anything", async () => {
    assert.equal(await machine.succeed("redis-cli set a 1"), "OK\n");
    assert.match(await machine.succeed("redis-cli config get maxmemory"), /10485760/);
    const cache = "redis-cli -s /run/redis-cache/redis.sock";
    assert.match(await machine.succeed(`${cache} get a`), /NOAUTH/);
    assert.equal(await machine.succeed(`${cache} -a apples --no-auth-warning set b 2`), "OK\n");
    assert.equal(await machine.succeed("stat -c '%U %a' /var/lib/redis-cache"), "redis-cache 700\n");
  });

  test("the node exporter tells what it sees", async () => {
    await machine.waitForOpenPort(9100);
    const figures = await machine.succeed("curl -sf http://127.0.0.1:9100/metrics");
    assert.match(figures, /^node_memory_MemTotal_bytes \d/m);
    assert.doesNotMatch(figures, /^node_timex/m);
  });
});
