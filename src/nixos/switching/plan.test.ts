import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describePlan, explainPlan } from "./describe-plan.ts";
import { parseFstab } from "./fstab.ts";
import { planSwitch, type SwitchPlan, type SwitchRule, type UnitAction, type Unfinished } from "./plan.ts";
import type { SystemFiles, UnitEntry, UnitFolder } from "./read-system.ts";
import { assumeRunning, parseRunningUnits, parseUnitList } from "./running-units.ts";

/** Files by name: text, or null for a link to /dev/null; `UNIT.d/FILE.conf` is a drop-in. */
type Files = Readonly<Record<string, string | null>>;

interface Machine {
  readonly files?: Files;
  readonly fstab?: string;
  readonly init?: string;
  readonly parts?: Readonly<Record<string, string>>;
}

function folderOf(files: Files): UnitFolder {
  const units = new Map<string, UnitEntry>();
  const dropIns = new Map<string, UnitEntry[]>();
  for (const [name, text] of Object.entries(files)) {
    const entry: UnitEntry = text === null ? { kind: "masked" } : { kind: "file", text };
    const unit = /^(.*)\.d\//.exec(name)?.[1];
    if (unit === undefined) units.set(name, entry);
    else dropIns.set(unit, [...(dropIns.get(unit) ?? []), entry]);
  }
  return { units, dropIns, pulledIn: new Map(), aliases: new Map() };
}

function systemOf(name: string, { files = {}, fstab = "", init = "systemd 2", parts = {} }: Machine): SystemFiles {
  return {
    toplevel: `/nix/store/${name}`,
    units: folderOf(files),
    fstab: parseFstab(fstab),
    initInterface: init,
    parts: new Map(Object.entries(parts)),
  };
}

function plan(before: Machine, after: Machine, active: readonly string[], unfinished: Unfinished = {}): SwitchPlan {
  const running = new Map(
    active.map((unit) => [unit, { state: "active", fragmentPath: `/etc/systemd/system/${unit}` }] as const),
  );
  return planSwitch({ old: systemOf("old", before), new: systemOf("new", after), running, unfinished });
}

const service = (lines = "", unit = ""): string => `[Unit]\n${unit}\n[Service]\nExecStart=/bin/a\n${lines}\n`;

interface Case {
  readonly title: string;
  readonly unit?: string;
  readonly before: string | null | Files;
  readonly after: string | null | Files | undefined;
  readonly rule: SwitchRule;
  readonly actions: readonly UnitAction[];
}

