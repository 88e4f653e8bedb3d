// What systemd says about its units: read from the answer of `systemctl show`, or, where no machine was asked, taken from a
// system's own files: whatever its default target pulls in.

import { FirnError } from "#formats";
import type { UnitFolder } from "./read-system.ts";
import { parseUnit, unitWords } from "./unit-file.ts";

export interface RunningUnit {
  /** `active`, `activating`, `failed` …; inactive units are no running units. */
  readonly state: string;
  /** The file that it was loaded from; empty when there is none. */
  readonly fragmentPath: string;
  /** What the state is in detail, as `auto-restart`, where it was asked. */
  readonly detail?: string;
}

export type RunningUnits = ReadonlyMap<string, RunningUnit>;

/** Where systemd sees the files of a system. */
export const managedFolder = "/etc/systemd/system";

/** What `systemctl` is to be called with for `parseRunningUnits`. */
const showUnits: readonly string[] = ["show", "--all", "--property=Id,Following,ActiveState,FragmentPath", "*"];

/** A paragraph of `KEY=VALUE` lines for each unit. Throws when it is something else. */
export function parseRunningUnits(text: string): RunningUnits {
  const units = new Map<string, RunningUnit>();
  for (const paragraph of text.split(/\n{2,}/)) {
    if (paragraph.trim() === "") continue;
    const values = new Map<string, string>();
    for (const line of paragraph.split("\n")) {
      const equals = line.indexOf("=");
      if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1));
    }
    const id = values.get("Id");
    const state = values.get("ActiveState");
    if (id === undefined || state === undefined) throw noRecord(paragraph);
    if (state === "inactive" || (values.get("Following") ?? "") !== "") continue;
    units.set(id, { state, fragmentPath: values.get("FragmentPath") ?? "" });
  }
  return units;
}

/**
 * What `systemctl` is to be called with for `parseUnitList`. One question to systemd for all units, where `show` asks for each of
 * them by itself; it does not tell the files, so that all are taken for the system's own, which has them or not.
 */
export const listUnits: readonly string[] = ["list-units", "--all", "--full", "--no-pager", "--output=json"];

export interface UnitList {
  readonly running: RunningUnits;
  /** Whether systemd still has something to start or to stop. */
  readonly hasJobs: boolean;
}

/** A record for each unit: its name, its state, that in detail, and its job, where any unit has one. Throws when it is something else. */
export function parseUnitList(text: string): UnitList {
  const units = new Map<string, RunningUnit>();
  let hasJobs = false;
  for (const { unit, active, sub, job } of parseRecords(text)) {
    if (typeof job === "string" && job !== "") hasJobs = true;
    if (typeof unit !== "string" || typeof active !== "string") throw noList(text);
    if (active === "inactive") continue;
    units.set(unit, {
      state: active,
      detail: typeof sub === "string" ? sub : "",
      fragmentPath: `${managedFolder}/${unit}`,
    });
  }
  return { running: units, hasJobs };
}

function parseRecords(text: string): readonly Readonly<Record<string, unknown>>[] {
  let records: unknown;
  try {
    records = JSON.parse(text);
  } catch {
    throw noList(text);
  }
  if (!Array.isArray(records)) throw noList(text);
  return records as readonly Readonly<Record<string, unknown>>[];
}

/** The units that a machine of this system has when it has come up: what `default.target` pulls in, and so on. */
export function assumeRunning(folder: UnitFolder): RunningUnits {
  const units = new Map<string, RunningUnit>();
  const add = (name: string): void => {
    const template = name.replace(/@[^.]*\./, "@.");
    const entry = folder.units.get(name) ?? folder.units.get(template);
    if (entry?.kind !== "file" || units.has(name)) return;
    units.set(name, { state: "active", fragmentPath: `${managedFolder}/${name}` });
    const unit = parseUnit([entry.text]);
    const named = ["Wants", "Requires", "BindsTo", "Upholds"].flatMap((key) => unitWords(unit, "Unit", key));
    for (const next of [...named, ...(folder.pulledIn.get(name) ?? [])]) add(next);
  };
  // A default target is mostly a link to another one, by whose name systemd knows it.
  add(folder.aliases.get("default.target") ?? "default.target");
  return units;
}

function noList(text: string): FirnError {
  const start = text.trim().slice(0, 60);
  return new FirnError("no-list-of-units", `this is no list of units, as systemctl makes it: '${start}'`);
}

function noRecord(paragraph: string): FirnError {
  const start = paragraph.trim().split("\n", 1)[0] ?? "";
  return new FirnError(
    "no-record-of-units",
    `this is no record of units: no 'Id=' and 'ActiveState=' near '${start}'`,
    {
      hint: `Make one on the machine: systemctl ${showUnits.map((word) => (word === "*" ? "'*'" : word)).join(" ")}`,
    },
  );
}
