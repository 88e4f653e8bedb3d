// What a switch from one system to another does to the units of a running machine: pure, from the files of both systems and
// what runs. The rules are those of NixOS's switch-to-configuration. Units that do not come from the system's own folder
// (generated ones, a package's) are left alone; of their kind only what fstab makes is compared, by fstab itself. Not planned:
// single units of users' own managers. What activation steps ask for while they run is decided then (decideAskedFor).

import { compareUnits } from "./compare-units.ts";
import { type Fstab, type FstabMount, pathUnit } from "./fstab.ts";
import type { SystemFiles, UnitEntry, UnitFolder } from "./read-system.ts";
import { assumeRunning, managedFolder, type RunningUnits } from "./running-units.ts";
import { parseUnit, type Unit, unitFlag, unitWords } from "./unit-file.ts";

export type UnitAction = "stop" | "start" | "restart" | "reload" | "skip";

/** Why a unit is treated as it is. The texts complete "…, because". */
export const switchRules = {
  unchanged: "the new system has the same unit",
  "nothing-that-matters": "only what does not concern a running unit has changed",
  removed: "the new system does not have it",
  masked: "the new system masks it",
  "kept-on-removal": "it is gone from the new system, but X-StopOnRemoval=false",
  target: "every active target is started again, to pull in what is new",
  "target-not-started": "it is a target that nobody starts by hand",
  "stop-on-reconfiguration": "X-StopOnReconfiguration=true: what comes after this target waits for it again",
  "applied-by-reload": "systemd applies a changed path or slice when it reads its files again",
  "reload-triggers": "only what a reload takes over has changed",
  "reload-if-changed": "it has changed and X-ReloadIfChanged=true",
  mount: "a changed mount is mounted again",
  "mount-in-use": "the system runs from this mount, so that it is only remounted",
  socket: "a socket is left alone; its service takes it along",
  "no-restart-if-changed": "it has changed, but X-RestartIfChanged=false",
  "refuse-manual-stop": "it has changed, but RefuseManualStop=true",
  "only-manual-start": "it has changed, but X-OnlyManualStart=true",
  "restart-in-place": "it has changed, and nothing of it has to stop before the activation",
  "stop-and-start": "it has changed: the old one stops before the activation, the new one starts after it",
  "socket-activated": "it has changed: it stops, and its socket starts the new one",
  "socket-of-service": "its service has changed",
  "mount-removed": "fstab does not have it any more",
  "mount-changed": "fstab has another device or type for it",
  "mount-changed-in-use": "fstab has another device or type for it, but the system runs from it",
  "mount-options": "fstab has other options for it",
  interrupted: "a switch before this one did not get that far",
} as const;

export type SwitchRule = keyof typeof switchRules;

export interface UnitDecision {
  readonly unit: string;
  readonly rule: SwitchRule;
  /** Empty when nothing is done. */
  readonly actions: readonly UnitAction[];
}

export interface SwitchPlan {
  readonly from: string;
  readonly to: string;
  /** For each unit that was looked at, by name; a unit may be met twice, for itself and as the socket of a service. */
  readonly decisions: readonly UnitDecision[];
  /** Units by what is done with them, in the order in which they are told. */
  readonly units: Readonly<Record<UnitAction, readonly string[]>>;
  /** Units of the new system alone, that its targets pull in. */
  readonly arriving: readonly string[];
  /** Targets that are started only to pull in what is new; not told. */
  readonly untold: ReadonlySet<string>;
  readonly swapsToStop: readonly string[];
  /** Systemd itself takes over from its old version, or with a new configuration. */
  readonly restartSystemd: boolean;
  /** The managers of users read their units anew. */
  readonly reloadUserManagers: boolean;
  /** What tmpfiles.d says is made anew. */
  readonly createTemporaryFiles: boolean;
  /** The running init cannot take over; nothing of this can be done without a reboot. */
  readonly incompatibleInit: boolean;
  /** What only a reboot brings: `kernel`, `initrd`, `kernel-modules`. */
  readonly afterReboot: readonly string[];
}

