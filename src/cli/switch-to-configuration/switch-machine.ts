// A switch of this machine, as a person sees it: the plan, what is being done, and how it ended.

import { fileURLToPath } from "node:url";
import { dirname } from "node:path";
import { spawnSync } from "node:child_process";
import { FirnError, fromByteString, toByteString } from "#formats";
import { leaveMountNamespace } from "#host";
import {
  explainPlan,
  finishInterrupted,
  lockMachine,
  readSwitchDescription,
  switchSystem,
  type SwitchPlan,
  type SwitchReport,
  type SwitchTask,
  thisMachine,
} from "#nixos";
import type { LocalStore } from "#store";
import type { Context } from "../command.ts";

interface MachineSwitch {
  readonly action: SwitchTask["action"];
  readonly toplevel: string;
  readonly profile?: SwitchTask["profile"];
  readonly installBootLoader?: boolean;
  readonly rollback?: boolean;
  /** Told of units that failed, for what can be said about them. */
  readonly explainFailure?: (units: readonly string[]) => Promise<readonly string[]>;
}

/** Gives the exit status. */
export async function switchMachine(context: Context, store: LocalStore, wanted: MachineSwitch): Promise<number> {
  const began = Date.now();
  const { toplevel, action } = wanted;
  const description = readSwitchDescription(toplevel, store);
  if (description === undefined) throw notSwitchable(toplevel);
  // Another Firn than this one knows its own systems best.
  if (context.program !== "switch-to-configuration" && description.program !== ownPackage()) {
    return runItsProgram(context, wanted);
  }
  const lock = lockMachine();
  try {
    const environment = context.environment;
    const skipChecks = environment["NIXOS_NO_CHECK"] === "1";
    // A terminal that goes away must not leave the machine half switched.
    process.on("SIGHUP", () => {});
    const say = (line: string): void => {
      try {
        context.log.message("notice", line);
      } catch {
        return;
      }
    };
    context.log.stop();
    leaveMountNamespace();
    const world = thisMachine({ store, say, environment, installBootLoader: wanted.installBootLoader === true });
    const report = await switchSystem(
      {
        action,
        toplevel,
        description: skipChecks ? { ...description, preSwitchCheck: null } : description,
        profile: wanted.profile ?? profileFrom(environment),
        rollback: wanted.rollback ?? environment["FIRN_NO_ROLLBACK"] !== "1",
        announce: async (plan) => {
          for (const line of await describeSwitch(store, plan)) say(line);
        },
      },
      world,
    );
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    for (const line of describeReport(report, action, seconds)) say(line);
    const failed = [...report.failedUnits, ...report.lostUnits, ...report.failedChecks.map(({ check }) => check.unit)];
    if (failed.length > 0 && wanted.explainFailure !== undefined) {
      for (const line of await wanted.explainFailure(failed)) say(line);
    }
    return report.status;
  } finally {
    lock.release();
  }
}

/** After a start of the machine: finishes or undoes what a power cut has interrupted. */
export async function recoverMachine(context: Context, store: LocalStore): Promise<number> {
  const lock = lockMachine();
  try {
    const { environment, log } = context;
    const say = (line: string): void => log.message("notice", line);
    finishInterrupted(undefined, thisMachine({ store, say, environment, installBootLoader: false }));
    return await Promise.resolve(0);
  } finally {
    lock.release();
  }
}

/** The plan before it is carried out; short, and what is not in it does not change. */
async function describeSwitch(store: LocalStore, plan: SwitchPlan): Promise<string[]> {
  const differences = plan.from === plan.to ? [] : await differencesIfKnown(store, plan);
  const units = explainPlan(plan);
  const lines = [
    ...differences,
    ...(units.length === 0 ? [] : ["units:", ...units.map((line) => `  ${line}`)]),
    ...(plan.afterReboot.length === 0 ? [] : [`only after a reboot: ${plan.afterReboot.join(", ")}`]),
  ];
  return lines.length === 0 ? ["nothing is different from what the machine runs"] : lines;
}

/** Of what the store does not know, such as a system that was there before it, nothing is told. */
async function differencesIfKnown(store: LocalStore, { from, to }: SwitchPlan): Promise<string[]> {
  const { describeDifferences, findDifferences } = await import("../nixos-rebuild/differences.ts");
  try {
    return describeDifferences(findDifferences(store, [from, from], [to, to]), true);
  } catch (error) {
    if (error instanceof FirnError) return [];
    throw error;
  }
}

function describeReport(report: SwitchReport, action: SwitchTask["action"], seconds: string): string[] {
  const stillFailing =
    report.failedBefore.length === 0
      ? []
      : [`units that had failed before and still do: ${report.failedBefore.join(", ")}`];
  switch (report.outcome) {
    case "done":
      return [
        ...stillFailing,
        {
          switch: `done in ${seconds} s: the machine runs the new system, and boots it from now on`,
          test: `done in ${seconds} s: the machine runs the new system until its next boot`,
          boot: "done: the machine boots the new system from now on",
          check: "the checks before a switch find nothing wrong",
        }[action],
      ];
    case "refused":
      return ["nothing has been changed"];
    case "needs-reboot":
      return [
        "the init of the new system cannot take over from the one that runs",
        action === "switch" ? "the machine boots the new system from now on; reboot it" : "nothing has been changed",
      ];
    case "failed":
      return [...stillFailing, "the machine runs the new system, and something of it does not work"];
    case "rolled-back":
      return [`taken back after ${seconds} s: the machine runs, and boots, what it ran before`];
  }
}

/** The folder of the package that this program is part of. */
function ownPackage(): string {
  return toByteString(dirname(dirname(fileURLToPath(import.meta.url))));
}

const profileVariable = "FIRN_SWITCH_PROFILE";

function runItsProgram(context: Context, wanted: MachineSwitch): number {
  leaveMountNamespace();
  const env = {
    ...context.environment,
    ...(wanted.profile === undefined || wanted.profile === null
      ? {}
      : { [profileVariable]: JSON.stringify(wanted.profile) }),
    ...(wanted.installBootLoader === true ? { NIXOS_INSTALL_BOOTLOADER: "1" } : {}),
    ...(wanted.rollback === false ? { FIRN_NO_ROLLBACK: "1" } : {}),
  };
  const program = fromByteString(`${wanted.toplevel}/bin/switch-to-configuration`);
  const { status, error } = spawnSync(program, [wanted.action], { stdio: "inherit", env });
  if (error !== undefined) throw error;
  return status ?? 1;
}

function profileFrom(environment: Context["environment"]): SwitchTask["profile"] {
  const text = environment[profileVariable];
  return text === undefined ? null : (JSON.parse(text) as SwitchTask["profile"]);
}

function notSwitchable(toplevel: string): FirnError {
  return new FirnError(
    "not-switchable",
    `the system '${toplevel}' has no 'switch.json', which says how to switch to it`,
    {
      hint: "Its configuration has `system.switch.enable = false`, or it was not made of Firn's modules.",
    },
  );
}