const changed = "Environment=A=2";
const cases: readonly Case[] = [
  { title: "the same unit stays", before: service(), after: service(), rule: "unchanged", actions: [] },
  {
    title: "a changed service stops and starts",
    before: service(),
    after: service(changed),
    rule: "stop-and-start",
    actions: ["stop", "start"],
  },
  {
    title: "a restart trigger is a change like any other",
    before: service("", "X-Restart-Triggers=/nix/store/a"),
    after: service("", "X-Restart-Triggers=/nix/store/b"),
    rule: "stop-and-start",
    actions: ["stop", "start"],
  },
  {
    title: "X-StopIfChanged=false restarts in place",
    before: service(),
    after: service(`${changed}\nX-StopIfChanged=false`),
    rule: "restart-in-place",
    actions: ["restart"],
  },
  {
    title: "X-RestartIfChanged=false is not stopped",
    before: service(),
    after: service(`${changed}\nX-RestartIfChanged=false`),
    rule: "no-restart-if-changed",
    actions: ["skip"],
  },
  {
    title: "X-ReloadIfChanged=true reloads",
    before: service(),
    after: service(`${changed}\nX-ReloadIfChanged=true`),
    rule: "reload-if-changed",
    actions: ["reload"],
  },
  {
    title: "X-ReloadIfChanged goes before X-RestartIfChanged",
    before: service(),
    after: service(`X-ReloadIfChanged=true\nX-RestartIfChanged=false`),
    rule: "reload-if-changed",
    actions: ["reload"],
  },
  {
    title: "a changed reload trigger reloads",
    before: service("", "X-Reload-Triggers=/nix/store/a"),
    after: service("", "X-Reload-Triggers=/nix/store/b"),
    rule: "reload-triggers",
    actions: ["reload"],
  },
  {
    title: "a new reload trigger reloads",
    before: service(),
    after: service("", "X-Reload-Triggers=/nix/store/b"),
    rule: "reload-triggers",
    actions: ["reload"],
  },
  {
    title: "a reload trigger that goes does nothing",
    before: service("", "X-Reload-Triggers=/nix/store/a"),
    after: service(),
    rule: "nothing-that-matters",
    actions: [],
  },
  {
    title: "a reload trigger beside a real change restarts",
    before: service("", "X-Reload-Triggers=/a"),
    after: service(changed, "X-Reload-Triggers=/b"),
    rule: "stop-and-start",
    actions: ["stop", "start"],
  },
  {
    title: "another ExecReload reloads",
    before: service("ExecReload=/bin/a"),
    after: service("ExecReload=/bin/b"),
    rule: "reload-triggers",
    actions: ["reload"],
  },
  {
    title: "an ExecReload that goes does nothing",
    before: service("ExecReload=/bin/a"),
    after: service(),
    rule: "nothing-that-matters",
    actions: [],
  },
  {
    title: "a description does not count",
    before: service("", "Description=a"),
    after: service("", "Description=b"),
    rule: "nothing-that-matters",
    actions: [],
  },
  {
    title: "what comes on failure does not count",
    before: service(),
    after: service("", "OnFailure=mail.service"),
    rule: "nothing-that-matters",
    actions: [],
  },
  {
    title: "[Install] does not count",
    before: service(),
    after: `${service()}[Install]\nWantedBy=multi-user.target\n`,
    rule: "nothing-that-matters",
    actions: [],
  },
  {
    title: "comments and the order of keys do not count",
    before: "[Service]\nA=1\nB=2\n",
    after: "[Service]\n# what for\nB=2\nA=1\n",
    rule: "nothing-that-matters",
    actions: [],
  },
  {
    title: "the order of one key's values counts",
    before: "[Service]\nA=1\nA=2\n",
    after: "[Service]\nA=2\nA=1\n",
    rule: "stop-and-start",
    actions: ["stop", "start"],
  },
  {
    title: "a new section counts",
    before: service(),
    after: `${service()}[Slice]\nA=1\n`,
    rule: "stop-and-start",
    actions: ["stop", "start"],
  },
  {
    title: "RefuseManualStop is not stopped",
    before: service(),
    after: service(changed, "RefuseManualStop=true"),
    rule: "refuse-manual-stop",
    actions: ["skip"],
  },
  {
    title: "X-OnlyManualStart is not stopped",
    before: service(),
    after: service(changed, "X-OnlyManualStart=true"),
    rule: "only-manual-start",
    actions: ["skip"],
  },
  { title: "a unit that is gone stops", before: service(), after: undefined, rule: "removed", actions: ["stop"] },
  { title: "a unit that is masked stops", before: service(), after: null, rule: "masked", actions: ["stop"] },
  {
    title: "X-StopOnRemoval=false stays",
    before: service("", "X-StopOnRemoval=false"),
    after: undefined,
    rule: "kept-on-removal",
    actions: [],
  },
  {
    title: "a changed timer restarts in place",
    unit: "a.timer",
    before: "[Timer]\nOnCalendar=daily\n",
    after: "[Timer]\nOnCalendar=hourly\n",
    rule: "restart-in-place",
    actions: ["restart"],
  },
  {
    title: "a changed socket is left alone",
    unit: "a.socket",
    before: "[Socket]\nListenStream=1\n",
    after: "[Socket]\nListenStream=2\n",
    rule: "socket",
    actions: [],
  },
  {
    title: "a changed path is left to systemd",
    unit: "a.path",
    before: "[Path]\nPathExists=/a\n",
    after: "[Path]\nPathExists=/b\n",
    rule: "applied-by-reload",
    actions: [],
  },
  {
    title: "a changed slice is left to systemd",
    unit: "a.slice",
    before: "[Slice]\nMemoryMax=1G\n",
    after: "[Slice]\nMemoryMax=2G\n",
    rule: "applied-by-reload",
    actions: [],
  },
  {
    title: "a changed mount restarts",
    unit: "srv.mount",
    before: "[Mount]\nWhat=a\n",
    after: "[Mount]\nWhat=b\n",
    rule: "mount",
    actions: ["restart"],
  },
  {
    title: "other options of a mount reload it",
    unit: "srv.mount",
    before: "[Mount]\nWhat=a\nOptions=ro\n",
    after: "[Mount]\nWhat=a\nOptions=rw\n",
    rule: "reload-triggers",
    actions: ["reload"],
  },
  {
    title: "the root is only remounted",
    unit: "-.mount",
    before: "[Mount]\nWhat=a\n",
    after: "[Mount]\nWhat=b\n",
    rule: "mount-in-use",
    actions: ["reload"],
  },
  {
    title: "/nix is only remounted",
    unit: "nix.mount",
    before: "[Mount]\nWhat=a\n",
    after: "[Mount]\nWhat=b\n",
    rule: "mount-in-use",
    actions: ["reload"],
  },
  {
    title: "an active target starts again",
    unit: "multi-user.target",
    before: "[Unit]\n",
    after: "[Unit]\n",
    rule: "target",
    actions: ["start"],
  },
  {
    title: "a target that refuses is not started",
    unit: "a.target",
    before: "[Unit]\n",
    after: "[Unit]\nRefuseManualStart=true\n",
    rule: "target-not-started",
    actions: [],
  },
  {
    title: "a target for hand only is not started",
    unit: "a.target",
    before: "[Unit]\n",
    after: "[Unit]\nX-OnlyManualStart=true\n",
    rule: "target-not-started",
    actions: [],
  },
  {
    title: "a machine is not put to sleep",
    unit: "suspend.target",
    before: "[Unit]\n",
    after: "[Unit]\n",
    rule: "target-not-started",
    actions: [],
  },
  {
    title: "a drop-in that changes restarts",
    before: { "a.service": service(), "a.service.d/overrides.conf": "[Service]\nA=1\n" },
    after: { "a.service": service(), "a.service.d/overrides.conf": "[Service]\nA=2\n" },
    rule: "stop-and-start",
    actions: ["stop", "start"],
  },
  {
    title: "a drop-in that only says the same again after taking it back is no change",
    before: service(),
    after: { "a.service": service(), "a.service.d/x.conf": "[Service]\nExecStart=\nExecStart=/bin/a\n" },
    rule: "nothing-that-matters",
    actions: [],
  },
  {
    title: "an instance follows its template",
    unit: "a@tty1.service",
    before: { "a@.service": service() },
    after: { "a@.service": service(changed) },
    rule: "stop-and-start",
    actions: ["stop", "start"],
  },
  {
    title: "an instance's own file goes before its template's",
    unit: "a@1.service",
    before: { "a@.service": service(), "a@1.service": service() },
    after: { "a@.service": service(changed), "a@1.service": service() },
    rule: "unchanged",
    actions: [],
  },
  {
    title: "an instance without its template stops",
    unit: "a@1.service",
    before: { "a@.service": service() },
    after: {},
    rule: "removed",
    actions: ["stop"],
  },
  {
    title: "an instance that only drop-ins made stops with them",
    unit: "a@1.service",
    before: { "a@.service": service(), "a@1.service.d/overrides.conf": "[Service]\nA=1\n" },
    after: { "a@.service": service() },
    rule: "removed",
    actions: ["stop"],
  },
  {
    title: "a masked drop-in of an instance is none",
    unit: "a@1.service",
    before: { "a@.service": service(), "a@1.service.d/overrides.conf": "[Service]\nA=1\n" },
    after: { "a@.service": service(), "a@1.service.d/overrides.conf": null },
    rule: "removed",
    actions: ["stop"],
  },
  {
    title: "an instance's drop-in counts",
    unit: "a@1.service",
    before: { "a@.service": service(), "a@1.service.d/o.conf": "[Service]\nA=1\n" },
    after: { "a@.service": service(), "a@1.service.d/o.conf": "[Service]\nA=2\n" },
    rule: "stop-and-start",
    actions: ["stop", "start"],
  },
];

