// A plan in NixOS's words, as dry-activate says it, with the rules on demand, and as JSON.

import { toByteString } from "#formats";
import { type SwitchPlan, switchRules } from "./plan.ts";

/** NixOS's lines. Targets that are started only to pull in what is new are left out. */
export function describePlan(plan: SwitchPlan): string[] {
  if (plan.incompatibleInit) {
    return [
      toByteString("Warning: the new NixOS configuration has an ‘init’ that is"),
      "incompatible with the current configuration.  The new configuration",
      "won't take effect until you reboot the system.",
    ];
  }
  const { stop, skip, reload, restart, start } = plan.units;
  const list = (words: string, units: readonly string[]) => {
    return units.length === 0 ? [] : [`${words}: ${units.join(", ")}`];
  };
  return [
    ...plan.swapsToStop.map((device) => `would stop swap device: ${device}`),
    ...list(
      "would stop the following units",
      stop.filter((unit) => !plan.untold.has(unit)),
    ),
    ...list("would NOT stop the following changed units", skip),
    "would activate the configuration...",
    ...(plan.restartSystemd ? ["would restart systemd"] : []),
    ...list("would reload the following units", reload),
    ...list("would restart the following units", restart),
    ...list(
      "would start the following units",
      start.filter((unit) => !plan.untold.has(unit)),
    ),
  ];
}

/** A line for each unit that something happens to, or with which it would have been expected. */
export function explainPlan(plan: SwitchPlan): string[] {
  const untold = new Set(["unchanged", "target", "target-not-started"]);
  const decided = plan.decisions
    .filter(({ rule }) => !untold.has(rule))
    .map(({ unit, rule, actions }) => {
      const words =
        actions.length === 0
          ? "leave alone"
          : actions.map((action) => (action === "skip" ? "do not stop" : action)).join(" and ");
      return `${unit}: ${words}, because ${switchRules[rule]}`;
    });
  return [...decided, ...plan.arriving.map((unit) => `${unit}: start, because only the new system has it`)];
}

/** Plain data; its shape is part of the command's contract. */
export function planToJson(plan: SwitchPlan) {
  return {
    from: plan.from,
    to: plan.to,
    units: plan.units,
    arriving: plan.arriving,
    decisions: plan.decisions.map(({ unit, actions, rule }) => ({ unit, actions, rule, reason: switchRules[rule] })),
    swapsToStop: plan.swapsToStop,
    restartSystemd: plan.restartSystemd,
    incompatibleInit: plan.incompatibleInit,
    afterReboot: plan.afterReboot,
  };
}