/** Units that a switch before this one wanted to start, restart or reload when it was interrupted. */
export type Unfinished = Partial<Record<"start" | "restart" | "reload", readonly string[]>>;

export interface SwitchRequest {
  readonly old: SystemFiles;
  readonly new: SystemFiles;
  readonly running: RunningUnits;
  readonly unfinished?: Unfinished;
}

export function planSwitch(request: SwitchRequest): SwitchPlan {
  const { old, new: now, running, unfinished = {} } = request;
  const decisions: UnitDecision[] = [];
  for (const action of ["start", "restart", "reload"] as const) {
    for (const unit of unfinished[action] ?? []) decisions.push({ unit, rule: "interrupted", actions: [action] });
  }
  for (const [unit, { state, fragmentPath }] of running) {
    const isManaged = fragmentPath.startsWith(`${managedFolder}/`);
    if (!isManaged || (state !== "active" && state !== "activating")) continue;
    decisions.push(...decideUnit(unit, old.units, now.units, running));
  }
  decisions.push(...decideMounts(old.fstab, now.fstab));
  decisions.sort((a, b) => compareNames(a.unit, b.unit));
  const changed = (part: string) => old !== now && old.parts.get(part) !== now.parts.get(part);
  return {
    from: old.toplevel,
    to: now.toplevel,
    decisions,
    units: collectUnits(decisions),
    arriving: arrivingUnits(old.units, now.units, running),
    untold: new Set(decisions.flatMap(({ unit, rule }) => (rule === "target" ? [unit] : []))),
    swapsToStop: [...old.fstab.swaps].filter((device) => !now.fstab.swaps.has(device)).toSorted(compareNames),
    restartSystemd: changed("systemd") || changed("etc/systemd/system.conf"),
    reloadUserManagers: changed("systemd") || changed("etc/systemd/user"),
    createTemporaryFiles: changed("etc/tmpfiles.d"),
    incompatibleInit: old.initInterface !== now.initInterface,
    afterReboot: ["kernel", "initrd", "kernel-modules"].filter(changed),
  };
}

/** What is done with a unit that an activation step wants restarted, now that the new system's files are in place. */
export function decideAskedFor(
  unit: string,
  now: UnitFolder,
  running: RunningUnits,
): "restart" | "reload" | "skip" | "start" {
  const found = findUnit(unit, now, now);
  const newUnit = readUnit(unit, found, now);
  if (unitFlag(newUnit, "Service", "X-ReloadIfChanged", false)) return "reload";
  const refuses =
    !unitFlag(newUnit, "Service", "X-RestartIfChanged", true) ||
    unitFlag(newUnit, "Unit", "RefuseManualStop", false) ||
    unitFlag(newUnit, "Unit", "X-OnlyManualStart", false);
  if (refuses) return "skip";
  return running.has(unit) ? "restart" : "start";
}

function arrivingUnits(old: UnitFolder, now: UnitFolder, running: RunningUnits): string[] {
  if (old === now) return [];
  const known = assumeRunning(old);
  const isNew = (unit: string): boolean => !known.has(unit) && !running.has(unit) && !unit.endsWith(".target");
  return [...assumeRunning(now).keys()].filter(isNew).toSorted(compareNames);
}

/** A unit's files on both sides: its own, or for an instance without one its template's. */
interface FoundUnit {
  readonly name: string;
  readonly isInstance: boolean;
}