describe("each unit is treated by its rule", () => {
  for (const { title, unit = "a.service", before, after, rule, actions } of cases) {
    test(title, () => {
      const filesOf = (given: Case["after"]): Files =>
        given === undefined ? {} : typeof given === "object" && given !== null ? given : { [unit]: given };
      const { decisions } = plan({ files: filesOf(before) }, { files: filesOf(after) }, [unit]);
      assert.deepEqual(decisions, [{ unit, rule, actions }]);
    });
  }
});

test("a socket-activated service stops with its socket, and only the socket starts", () => {
  const files = (lines = ""): Files => ({ "a.service": service(lines), "a.socket": "[Socket]\nListenStream=1\n" });
  const { units } = plan({ files: files() }, { files: files(changed) }, ["a.service", "a.socket"]);
  assert.deepEqual(units, { stop: ["a.service", "a.socket"], start: ["a.socket"], restart: [], reload: [], skip: [] });
});

test("X-NotSocketActivated starts the service as well", () => {
  const files = (lines = ""): Files => ({
    "a.service": service(`X-NotSocketActivated=true\n${lines}`),
    "a.socket": "[Socket]\nListenStream=1\n",
  });
  const { units } = plan({ files: files() }, { files: files(changed) }, ["a.service", "a.socket"]);
  assert.deepEqual(
    [units.stop, units.start],
    [
      ["a.service", "a.socket"],
      ["a.service", "a.socket"],
    ],
  );
});

