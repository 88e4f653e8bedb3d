// The whole of a switch: checks, plan, carrying out, the services' health, and then either the profile and the boot loader move
// to the new system or the machine goes back to the old one. So what a machine boots is always a system that has run. Each
// phase is in the journal before it begins; `finishInterrupted` reads what one that did not end has left.

import type { SwitchPlan } from "./plan.ts";
import { planSwitch } from "./plan.ts";
import { type CarriedOut, carryOut } from "./carry-out.ts";
import type { FailedCheck } from "./health-checks.ts";
import { lostUnits } from "./lost-units.ts";
import type { PendingUnits } from "./pending-units.ts";
import { readSystem, type SystemFiles } from "./read-system.ts";
import type { RunningUnits } from "./running-units.ts";
import type { ServiceManager } from "./service-manager.ts";
import type { SshPlace } from "./ssh-session.ts";
import type { HealthCheck, SwitchDescription } from "./switch-description.ts";
import type { MachineBefore, SwitchJournal, SwitchPhase, SwitchRecord } from "./switch-journal.ts";
import type { StorePlace } from "../store-links.ts";

/** What a switch works on: the running machine, or a test's. */
export interface SwitchWorld {
  readonly store: StorePlace;
  /** The link to the system that runs. */
  readonly currentSystem: string;
  readonly manager: ServiceManager;
  readonly pending: PendingUnits;
  readonly journal: SwitchJournal;
  /** Tells this start of the machine from others. */
  readonly boot: string;
  activate(toplevel: string, action: string): boolean;
  /** A program of the new system, with what it prints; false when it fails. */
  run(program: string, args: readonly string[]): boolean;
  /** Those that fail. */
  check(checks: readonly HealthCheck[], options?: { readonly once: number }): Promise<readonly FailedCheck[]>;
  /** The secure shell by which somebody is here who switches the machine; undefined without one. */
  readonly sshSession: SshPlace | undefined;
  answersSsh(place: SshPlace, seconds: number): Promise<boolean>;
  pause(milliseconds: number): Promise<unknown>;
  /** All of the store is on the disk. */
  syncStore(): void;
  /** The profile's link leads to the generation, on the disk. */
  moveProfile(profile: string, generation: string): void;
  removeGeneration(generation: string): void;
  say(line: string): void;
}

export interface SwitchTask {
  readonly action: "switch" | "boot" | "test" | "check";
  readonly toplevel: string;
  readonly description: SwitchDescription;
  /** The profile that moves when the switch has gone well. */
  readonly profile: SwitchRecord["profile"];
  /** Whether a switch that goes wrong is taken back. */
  readonly rollback: boolean;
  /** Told the plan before anything is done. */
  readonly announce?: (plan: SwitchPlan) => Promise<void>;
}

/**
 * - `done`: the machine runs the new system, or boots it from now on
 * - `refused`: a check before the switch failed, and nothing was done
 * - `needs-reboot`: the running init cannot take over
 * - `failed`: the new system runs, and something of it does not
 * - `rolled-back`: the machine runs what it ran before
 */
export type SwitchOutcome = "done" | "refused" | "needs-reboot" | "failed" | "rolled-back";

export interface SwitchReport {
  readonly outcome: SwitchOutcome;
  /** NixOS's: 0; 1 a check or the boot loader; 2 activation; 3 systemd's files; 4 units; 100 reboot. Firn's: 5 rolled back. */
  readonly status: number;
  /** Units that failed by the switch, and those that had failed before it. */
  readonly failedUnits: readonly string[];
  readonly failedBefore: readonly string[];
  /** Units that ran before, and are started by the new system, and do not run any more. */
  readonly lostUnits: readonly string[];
  readonly failedChecks: readonly FailedCheck[];
  readonly failedUnitStatus: readonly string[];
}

const nothingFailed = {
  failedUnits: [],
  failedBefore: [],
  lostUnits: [],
  failedChecks: [],
  failedUnitStatus: [],
} as const;

/** How long a check of the old system may take before the switch, in seconds. */
const baselineTime = 5;

/** A service that dies at its start does so after systemd has said that it runs. So it is looked at again, in milliseconds. */
const secondLook = 2000;

/** How long the secure shell may take to answer after the switch, in seconds. */
const sshTime = 20;

