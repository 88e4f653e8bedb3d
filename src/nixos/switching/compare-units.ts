// Whether a running unit has to be restarted, or only reloaded, to be what the new system says. Contents are compared, not
// names in the store: what tells only people something, or systemd something about the future, does not count.

import type { Unit } from "./unit-file.ts";

export type UnitComparison = "equal" | "reload" | "restart";

type KeyVerdict = "nothing" | "reload" | "restart";
type Change = "added" | "removed" | "changed";

/** Keys of [Unit] that a running unit does not need to be restarted for. */
const withoutEffect: ReadonlySet<string> = new Set([
  "Description",
  "Documentation",
  "OnFailure",
  "OnSuccess",
  "OnFailureJobMode",
  "IgnoreOnIsolate",
  "StopWhenUnneeded",
  "RefuseManualStart",
  "RefuseManualStop",
  "AllowIsolate",
  "CollectMode",
  "SourcePath",
]);

export function compareUnits(before: Unit, after: Unit): UnitComparison {
  let result: UnitComparison = "equal";
  for (const section of new Set([...before.keys(), ...after.keys()])) {
    const old = before.get(section);
    const now = after.get(section);
    // An empty section of a kind that units do not have to have is a change as well.
    if ((old === undefined || now === undefined) && section !== "Unit" && (old ?? now)?.size === 0) return "restart";
    for (const key of new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])) {
      const change = changeOf(old?.get(key), now?.get(key));
      const verdict = change === undefined ? "nothing" : judge(section, key, change);
      if (verdict === "restart") return "restart";
      if (verdict === "reload") result = "reload";
    }
  }
  return result;
}

function changeOf(old: readonly string[] | undefined, now: readonly string[] | undefined): Change | undefined {
  if (old === undefined) return "added";
  if (now === undefined) return "removed";
  return old.length === now.length && old.every((value, index) => value === now[index]) ? undefined : "changed";
}

function judge(section: string, key: string, change: Change): KeyVerdict {
  if (section === "Unit") {
    // Without its triggers a unit has nothing to be reloaded for.
    if (key === "X-Reload-Triggers") return change === "removed" ? "nothing" : "reload";
    return withoutEffect.has(key) ? "nothing" : "restart";
  }
  // The running process stays as it is, and how it was reloaded is gone.
  if (section === "Service" && key === "ExecReload") return change === "removed" ? "nothing" : "reload";
  if (section === "Mount" && key === "Options" && change === "changed") return "reload";
  return "restart";
}
