// `nixos-rebuild dry-activate`: the plan of a switch, and nothing done. What runs is asked of systemd, or read from a record
// of it, or, where another system than this machine's is the old one, taken to be what that one starts.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { FirnError, fromByteString } from "#formats";
import {
  assumeRunning,
  describePlan,
  explainPlan,
  listUnits,
  parseRunningUnits,
  parseUnitList,
  planSwitch,
  planToJson,
  readSystem,
  type RunningUnits,
  type SystemFiles,
  type Unfinished,
} from "#nixos";
import { hostPath } from "#host";
import { absolutePath } from "../text/absolute-path.ts";
import type { Context } from "../command.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import { describeDifferences, findDifferences } from "./differences.ts";
import { UsageError } from "../program/usage-error.ts";
import type { RebuildLine } from "./command-line.ts";
import { variantOf } from "./specialisation.ts";

const thisMachine = "/run/current-system";

type DryActivateLine = Pick<RebuildLine, "from" | "storePath" | "units" | "diff" | "json" | "explain"> & {
  /** What to build where no system is named. */
  readonly build?: RebuildLine;
};

/** Status 100 when the running init could not take over, as with NixOS; else 0. */
export async function dryActivate(context: Context, line: DryActivateLine): Promise<number> {
  if (line.from === undefined && !existsSync(thisMachine)) throw noMachine();
  const store = openLocalStoreOf(context);
  const system = line.storePath === undefined ? await buildNext(context, line) : absolutePath(line.storePath);
  const next = variantOf(system, line.build?.specialisation, store);
  const before = line.from === undefined ? thisMachine : absolutePath(line.from);
  const old = readSystem(before, store);
  const now = readSystem(next, store);
  const plan = planSwitch({
    old,
    new: now,
    running: runningUnits(context, line, old),
    unfinished: line.from === undefined ? readUnfinished() : {},
  });
  const { output } = context;
  const differences = line.diff ? findDifferences(store, [before, old.toplevel], [next, now.toplevel]) : undefined;
  if (line.json) {
    output.writeLine(JSON.stringify({ ...planToJson(plan), ...differences }, undefined, 2));
  } else {
    for (const text of [...describePlan(plan), ...(line.explain ? explainPlan(plan) : [])]) output.writeLine(text);
    if (differences !== undefined) for (const text of describeDifferences(differences)) output.writeLine(text);
  }
  return plan.incompatibleInit ? 100 : 0;
}

/** The same of a system's own program, for this machine: NixOS's lines, then what the activation would do. */
export async function dryActivateTo(context: Context, toplevel: string): Promise<number> {
  const line = { from: undefined, storePath: toplevel, units: undefined, diff: false, json: false, explain: false };
  const status = await dryActivate(context, line);
  context.output.flush();
  const script = `${toplevel}/dry-activate`;
  if (status === 0 && existsSync(hostPath(script))) spawnSync(fromByteString(script), [], { stdio: "inherit" });
  return status;
}

/** Where nothing is named, the system of the configuration. */
async function buildNext(context: Context, line: DryActivateLine): Promise<string> {
  const { buildSystem } = await import("./build-system.ts");
  const toplevel = line.build === undefined ? undefined : await buildSystem(context, line.build);
  if (toplevel === undefined) throw new UsageError("'--dry-run' does not go with 'dry-activate'");
  return toplevel;
}

function runningUnits(context: Context, line: DryActivateLine, old: SystemFiles): RunningUnits {
  if (line.units !== undefined) return parseRunningUnits(readFileSync(hostPath(absolutePath(line.units)), "latin1"));
  if (line.from === undefined) {
    return parseUnitList(execFileSync("systemctl", listUnits, { encoding: "latin1", maxBuffer: 2 ** 28 })).running;
  }
  const assumed = assumeRunning(old.units);
  context.log.message("notice", `assuming that the ${assumed.size} units run that the old system starts by itself`);
  return assumed;
}

/** NixOS's lists of what an interrupted switch still had to do. */
function readUnfinished(): Unfinished {
  const read = (name: string): string[] => {
    const path = `/run/nixos/${name}-list`;
    return existsSync(path)
      ? readFileSync(path, "latin1")
          .split("\n")
          .filter((unit) => unit !== "")
      : [];
  };
  return { start: read("start"), restart: read("restart"), reload: read("reload") };
}

function noMachine(): FirnError {
  return new FirnError("no-machine", `this machine does not run NixOS: there is no ${thisMachine}`, {
    hint: "With --from PATH another system is the old one.",
  });
}