function decideUnit(unit: string, old: UnitFolder, now: UnitFolder, running: RunningUnits): readonly UnitDecision[] {
  const decide = (rule: SwitchRule, ...actions: UnitAction[]): UnitDecision[] => [{ unit, rule, actions }];
  const found = findUnit(unit, old, now);
  const before = old.units.get(found.name);
  if (before === undefined) return [];

  const after = now.units.get(found.name);
  const lostDropIns = found.isInstance && hasDropIns(old, unit) && !hasDropIns(now, unit);
  if (after === undefined || after.kind === "masked" || lostDropIns) {
    if (!unitFlag(readUnit(unit, found, old), "Unit", "X-StopOnRemoval", true)) return decide("kept-on-removal");
    return decide(after?.kind === "masked" ? "masked" : "removed", "stop");
  }

  if (unit.endsWith(".target")) return decideTarget(unit, readUnit(unit, found, now));
  if (hasSameFiles(unit, found, old, now)) return decide("unchanged");
  const newUnit = readUnit(unit, found, now);
  switch (compareUnits(readUnit(unit, found, old), newUnit)) {
    case "equal":
      return decide("nothing-that-matters");
    case "reload":
      return decide("reload-triggers", "reload");
    case "restart":
      return decideChangedUnit(unit, found, newUnit, now, running);
  }
}

function decideTarget(unit: string, newUnit: Unit): UnitDecision[] {
  const decisions: UnitDecision[] = [];
  // Those that put a machine to sleep may still be active when it has woken up.
  const sleeps = ["suspend.target", "hibernate.target", "hybrid-sleep.target"].includes(unit);
  const refuses =
    unitFlag(newUnit, "Unit", "RefuseManualStart", false) || unitFlag(newUnit, "Unit", "X-OnlyManualStart", false);
  if (sleeps || refuses) decisions.push({ unit, rule: "target-not-started", actions: [] });
  else decisions.push({ unit, rule: "target", actions: ["start"] });
  if (unitFlag(newUnit, "Unit", "X-StopOnReconfiguration", false)) {
    decisions.push({ unit, rule: "stop-on-reconfiguration", actions: ["stop"] });
  }
  return decisions;
}

function decideChangedUnit(
  unit: string,
  found: FoundUnit,
  newUnit: Unit,
  now: UnitFolder,
  running: RunningUnits,
): readonly UnitDecision[] {
  const decide = (rule: SwitchRule, ...actions: UnitAction[]): UnitDecision[] => [{ unit, rule, actions }];
  if (unit.endsWith(".path") || unit.endsWith(".slice")) return decide("applied-by-reload");
  if (unit.endsWith(".mount")) {
    return unit === "-.mount" || unit === "nix.mount" ? decide("mount-in-use", "reload") : decide("mount", "restart");
  }
  if (unit.endsWith(".socket")) return decide("socket");
  if (unitFlag(newUnit, "Service", "X-ReloadIfChanged", false)) return decide("reload-if-changed", "reload");
  if (!unitFlag(newUnit, "Service", "X-RestartIfChanged", true)) return decide("no-restart-if-changed", "skip");
  if (unitFlag(newUnit, "Unit", "RefuseManualStop", false)) return decide("refuse-manual-stop", "skip");
  if (unitFlag(newUnit, "Unit", "X-OnlyManualStart", false)) return decide("only-manual-start", "skip");
  if (!unit.endsWith(".service") || !unitFlag(newUnit, "Service", "X-StopIfChanged", true)) {
    return decide("restart-in-place", "restart");
  }
  const sockets = socketsOf(found, newUnit);
  const startsSockets = sockets.some((socket) => now.units.has(socket));
  const bySocket = startsSockets && !unitFlag(newUnit, "Service", "X-NotSocketActivated", false);
  return [
    ...(bySocket ? decide("socket-activated", "stop") : decide("stop-and-start", "stop", "start")),
    ...sockets.flatMap((socket): UnitDecision[] => {
      if (!running.has(socket)) return [];
      const actions: UnitAction[] = now.units.has(socket) ? ["stop", "start"] : ["stop"];
      return [{ unit: socket, rule: "socket-of-service", actions }];
    }),
  ];
}

/** Those that the service names, else the one of its own name; an instance's is its template's without the `@`. */
function socketsOf(found: FoundUnit, newUnit: Unit): string[] {
  const named = unitWords(newUnit, "Service", "Sockets");
  return named.length > 0 ? named : [found.name.replace(/@?\.service$/, ".socket")];
}