export async function switchSystem(task: SwitchTask, world: SwitchWorld): Promise<SwitchReport> {
  const { action, toplevel, description } = task;
  const runsUnits = action === "switch" || action === "test";
  // systemd answers while files are read, where no check before the switch could change what it says.
  const asked = runsUnits && description.preSwitchCheck === null ? world.manager.units() : undefined;
  const current = readSystem(world.currentSystem, world.store);
  if (description.preSwitchCheck !== null && !world.run(description.preSwitchCheck, [current.toplevel, action])) {
    if (task.profile?.isNew === true) world.removeGeneration(task.profile.generation);
    return { ...nothingFailed, outcome: "refused", status: 1 };
  }
  if (action === "check") return { ...nothingFailed, outcome: "done", status: 0 };
  // A switch that was interrupted began with another system, and with units that had not failed by it yet.
  const interrupted = finishInterrupted(task, world);
  const lastGood = interrupted?.from ?? current.toplevel;
  world.syncStore();

  if (action === "boot") {
    if (commit(recordOf(task, lastGood, nothingBefore, world), world))
      return { ...nothingFailed, outcome: "done", status: 0 };
    if (task.profile?.isNew === true) world.removeGeneration(task.profile.generation);
    world.journal.close();
    return { ...nothingFailed, outcome: "refused", status: 1 };
  }

  // A switch to what runs already reads it once.
  const next = toplevel === current.toplevel ? current : readSystem(toplevel, world.store);
  const { running: before } = await (asked ?? world.manager.units());
  const unfinished = {
    start: world.pending.read("start"),
    restart: world.pending.read("restart"),
    reload: world.pending.read("reload"),
  };
  const plan = planSwitch({ old: current, new: next, running: before, unfinished });
  await task.announce?.(plan);
  if (plan.incompatibleInit) {
    const moved = action !== "switch" || commit(recordOf(task, lastGood, nothingBefore, world), world);
    return { ...nothingFailed, outcome: "needs-reboot", status: moved ? 100 : 1 };
  }

  const { sshSession } = world;
  const [ailing, hadSsh] = await Promise.all([
    world.check(description.healthChecks, { once: baselineTime }),
    sshSession !== undefined && world.answersSsh(sshSession, baselineTime),
  ]);
  const machineBefore = interrupted?.before ?? {
    ran: unitsThatRun(before),
    failed: failedUnits(before),
    unhealthy: ailing.map(({ check }) => check.unit),
  };
  const [failedBefore, ailedBefore] = [new Set(machineBefore.failed), new Set(machineBefore.unhealthy)];
  const record = recordOf(task, lastGood, machineBefore, world);
  const enter = (phase: SwitchPhase): void => world.journal.write({ ...record, phase });
  const result = await carryOut({
    plan,
    system: next,
    before,
    manager: world.manager,
    pending: world.pending,
    activate: () => world.activate(toplevel, action),
    say: (line) => world.say(line),
    enter,
  });

  // What does not start needs no check of its health.
  const worthChecking = description.healthChecks.filter(({ unit }) => !result.failed.includes(unit));
  const isTouched = result.touched.size > 0;
  if (isTouched || worthChecking.length > 0) enter("checking");
  const [unhealthy, hasSsh] = await Promise.all([
    world.check(worthChecking),
    sshSession === undefined || !hadSsh || !isTouched || world.answersSsh(sshSession, sshTime),
    isTouched ? world.pause(secondLook) : undefined,
  ]);
  const failedChecks = [
    ...unhealthy.filter(({ check }) => !ailedBefore.has(check.unit) || result.touched.has(check.unit)),
    ...(sshSession === undefined || hasSsh ? [] : [sshLost(sshSession)]),
  ];
  const after = isTouched ? (await world.manager.units()).running : undefined;
  const failing = [...new Set([...result.failed, ...(after === undefined ? [] : failedUnits(after))])].toSorted();
  const failed = failing.filter((unit) => !failedBefore.has(unit));
  const lost =
    after === undefined
      ? []
      : lostUnits({ ran: machineBefore.ran, after, folder: next.units, touched: result.touched });
  const report = {
    failedUnits: failed,
    failedBefore: failing.filter((unit) => failedBefore.has(unit)),
    lostUnits: lost.filter((unit) => !failed.includes(unit)),
    failedChecks,
    failedUnitStatus: failed.map((unit) => world.manager.status(unit)),
  };
  const status = statusOf(result, report);
  const mayGoBack = task.rollback && description.rollback && lastGood !== next.toplevel;
  if (status === 0) {
    // What does not concern the boot has nothing more to do.
    if (action === "test") world.journal.close();
    if (action === "test" || commit(record, world)) {
      return { ...report, outcome: "done", status: report.failedBefore.length > 0 ? 4 : 0 };
    }
    world.say("the boot loader could not be installed");
    if (!mayGoBack) {
      world.journal.close();
      return { ...report, outcome: "failed", status: 1 };
    }
    await rollBack(task, record, next, world);
    return { ...report, outcome: "rolled-back", status: 1 };
  }
  if (mayGoBack) {
    tellFailure(report, world);
    await rollBack(task, record, next, world);
    return { ...report, outcome: "rolled-back", status: 5 };
  }
  tellFailure(report, world);
  // As in NixOS: the new system is the one that the machine boots, whatever failed.
  const moved = action !== "switch" || commit(record, world);
  world.journal.close();
  return { ...report, outcome: "failed", status: moved ? status : 1 };
}

/**
 * What an interrupted switch has left: from `committing` on it is finished, before that its generation goes. Gives the system
 * that the machine ran before, if it was in this start of the machine and the units may be a mixture of both.
 */
