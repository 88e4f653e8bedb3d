import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { runHealthChecks } from "./health-checks.ts";
import type { HealthCheck } from "./switch-description.ts";

function openFolder(t: TestContext): (name: string, text: string, timeout: number) => HealthCheck {
  const folder = mkdtempSync(join(tmpdir(), "firn-health-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return (name, text, timeout) => {
    const script = join(folder, name);
    writeFileSync(script, `#!/bin/sh\ncd ${folder}\n${text}\n`);
    chmodSync(script, 0o755);
    return { unit: `${name}.service`, script, timeout };
  };
}

test("a check is tried until it succeeds, and all run side by side", async (t) => {
  const check = openFolder(t);
  const checks = [
    check("well", "exit 0", 20),
    check("late", "echo x >> tries; test $(wc -l < tries) -ge 3", 20),
    check("ill", "echo one; echo no answer >&2; exit 1", 1),
  ];
  const failed = await runHealthChecks(checks, { interval: 10 });
  assert.deepEqual(
    failed.map((each) => [each.check.unit, each.reason]),
    [["ill.service", "no answer"]],
  );
});

test("tried once, a check that needs a second try has failed", async (t) => {
  const check = openFolder(t);
  const failed = await runHealthChecks([check("late", "echo x >> tries; test $(wc -l < tries) -ge 2", 20)], {
    once: 20,
  });
  assert.deepEqual(
    failed.map(({ reason }) => reason),
    ["it ended with status 1"],
  );
});

test("a check that does not end is ended, with all that it has started", async (t) => {
  const check = openFolder(t);
  const begin = Date.now();
  const [failed] = await runHealthChecks([check("hangs", "echo waiting; sleep 60 & wait", 1)]);
  assert.equal(failed?.reason, "it did not end: waiting");
  assert.ok(Date.now() - begin < 30_000);
});

test("a check that is no program tells why", async () => {
  const [failed] = await runHealthChecks([{ unit: "a.service", script: "/no/such", timeout: 1 }], { once: 1 });
  assert.match(failed?.reason ?? "", /ENOENT/);
});
