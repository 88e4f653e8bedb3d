// Units that a switch has lost: they ran before, the new system starts them by itself, and now they do not run, though nothing
// failed. A service may end by itself, and then has not been lost: one that is done when its program is, one that waits for a
// condition, and one that the switch has not touched unless it is always started again.

import type { UnitFolder } from "./read-system.ts";
import { assumeRunning, type RunningUnits } from "./running-units.ts";
import { parseUnit, unitFlag, unitWords, type Unit } from "./unit-file.ts";

interface Looks {
  /** Services, sockets, timers and paths that were active before. */
  readonly ran: readonly string[];
  readonly after: RunningUnits;
  /** Of the new system. */
  readonly folder: UnitFolder;
  /** What the switch stopped, reloaded, restarted or started. */
  readonly touched: ReadonlySet<string>;
}

/** By name. */
export function lostUnits({ ran, after, folder, touched }: Looks): string[] {
  const gone = ran.filter((unit) => !after.has(unit));
  if (gone.length === 0) return [];
  const wanted = assumeRunning(folder);
  return gone
    .filter((unit) => wanted.has(unit) && staysByItself(unitOf(folder, unit), unit, touched.has(unit)))
    .toSorted();
}

function staysByItself(unit: Unit, name: string, isTouched: boolean): boolean {
  const isConditional = [...(unit.get("Unit")?.keys() ?? [])].some((key) => /^(?:Condition|Assert)/.test(key));
  if (isConditional) return false;
  if (!name.endsWith(".service")) return true;
  const last = (key: string): string | undefined => unitWords(unit, "Service", key).at(-1);
  if (last("Type") === "oneshot" && !unitFlag(unit, "Service", "RemainAfterExit", false)) return false;
  return isTouched || last("Restart") === "always";
}

function unitOf(folder: UnitFolder, name: string): Unit {
  const template = name.replace(/@[^.]*\./, "@.");
  const entry = folder.units.get(name) ?? folder.units.get(template);
  const dropIns = [
    ...(folder.dropIns.get(template) ?? []),
    ...(template === name ? [] : (folder.dropIns.get(name) ?? [])),
  ];
  return parseUnit([entry, ...dropIns].flatMap((one) => (one?.kind === "file" ? [one.text] : [])));
}