export function finishInterrupted(
  task: Pick<SwitchTask, "profile"> | undefined,
  world: SwitchWorld,
): SwitchRecord | undefined {
  const record = world.journal.read();
  if (record === undefined) return undefined;
  const { profile } = record;
  if (record.phase === "committing") {
    world.say(`finishing the switch to ${record.to}, which was interrupted`);
    finishCommit(record, world);
    return undefined;
  }
  const sameBoot = record.boot === world.boot;
  world.say(
    sameBoot
      ? `the switch to ${record.to} was interrupted while ${record.phase}; what it left undone is done now`
      : `the switch to ${record.to} was interrupted while ${record.phase}; the machine has started with what it had before`,
  );
  if (profile?.isNew === true && profile.generation !== task?.profile?.generation)
    world.removeGeneration(profile.generation);
  world.journal.close();
  return sameBoot ? record : undefined;
}

const nothingBefore: MachineBefore = { ran: [], failed: [], unhealthy: [] };

type BeginningOfRecord = Omit<SwitchRecord, "phase">;

function recordOf(task: SwitchTask, from: string, before: MachineBefore, world: SwitchWorld): BeginningOfRecord {
  const { toplevel: to, profile } = task;
  return { from, to, boot: world.boot, profile, loader: task.description.installBootLoader, before };
}

/** The machine boots the new system from now on. False when the boot loader refused, and then nothing has moved. */
function commit(beginning: BeginningOfRecord, world: SwitchWorld): boolean {
  const record: SwitchRecord = { ...beginning, phase: "committing" };
  world.journal.write(record);
  return finishCommit(record, world);
}

function finishCommit(record: SwitchRecord, world: SwitchWorld): boolean {
  const { profile, loader } = record;
  if (loader !== null && !world.run(loader, [record.to])) return false;
  if (profile !== null) world.moveProfile(profile.path, profile.generation);
  world.journal.close();
  return true;
}

function sshLost({ address, port }: SshPlace): FailedCheck {
  return {
    check: { unit: "sshd.service", script: "", timeout: sshTime },
    reason: `it does not answer at ${address} port ${port} any more, by which this switch came`,
  };
}

type Findings = Pick<SwitchReport, "failedUnits" | "lostUnits" | "failedChecks" | "failedUnitStatus">;

function statusOf(result: CarriedOut, { failedUnits: failed, lostUnits: lost, failedChecks }: Findings): number {
  if (failed.length > 0 || lost.length > 0 || failedChecks.length > 0) return 4;
  if (!result.activated) return 2;
  return result.filesRead ? 0 : 3;
}

function failedUnits(units: RunningUnits): string[] {
  return [...units].flatMap(([unit, { state, detail }]) =>
    state === "failed" || detail === "auto-restart" ? [unit] : [],
  );
}

function tellFailure(report: Findings, world: SwitchWorld): void {
  if (report.failedUnits.length > 0) {
    world.say(`warning: the following units failed: ${report.failedUnits.join(", ")}`);
    for (const status of report.failedUnitStatus) for (const line of status.split("\n")) world.say(line);
  }
  if (report.lostUnits.length > 0) {
    world.say(`warning: the following units ran before and do not any more: ${report.lostUnits.join(", ")}`);
  }
  for (const { check, reason } of report.failedChecks) {
    world.say(`warning: ${check.unit} is not healthy after ${check.timeout} s: ${reason}`);
  }
}

function unitsThatRun(units: RunningUnits): string[] {
  return [...units].flatMap(([unit, { state }]) =>
    state === "active" && /\.(?:service|socket|timer|path)$/.test(unit) ? [unit] : [],
  );
}

/** Back to the system that the record began with, and all that ran then. */
async function rollBack(
  task: SwitchTask,
  record: BeginningOfRecord,
  from: SystemFiles,
  world: SwitchWorld,
): Promise<void> {
  world.say(`switching back to ${record.from}`);
  const { running } = await world.manager.units();
  // What the new system brought down is no longer active, and would be overlooked.
  const old = readSystem(record.from, world.store);
  const isItsOwn = (unit: string): boolean =>
    old.units.units.has(unit) || old.units.units.has(unit.replace(/@[^.]*\./, "@."));
  const lost = record.before.ran.filter((unit) => running.get(unit)?.state !== "active" && isItsOwn(unit));
  const plan = planSwitch({ old: from, new: old, running, unfinished: { start: lost } });
  const result = await carryOut({
    plan,
    system: old,
    before: running,
    manager: world.manager,
    pending: world.pending,
    activate: () => world.activate(record.from, task.action),
    say: (line) => world.say(line),
    enter: () => world.journal.write({ ...record, phase: "rolling back" }),
  });
  if (task.profile?.isNew === true) world.removeGeneration(task.profile.generation);
  world.journal.close();
  const failed = result.failed.filter((unit) => !record.before.failed.includes(unit));
  if (failed.length > 0) world.say(`warning: back in the old system, these units fail: ${failed.join(", ")}`);
}