test("a service that gets a socket is left for it to start", () => {
  const after = { "a.service": service(changed), "a.socket": "[Socket]\nListenStream=1\n" };
  const { units } = plan({ files: { "a.service": service() } }, { files: after }, ["a.service"]);
  assert.deepEqual([units.stop, units.start], [["a.service"], []]);
});

test("a service whose socket goes starts itself", () => {
  const before = { "a.service": service(), "a.socket": "[Socket]\nListenStream=1\n" };
  const { units } = plan({ files: before }, { files: { "a.service": service(changed) } }, ["a.service", "a.socket"]);
  assert.deepEqual([units.stop, units.start], [["a.service", "a.socket"], ["a.service"]]);
});

test("a service names its sockets by Sockets=, an instance has its template's", () => {
  const named = (lines = ""): Files => ({
    "a.service": service(`Sockets=x.socket y.socket\n${lines}`),
    "x.socket": "",
    "y.socket": "",
  });
  const first = plan({ files: named() }, { files: named(changed) }, ["a.service", "x.socket", "y.socket"]);
  assert.deepEqual(first.units.start, ["x.socket", "y.socket"]);
  const instance = (lines = ""): Files => ({ "a@.service": service(lines), "a.socket": "[Socket]\nAccept=yes\n" });
  const second = plan({ files: instance() }, { files: instance(changed) }, ["a@1.service", "a.socket"]);
  assert.deepEqual([second.units.stop, second.units.start], [["a.socket", "a@1.service"], ["a.socket"]]);
});

test("X-StopOnReconfiguration stops a target before it starts again, and neither is told", () => {
  const files = { "a.target": "[Unit]\nX-StopOnReconfiguration=true\n" };
  const made = plan({ files }, { files }, ["a.target"]);
  assert.deepEqual([made.units.stop, made.units.start], [["a.target"], ["a.target"]]);
  assert.deepEqual(describePlan(made), ["would activate the configuration..."]);
});

test("units that are not active, or not from the system's folder, are left alone", () => {
  const running = new Map([
    ["failed.service", { state: "failed", fragmentPath: "/etc/systemd/system/failed.service" }],
    ["generated.service", { state: "active", fragmentPath: "/run/systemd/generator/generated.service" }],
    ["bare.device", { state: "active", fragmentPath: "" }],
  ]);
  const files = { "failed.service": service(), "generated.service": service() };
  const { decisions } = planSwitch({ old: systemOf("a", { files }), new: systemOf("b", {}), running });
  assert.deepEqual(decisions, []);
});

