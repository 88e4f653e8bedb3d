// nix-env --upgrade: replaces installed packages by available ones of the same name and a fitting version.

import { compareVersions, BaseError } from "#language";
import { parseDerivationName, profileToken, queryInstalled, switchEnvironment, type PackageInfo } from "#profile";
import { printMissing } from "../stores/print-missing.ts";
import { queryInstallSources } from "./install-sources.ts";
import { readFlags, readSourceFlag } from "./operation-flags.ts";
import { isPrebuilt, wantedPaths } from "./packages.ts";
import type { EnvRequest, InstallSource } from "./request.ts";
import { comparePriorities } from "./select.ts";
import type { Session } from "../evaluation/session.ts";

/** When the available version fits: it is higher, not lower, equal, or always. */
type UpgradeRule = "lt" | "leq" | "eq" | "always";

export async function upgrade(request: EnvRequest): Promise<void> {
  let source: InstallSource = { kind: "unknown" };
  let rule: UpgradeRule = "lt";
  readFlags(request, (flag, value) => {
    const named = readSourceFlag(flag, value);
    if (named !== undefined) source = named;
    else if (flag === "--lt" || flag === "--leq" || flag === "--eq" || flag === "--always") {
      rule = flag.slice(2) as UpgradeRule;
    } else return false;
    return true;
  });

  const session = await request.openSession();
  for (;;) {
    const token = profileToken(request.profile);
    const installed = queryInstalled(session.evaluator, session.store, request.profile);
    const available = queryInstallSources(session, request, source, { newestOnly: false });
    const elements = installed.map((element) => chooseUpgrade(session, request, element, available, rule));
    printMissing(session, wantedPaths(elements));
    if (request.dryRun) return;
    if (await switchEnvironment({ ...session.switchOptions, profile: request.profile, elements, token })) return;
  }
}

/** The available package to have instead of an installed one, or the installed one itself. */
function chooseUpgrade(
  session: Session,
  request: EnvRequest,
  installed: PackageInfo,
  available: readonly PackageInfo[],
  rule: UpgradeRule,
): PackageInfo {
  try {
    if (installed.metaBoolean("keep", false)) return installed;
    const name = parseDerivationName(installed.name());
    let best: PackageInfo | undefined;
    let bestVersion = "";
    for (const candidate of available) {
      // Never in exchange for a lower priority.
      if (comparePriorities(installed, candidate) > 0) continue;
      const other = parseDerivationName(candidate.name());
      if (other.name !== name.name || !fits(compareVersions(name.version, other.version), rule)) continue;
      const order =
        best === undefined ? -1 : comparePriorities(best, candidate) || compareVersions(bestVersion, other.version);
      if (order >= 0 || (request.prebuiltOnly && !isPrebuilt(session, candidate))) continue;
      best = candidate;
      bestVersion = other.version;
    }
    if (best === undefined || installed.outPath() === best.outPath()) return installed;
    const action = compareVersions(name.version, bestVersion) <= 0 ? "upgrading" : "downgrading";
    session.context.log.message("info", `${action} '${installed.name()}' to '${best.name()}'`);
    return best;
  } catch (error) {
    if (error instanceof BaseError)
      error.addTrace(undefined, `while trying to find an upgrade for '${installed.name()}'`);
    throw error;
  }
}

function fits(order: number, rule: UpgradeRule): boolean {
  switch (rule) {
    case "lt":
      return order < 0;
    case "leq":
      return order <= 0;
    case "eq":
      return order === 0;
    case "always":
      return true;
  }
}
