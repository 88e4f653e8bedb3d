import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Killed, PretendMachine } from "./pretend-machine.test-support.ts";
import { finishInterrupted, switchSystem } from "./switch-system.ts";

const service = (mark: string): string => `[Service]\nExecStart=${mark}\n`;
const target = "[Unit]\nWants=\n";

/** A machine that runs `old`, and the system `new`, in which a.service is another, b.service is gone and c.service has come. */
function openMachine(t: TestContext, changes: Readonly<Record<string, string>> = {}) {
  const machine = new PretendMachine();
  t.after(() => machine.close());
  const old = machine.addSystem("old", {
    units: {
      "default.target": target,
      "a.service": service("a1"),
      "b.service": service("b1"),
      "z.service": service("z"),
    },
  });
  const next = machine.addSystem("new", {
    units: {
      "default.target": target,
      "a.service": service("a2"),
      "c.service": service("c2"),
      "z.service": service("z"),
      ...changes,
    },
  });
  machine.start(old);
  const runsOld = machine.describe();
  return { machine, old, next, runsOld };
}

test("a switch to what runs already activates it, and systemd reads nothing anew", async (t) => {
  const { machine, old, runsOld } = openMachine(t);
  const report = await switchSystem(machine.task(old, { action: "test" }), machine.world);
  assert.deepEqual([report.outcome, report.status], ["done", 0]);
  assert.ok(machine.calls.includes("activate old"));
  assert.ok(!machine.calls.includes("daemon-reload"));
  assert.deepEqual(machine.describe(), runsOld);
});

test("a switch that goes well moves the boot loader and the profile last", async (t) => {
  const { machine, next } = openMachine(t);
  const report = await switchSystem(machine.task(next, {}, ["z.service"]), machine.world);
  assert.deepEqual([report.outcome, report.status], ["done", 0]);
  assert.deepEqual(machine.calls, [
    "pre-switch-check old",
    "sync",
    "check z.service",
    "journal stopping",
    "stop a.service b.service",
    "journal activating",
    "activate new",
    "journal starting",
    "daemon-reload",
    "start a.service default.target",
    "journal checking",
    "check z.service",
    "journal committing",
    "loader new",
    "profile",
    "journal closed",
  ]);
  assert.deepEqual(machine.said, [
    "stopping the following units: a.service, b.service",
    "activating the configuration...",
    "starting the following units: a.service",
    "the following new units were started: c.service",
  ]);
  assert.deepEqual([machine.current, machine.bootDefault, machine.profile], [next, next, `generation of ${next}`]);
});

test("when a unit fails, the machine is what it was", async (t) => {
  const { machine, old, next, runsOld } = openMachine(t, { "c.service": service("fails") });
  const report = await switchSystem(machine.task(next), machine.world);
  assert.deepEqual([report.outcome, report.status, report.failedUnits], ["rolled-back", 5, ["c.service"]]);
  assert.deepEqual(machine.describe(), runsOld);
  assert.deepEqual([machine.current, machine.bootDefault, machine.profile], [old, old, ""]);
  assert.deepEqual([machine.generations.size, machine.journal], [0, undefined]);
  assert.match(
    machine.said.join("\n"),
    /the following units failed: c\.service\nc\.service is failed\nswitching back to old/,
  );
});

test("a unit that the new system brought down runs again after the way back", async (t) => {
  const { machine, next, runsOld } = openMachine(t, { "a.service": service("fails") });
  const report = await switchSystem(machine.task(next), machine.world);
  assert.equal(report.outcome, "rolled-back");
  assert.deepEqual(machine.describe(), runsOld);
});

test("when a service is not healthy, the machine is what it was", async (t) => {
  const { machine, old, next, runsOld } = openMachine(t);
  machine.unhealthy = new Set([service("a2")]);
  const report = await switchSystem(machine.task(next, {}, ["a.service"]), machine.world);
  assert.deepEqual([report.outcome, report.status], ["rolled-back", 5]);
  assert.deepEqual(
    report.failedChecks.map(({ check, reason }) => [check.unit, reason]),
    [["a.service", "no answer"]],
  );
  assert.deepEqual([machine.describe(), machine.current, machine.bootDefault], [runsOld, old, old]);
});

test("a service that dies a moment after its start has failed, and one that ends by then is lost", async (t) => {
  for (const [mark, failed, lost] of [
    ["dies", ["a.service"], []],
    ["ends", [], ["a.service"]],
  ] as const) {
    const { machine, old, next } = openMachine(t, {
      "default.target": "[Unit]\nWants=a.service c.service z.service\n",
      "a.service": service(mark),
    });
    const report = await switchSystem(machine.task(next), machine.world);
    assert.deepEqual([report.outcome, report.failedUnits, report.lostUnits], ["rolled-back", failed, lost]);
    assert.deepEqual([machine.current, machine.bootDefault], [old, old]);
  }
});

test("who came by ssh is not locked out", async (t) => {
  const machine = new PretendMachine();
  t.after(() => machine.close());
  const units = { "default.target": target, "sshd.service": service("s") };
  const old = machine.addSystem("old", { units });
  const next = machine.addSystem("new", { units: { "default.target": target } });
  machine.start(old);
  // Here nobody needs it.
  assert.equal((await switchSystem(machine.task(next, { action: "test" }), machine.world)).outcome, "done");
  machine.start(old);
  machine.cameBySsh = true;
  const report = await switchSystem(machine.task(next), machine.world);
  assert.deepEqual([report.outcome, machine.current, machine.bootDefault], ["rolled-back", old, old]);
  assert.match(
    machine.said.join("\n"),
    /sshd\.service is not healthy after 20 s: it does not answer at 10\.0\.0\.1 port 22/,
  );
  // Whoever wants it says so.
  const task = machine.task(next, { rollback: false });
  assert.deepEqual((await switchSystem(task, machine.world)).outcome, "failed");
  assert.equal(machine.bootDefault, next);
});

