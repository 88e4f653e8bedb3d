// Carries out the plan of a switch on a running machine: stops what has to go, activates the new system, lets systemd read
// its files, then reloads, restarts and starts; in NixOS's order and words. It decides nothing but about units that
// activation steps ask for, and takes nothing back.

import { setTimeout as pause } from "node:timers/promises";
import { decideAskedFor, type SwitchPlan } from "./plan.ts";
import { type PendingUnits, pendingKinds } from "./pending-units.ts";
import type { SystemFiles } from "./read-system.ts";
import type { RunningUnits } from "./running-units.ts";
import type { ServiceManager } from "./service-manager.ts";
import type { SwitchPhase } from "./switch-journal.ts";

export interface CarryOutRequest {
  readonly plan: SwitchPlan;
  /** The new system. */
  readonly system: SystemFiles;
  /** What ran before. */
  readonly before: RunningUnits;
  readonly manager: ServiceManager;
  readonly pending: PendingUnits;
  /** Runs the new system's activation; false when a step of it failed. */
  readonly activate: () => boolean;
  /** A line for people, as a byte string. */
  readonly say: (line: string) => void;
  /** Told before a phase begins. */
  readonly enter: (phase: SwitchPhase) => void;
}

export interface CarriedOut {
  readonly activated: boolean;
  /** systemd and its users' managers have read the new files. */
  readonly filesRead: boolean;
  /** Units that the switch stopped, reloaded, restarted or started, without targets. */
  readonly touched: ReadonlySet<string>;
  /** Units whose reload, restart or start failed, or that are failed now, by name. */
  readonly failed: readonly string[];
}

/** How long the last jobs may take to end, in milliseconds, and how often that is looked at. */
const settleTime = 90_000;
const settleInterval = 250;

export async function carryOut(request: CarryOutRequest): Promise<CarriedOut> {
  const { plan, system, before, manager, pending, activate, say, enter } = request;
  const list = (words: string, units: readonly string[]): void => {
    const told = units.filter((unit) => !plan.untold.has(unit));
    if (told.length > 0) say(`${words}: ${told.join(", ")}`);
  };
  const work = { start: [...plan.units.start], restart: [...plan.units.restart], reload: [...plan.units.reload] };
  const add = (kind: keyof typeof work, unit: string): void => {
    if (work[kind].includes(unit)) return;
    work[kind].push(unit);
    pending.add(kind, [unit]);
  };

  const readFilesAt = manager.readFilesAt();
  const stopsAnything = plan.units.stop.length > 0 || plan.swapsToStop.length > 0;
  enter(stopsAnything ? "stopping" : "activating");
  for (const kind of pendingKinds) {
    const known = new Set(pending.read(kind));
    pending.add(
      kind,
      work[kind].filter((unit) => !known.has(unit)),
    );
  }
  list("stopping the following units", plan.units.stop);
  manager.command("stop", plan.units.stop);
  for (const device of plan.swapsToStop) {
    say(`stopping swap device: ${device}`);
    manager.stopSwap(device);
  }
  list("NOT restarting the following changed units", plan.units.skip);

  if (stopsAnything) enter("activating");
  say("activating the configuration...");
  const activated = activate();

  enter("starting");
  const skipped: string[] = [];
  for (const unit of pending.takeAsked("restart")) {
    const decision = decideAskedFor(unit, system.units, before);
    if (decision === "skip") skipped.push(unit);
    else add(decision, unit);
  }
  for (const unit of pending.takeAsked("reload")) if (!work.restart.includes(unit)) add("reload", unit);
  list("NOT restarting the following changed units", skipped);
  if (plan.restartSystemd) {
    say("restarting systemd...");
    manager.reexecute();
  }
  // What failed before must not be taken for a failure of this switch.
  if (plan.units.stop.length > 0 || hasFailures(before)) manager.forgetFailures();
  let filesRead = (!plan.restartSystemd && !manager.filesChangedSince(await readFilesAt)) || manager.reloadFiles();
  if (plan.createTemporaryFiles) filesRead = manager.createTemporaryFiles() && filesRead;
  if (plan.reloadUserManagers) {
    for (const user of manager.reloadUserManagers()) say(`warning: the units of user ${user} could not be reloaded`);
  }

  const refused: string[] = [];
  const carry = (words: string, kind: keyof typeof work): void => {
    list(words, work[kind]);
    if (!manager.command(kind, work[kind])) refused.push(...work[kind]);
    pending.clear(kind);
  };
  // A unit that died since the plan was made is not reloaded but started.
  if (work.reload.length > 0) {
    const { running: alive } = await manager.units();
    const dead = work.reload.filter((unit) => !alive.has(unit));
    for (const unit of dead) add("start", unit);
    work.reload = work.reload.filter((unit) => alive.has(unit));
  }
  carry("reloading the following units", "reload");
  carry("restarting the following units", "restart");
  carry("starting the following units", "start");

  const after = await settle(manager);
  const started = [...after]
    .filter(([unit, { state }]) => state === "active" && !before.has(unit) && !work.start.includes(unit))
    .map(([unit]) => unit)
    .filter((unit) => /\.(?:service|socket|timer|path|mount|swap)$/.test(unit));
  list("the following new units were started", started.toSorted());

  const touched = [...plan.units.stop, ...work.reload, ...work.restart, ...work.start, ...started];
  // One command for many units does not tell which of them failed; their states do.
  const failed = [...after].flatMap(([unit, { state, detail }]) =>
    state === "failed" || detail === "auto-restart" ? [unit] : [],
  );
  const notThere = refused.filter(
    (unit) => !after.has(unit) && !unit.endsWith(".target") && system.units.units.has(unit),
  );
  return {
    activated,
    filesRead,
    touched: new Set(touched.filter((unit) => !unit.endsWith(".target"))),
    failed: [...new Set([...failed, ...(failed.length === 0 ? notThere : [])])].toSorted(),
  };
}

function hasFailures(units: RunningUnits): boolean {
  return [...units.values()].some(({ state }) => state === "failed");
}

/** Until no job is left in systemd's queue. */
async function settle(manager: ServiceManager): Promise<RunningUnits> {
  const end = Date.now() + settleTime;
  for (;;) {
    const { running, hasJobs } = await manager.units();
    if (!hasJobs || Date.now() >= end) return running;
    await pause(settleInterval);
  }
}