/** New file systems are mounted by local-fs.target; here is what happens to the old ones. */
function decideMounts(old: Fstab, now: Fstab): UnitDecision[] {
  return [...old.mounts].flatMap(([mountPoint, mount]) => {
    const decision = decideMount(mountPoint, mount, now.mounts.get(mountPoint));
    return decision === undefined ? [] : [decision];
  });
}

function decideMount(mountPoint: string, old: FstabMount, now: FstabMount | undefined): UnitDecision | undefined {
  const unit = pathUnit(mountPoint, "mount");
  if (now === undefined) {
    // Where systemd mounts on demand, stopping that also ends the mount.
    const isAutomatic = old.options.split(",").some((option) => option.startsWith("x-systemd.automount"));
    return { unit: isAutomatic ? pathUnit(mountPoint, "automount") : unit, rule: "mount-removed", actions: ["stop"] };
  }
  const otherOptions = old.options !== now.options;
  if (old.device !== now.device || old.type !== now.type) {
    if (mountPoint !== "/" && mountPoint !== "/nix") return { unit, rule: "mount-changed", actions: ["restart"] };
    return { unit, rule: "mount-changed-in-use", actions: [otherOptions ? "reload" : "skip"] };
  }
  return otherOptions ? { unit, rule: "mount-options", actions: ["reload"] } : undefined;
}

function findUnit(unit: string, old: UnitFolder, now: UnitFolder): FoundUnit {
  if (old.units.has(unit) || now.units.has(unit)) return { name: unit, isInstance: false };
  const [, template, suffix] = /^(.*)@[^.]*\.(.*)$/.exec(unit) ?? [];
  if (template === undefined || suffix === undefined) return { name: unit, isInstance: false };
  return { name: `${template}@.${suffix}`, isInstance: true };
}

function readUnit(unit: string, found: FoundUnit, folder: UnitFolder): Unit {
  return parseUnit(filesOf(unit, found, folder).map(({ text }) => text));
}

function hasSameFiles(unit: string, found: FoundUnit, old: UnitFolder, now: UnitFolder): boolean {
  const [before, after] = [filesOf(unit, found, old), filesOf(unit, found, now)];
  return before.length === after.length && before.every((file, index) => isSameFile(file, after[index]));
}

function isSameFile(one: UnitFile, other: UnitFile | undefined): boolean {
  return (one.place !== undefined && one.place === other?.place) || one.text === other?.text;
}

type UnitFile = Extract<UnitEntry, { kind: "file" }>;

/** The unit's file, its drop-ins, and for an instance those of its own. */
function filesOf(unit: string, { name, isInstance }: FoundUnit, folder: UnitFolder): UnitFile[] {
  const entries: readonly (UnitEntry | undefined)[] = [
    folder.units.get(name),
    ...(folder.dropIns.get(name) ?? []),
    ...(isInstance ? (folder.dropIns.get(unit) ?? []) : []),
  ];
  return entries.flatMap((entry) => (entry?.kind === "file" ? [entry] : []));
}

/** A masked drop-in is one that was switched off. */
function hasDropIns(folder: UnitFolder, unit: string): boolean {
  return folder.dropIns.get(unit)?.some(({ kind }) => kind === "file") === true;
}

function collectUnits(decisions: readonly UnitDecision[]): Record<UnitAction, string[]> {
  const unitsOf = (action: UnitAction) =>
    new Set(decisions.flatMap(({ unit, actions }) => (actions.includes(action) ? [unit] : [])));
  const [stop, start, restart] = [unitsOf("stop"), unitsOf("start"), unitsOf("restart")];
  // What starts anew has no need of a reload.
  const reload = [...unitsOf("reload")].filter((unit) => !restart.has(unit) && !stop.has(unit));
  const sorted = (units: Iterable<string>) => [...units].toSorted(compareNames);
  return {
    stop: sorted(stop),
    start: sorted(start),
    restart: sorted(restart),
    reload: sorted(reload),
    skip: sorted(unitsOf("skip")),
  };
}

/** Upper and lower case alike, as NixOS tells units. */
function compareNames(a: string, b: string): number {
  const [first, second] = [a.toLowerCase(), b.toLowerCase()];
  if (first !== second) return first < second ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