test("what failed before keeps no switch from being done", async (t) => {
  const machine = new PretendMachine();
  t.after(() => machine.close());
  const units = { "default.target": target, "ill.service": service("fails"), "sick.service": service("s") };
  const old = machine.addSystem("old", { units });
  const next = machine.addSystem("new", { units: { ...units, "a.service": service("a") } });
  machine.start(old);
  machine.unhealthy = new Set([service("s")]);
  const report = await switchSystem(machine.task(next, {}, ["sick.service"]), machine.world);
  assert.deepEqual([report.outcome, report.status, report.failedBefore], ["done", 4, ["ill.service"]]);
  assert.equal(machine.bootDefault, next);
});

test("without rollback the new system stays, whatever failed, and is the one that boots", async (t) => {
  const { machine, next } = openMachine(t, { "c.service": service("fails") });
  const report = await switchSystem(machine.task(next, { rollback: false }), machine.world);
  assert.deepEqual([report.outcome, report.status], ["failed", 4]);
  assert.deepEqual([machine.current, machine.bootDefault, machine.journal], [next, next, undefined]);
});

test("a failed step of the activation is a failed switch", async (t) => {
  const { machine, next, old } = openMachine(t);
  machine.failing.add("activate");
  const report = await switchSystem(machine.task(next), machine.world);
  assert.deepEqual([report.outcome, report.status, machine.current], ["rolled-back", 5, old]);
});

test("a check before the switch, or the boot loader, keeps it from being done", async (t) => {
  for (const program of ["pre-switch-check", "loader"]) {
    const { machine, old, next, runsOld } = openMachine(t);
    machine.failing.add(program);
    const report = await switchSystem(machine.task(next), machine.world);
    assert.equal(report.status, 1, program);
    assert.deepEqual([machine.current, machine.bootDefault, machine.profile], [old, old, ""], program);
    assert.deepEqual([machine.describe(), machine.generations.size, machine.journal], [runsOld, 0, undefined], program);
  }
});

test("`boot` touches nothing that runs, and `test` nothing that boots", async (t) => {
  const { machine, old, next, runsOld } = openMachine(t);
  assert.equal((await switchSystem(machine.task(next, { action: "boot" }), machine.world)).status, 0);
  assert.deepEqual([machine.describe(), machine.current, machine.bootDefault], [runsOld, old, next]);
  const other = openMachine(t);
  const tested = await switchSystem(
    other.machine.task(other.next, { action: "test", profile: null }),
    other.machine.world,
  );
  assert.equal(tested.status, 0);
  assert.deepEqual(
    [other.machine.current, other.machine.bootDefault, other.machine.profile, other.machine.journal],
    [other.next, other.old, "", undefined],
  );
});

test("another init waits for a reboot", async (t) => {
  const { machine, old, runsOld } = openMachine(t);
  const next = machine.addSystem("other", { units: { "default.target": target }, init: "systemd 3" });
  const report = await switchSystem(machine.task(next), machine.world);
  assert.deepEqual([report.outcome, report.status], ["needs-reboot", 100]);
  assert.deepEqual([machine.describe(), machine.current, machine.bootDefault], [runsOld, old, next]);
});

/** How many calls a switch makes. */
async function countCalls(t: TestContext, changes: Readonly<Record<string, string>>): Promise<number> {
  const { machine, next } = openMachine(t, changes);
  await switchSystem(machine.task(next), machine.world);
  return machine.calls.length;
}

for (const [title, changes] of [
  ["goes well", {}],
  ["is taken back", { "c.service": service("fails") }],
] as const) {
  test(`a power cut at any moment of a switch that ${title} leaves one system whole`, async (t) => {
    const calls = await countCalls(t, changes);
    for (let at = 0; at < calls; at++) {
      const { machine, old, next } = openMachine(t, changes);
      machine.killAt = at;
      await assert.rejects(switchSystem(machine.task(next), machine.world), Killed);
      machine.start();
      finishInterrupted(undefined, machine.world);
      const where = `before call ${at}`;
      assert.ok([old, next].includes(machine.current), where);
      assert.equal(machine.journal, undefined, where);
      // What boots and what the profile says is the same system, but where the switch had not told anybody of it yet.
      const profile = machine.profile === "" ? old : next;
      assert.equal(machine.bootDefault, profile, where);
      if (Object.keys(changes).length > 0) assert.equal(machine.current, old, where);
    }
  });

  test(`a switch that ${title} and was killed at any moment ends as if it had not been`, async (t) => {
    const calls = await countCalls(t, changes);
    const whole = openMachine(t, changes);
    const expected = await switchSystem(whole.machine.task(whole.next), whole.machine.world);
    const relative = ({ machine }: typeof whole) =>
      [machine.current, machine.bootDefault, machine.profile].map((path) => path.replaceAll(machine.folder, ""));
    for (let at = 0; at < calls; at++) {
      const again = openMachine(t, changes);
      const { machine, next } = again;
      machine.killAt = at;
      await assert.rejects(switchSystem(machine.task(next), machine.world), Killed);
      machine.killAt = Infinity;
      const report = await switchSystem(machine.task(next), machine.world);
      assert.equal(report.outcome, expected.outcome, `before call ${at}: ${machine.calls.join(", ")}`);
      assert.deepEqual(
        [machine.describe(), relative(again)],
        [whole.machine.describe(), relative(whole)],
        `before call ${at}`,
      );
      assert.deepEqual([machine.pending, machine.journal], [{ start: [], restart: [], reload: [] }, undefined]);
    }
  });
}
