// nix-env --install: adds packages to the profile, in place of those that have the same name.

import { parseDerivationName, profileToken, queryInstalled, switchEnvironment, type PackageInfo } from "#profile";
import { printMissing } from "../stores/print-missing.ts";
import { UsageError } from "../program/usage-error.ts";
import { queryInstallSources } from "./install-sources.ts";
import { parseNumber, readFlags, readSourceFlag } from "./operation-flags.ts";
import { isPrebuilt, wantedPaths } from "./packages.ts";
import type { EnvRequest, InstallSource } from "./request.ts";

export async function install(request: EnvRequest): Promise<void> {
  let source: InstallSource = { kind: "unknown" };
  let preserveInstalled = false;
  let removeAll = false;
  let priority: number | undefined;
  readFlags(request, (flag, value) => {
    const named = readSourceFlag(flag, value);
    if (named !== undefined) source = named;
    else if (flag === "--preserve-installed" || flag === "-P") preserveInstalled = true;
    else if (flag === "--remove-all" || flag === "-r") removeAll = true;
    else if (flag === "--priority") {
      priority = parseNumber(value().replace(/^-/, ""));
      if (priority === undefined) throw new UsageError("'--priority' requires an integer argument");
    } else return false;
    return true;
  });

  const session = await request.openSession();
  const { evaluator, store, context } = session;
  const info = (text: string) => context.log.message("info", text);
  const chosen = queryInstallSources(session, request, source, { newestOnly: true })
    .filter((element) => !request.prebuiltOnly || isPrebuilt(session, element))
    .map((element) => (request.forceName === undefined ? element : element.withName(request.forceName)))
    .map((element) => (priority === undefined ? element : element.withMeta("priority", String(priority))));
  const newNames = new Set(chosen.map((element) => parseDerivationName(element.name()).name));

  for (;;) {
    const token = profileToken(request.profile);
    const kept: PackageInfo[] = [];
    if (!removeAll) {
      for (const element of queryInstalled(evaluator, store, request.profile)) {
        const replaced = newNames.has(parseDerivationName(element.name()).name);
        if (!preserveInstalled && replaced && !element.metaBoolean("keep", false)) {
          info(`replacing old '${element.name()}'`);
        } else kept.push(element);
      }
      for (const element of chosen) info(`installing '${element.name()}'`);
    }
    printMissing(session, wantedPaths(chosen));
    if (request.dryRun) return;
    const done = await switchEnvironment({
      ...session.switchOptions,
      profile: request.profile,
      elements: [...chosen, ...kept],
      token,
    });
    if (done) return;
  }
}