describe("what fstab says about mounts and swaps", () => {
  const root = "/dev/a / ext4 rw 0 1\n";
  const table: readonly [title: string, before: string, after: string, decisions: SwitchPlan["decisions"]][] = [
    ["nothing new", `${root}/dev/b /srv ext4 rw 0 2\n`, `# the same\n${root}/dev/b  /srv\text4 rw 0 2\n`, []],
    [
      "gone",
      "/dev/b /srv/a\\040b ext4 rw 0 2\n",
      "",
      [{ unit: "srv-a\\x20b.mount", rule: "mount-removed", actions: ["stop"] }],
    ],
    [
      "gone, mounted on demand",
      "h:/x /net nfs rw,x-systemd.automount 0 0\n",
      "",
      [{ unit: "net.automount", rule: "mount-removed", actions: ["stop"] }],
    ],
    [
      "another device",
      "/dev/b /srv ext4 rw 0 2\n",
      "/dev/c /srv ext4 rw 0 2\n",
      [{ unit: "srv.mount", rule: "mount-changed", actions: ["restart"] }],
    ],
    [
      "another type",
      "/dev/b /srv ext4 rw 0 2\n",
      "/dev/b /srv xfs rw 0 2\n",
      [{ unit: "srv.mount", rule: "mount-changed", actions: ["restart"] }],
    ],
    [
      "other options",
      "/dev/b /srv ext4 rw 0 2\n",
      "/dev/b /srv ext4 ro 0 2\n",
      [{ unit: "srv.mount", rule: "mount-options", actions: ["reload"] }],
    ],
    [
      "another device for the root",
      root,
      "/dev/z / ext4 rw 0 1\n",
      [{ unit: "-.mount", rule: "mount-changed-in-use", actions: ["skip"] }],
    ],
    [
      "another device and options for /nix",
      "/dev/a /nix ext4 rw\n",
      "/dev/b /nix ext4 ro\n",
      [{ unit: "nix.mount", rule: "mount-changed-in-use", actions: ["reload"] }],
    ],
    ["a new mount", "", "/dev/b /srv ext4 rw 0 2\n", []],
  ];
  for (const [title, before, after, decisions] of table) {
    test(title, () => assert.deepEqual(plan({ fstab: before }, { fstab: after }, []).decisions, decisions));
  }
  test("a swap that is gone", () => {
    const made = plan(
      { fstab: "/dev/s none swap defaults\n/dev/t none swap pri=1\n" },
      { fstab: "/dev/t none swap pri=2\n" },
      [],
    );
    assert.deepEqual(made.swapsToStop, ["/dev/s"]);
    assert.deepEqual(describePlan(made)[0], "would stop swap device: /dev/s");
  });
});

test("what an interrupted switch left over is done now, and nothing is reloaded that starts anew", () => {
  const made = plan({}, {}, [], { start: ["a.service"], restart: ["b.service"], reload: ["b.service", "c.service"] });
  assert.deepEqual(
    [made.units.start, made.units.restart, made.units.reload],
    [["a.service"], ["b.service"], ["c.service"]],
  );
});

test("the plan is told in NixOS's words and order", () => {
  const made = plan(
    {
      files: {
        "B.service": service(),
        "a.service": service(),
        "gone.service": service(),
        "kept.service": service(),
        "rel.service": service("ExecReload=/bin/a"),
        "res.service": service(),
      },
      parts: { systemd: "/nix/store/x", kernel: "/nix/store/k1", initrd: "/nix/store/i" },
    },
    {
      files: {
        "B.service": service(changed),
        "a.service": service(changed),
        "kept.service": service(`${changed}\nX-RestartIfChanged=false`),
        "rel.service": service("ExecReload=/bin/b"),
        "res.service": service(`${changed}\nX-StopIfChanged=false`),
      },
      parts: { systemd: "/nix/store/y", kernel: "/nix/store/k2", initrd: "/nix/store/i" },
    },
    ["B.service", "a.service", "gone.service", "kept.service", "rel.service", "res.service"],
  );
  assert.deepEqual(describePlan(made), [
    "would stop the following units: a.service, B.service, gone.service",
    "would NOT stop the following changed units: kept.service",
    "would activate the configuration...",
    "would restart systemd",
    "would reload the following units: rel.service",
    "would restart the following units: res.service",
    "would start the following units: a.service, B.service",
  ]);
  assert.deepEqual(made.afterReboot, ["kernel"]);
  assert.deepEqual(explainPlan(made).slice(2, 4), [
    "gone.service: stop, because the new system does not have it",
    "kept.service: do not stop, because it has changed, but X-RestartIfChanged=false",
  ]);
});

