// nix-env --set: makes the profile one package and nothing else. --set-flag: changes meta attributes of installed ones.

import {
  createGeneration,
  parseDerivationName,
  parseSelector,
  profileToken,
  queryInstalled,
  selectorMatchesNothing,
  switchEnvironment,
  switchLink,
} from "#profile";
import { FirnError } from "#formats";
import { printMissing } from "../stores/print-missing.ts";
import { UsageError } from "../program/usage-error.ts";
import { queryInstallSources } from "./install-sources.ts";
import { readFlags, readSourceFlag, refuseFlags } from "./operation-flags.ts";
import { wantedPaths } from "./packages.ts";
import type { EnvRequest, InstallSource } from "./request.ts";

export async function set(request: EnvRequest): Promise<void> {
  let source: InstallSource = { kind: "unknown" };
  readFlags(request, (flag, value) => {
    const named = readSourceFlag(flag, value);
    if (named !== undefined) source = named;
    return named !== undefined;
  });
  const session = await request.openSession();
  const [element, ...others] = queryInstallSources(session, request, source, { newestOnly: true });
  if (element === undefined || others.length > 0) throw exactlyOne();
  const wanted = wantedPaths([element]);
  printMissing(session, wanted);
  if (request.dryRun) return;
  await session.realise(wanted);
  switchLink(request.profile, createGeneration(session.store, request.profile, element.outPath()));
}

export async function setFlag(request: EnvRequest): Promise<void> {
  refuseFlags(request);
  const [flag, value, ...selected] = request.words;
  if (flag === undefined || value === undefined) throw new UsageError("not enough arguments to '--set-flag'");
  const session = await request.openSession();
  const selectors = selected.map(parseSelector);
  for (;;) {
    const token = profileToken(request.profile);
    const hits = new Set<string>();
    const elements = queryInstalled(session.evaluator, session.store, request.profile).map((element) => {
      const name = parseDerivationName(element.name());
      const selector = selectors.find((candidate) => candidate.matches(name));
      if (selector === undefined) return element;
      hits.add(selector.fullName);
      session.context.log.message("info", `setting flag on '${element.name()}'`);
      return element.withMeta(flag, value);
    });
    for (const { fullName } of selectors) {
      if (!hits.has(fullName) && fullName !== "*") throw selectorMatchesNothing(fullName, []);
    }
    if (await switchEnvironment({ ...session.switchOptions, profile: request.profile, elements, token })) return;
  }
}

function exactlyOne(): FirnError {
  return new FirnError("exactly-one-derivation", "--set requires exactly one derivation");
}