test("an init that cannot take over leaves everything to a reboot", () => {
  const made = plan({ init: "systemd 1" }, { init: "systemd 2" }, []);
  assert.match(
    Buffer.from(describePlan(made)[0] ?? "", "latin1").toString(),
    /^Warning: the new NixOS configuration has an ‘init’/,
  );
});

test("a unit that both systems have from one place is the same, without being read", () => {
  const unread = (place: string): UnitEntry => ({
    kind: "file",
    place,
    get text(): string {
      throw new Error(`${place} was read`);
    },
  });
  const systemWith = (place: string): SystemFiles => {
    return { ...systemOf("any", {}), units: { ...folderOf({}), units: new Map([["a.service", unread(place)]]) } };
  };
  const running = new Map([["a.service", { state: "active", fragmentPath: "/etc/systemd/system/a.service" }]]);
  const { decisions } = planSwitch({ old: systemWith("/nix/store/a"), new: systemWith("/nix/store/a"), running });
  assert.deepEqual(decisions, [{ unit: "a.service", rule: "unchanged", actions: [] }]);
  assert.throws(
    () => planSwitch({ old: systemWith("/nix/store/a"), new: systemWith("/nix/store/b"), running }),
    /was read/,
  );
});

test("systemctl's answer is read: what is inactive, or follows another unit, does not run", () => {
  const running = parseRunningUnits(
    "Id=a.service\nFollowing=\nActiveState=active\nFragmentPath=/etc/systemd/system/a.service\n\n" +
      "Id=b.service\nFollowing=\nActiveState=inactive\nFragmentPath=\n\n" +
      "Id=c.device\nFollowing=d.device\nActiveState=active\n",
  );
  assert.deepEqual([...running], [["a.service", { state: "active", fragmentPath: "/etc/systemd/system/a.service" }]]);
  assert.throws(() => parseRunningUnits("UNIT LOAD\na b\n"), /no record of units: .* near 'UNIT LOAD'/);
});

test("systemd's list of units is read, with what a unit does in detail", () => {
  const record = (unit: string, active: string, sub: string) => ({ unit, load: "loaded", active, sub });
  const list = [
    record("a.service", "active", "running"),
    record("b.service", "inactive", "dead"),
    record("c@1.service", "activating", "auto-restart"),
  ];
  const { running, hasJobs } = parseUnitList(JSON.stringify(list));
  assert.deepEqual(
    [...running].map(([unit, { state, detail }]) => [unit, state, detail]),
    [
      ["a.service", "active", "running"],
      ["c@1.service", "activating", "auto-restart"],
    ],
  );
  assert.equal(hasJobs, false);
  const withJobs = list.map((one) => ({ ...one, job: one.unit === "b.service" ? "start" : null }));
  assert.equal(parseUnitList(JSON.stringify(withJobs)).hasJobs, true);
  for (const text of ["a.service loaded active running", '{"unit":"a.service"}', '[{"unit":"a.service"}]']) {
    assert.throws(() => parseUnitList(text), /no list of units/);
  }
});

test("without a machine, what the default target pulls in is taken to run", () => {
  const folder: UnitFolder = {
    ...folderOf({
      "default.target": "[Unit]\nRequires=basic.target\n",
      "multi-user.target": "[Unit]\nRequires=basic.target\n",
      "basic.target": "[Unit]\n",
      "getty@.service": service(),
      "off.service": null,
      "idle.service": service(),
    }),
    pulledIn: new Map([["multi-user.target", ["getty@tty1.service", "off.service"]]]),
    aliases: new Map([["default.target", "multi-user.target"]]),
  };
  assert.deepEqual([...assumeRunning(folder).keys()], ["multi-user.target", "basic.target", "getty@tty1.service"]);
});
