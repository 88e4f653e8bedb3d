// nix-env --uninstall: takes packages out of the profile, by name or by store path.

import {
  parseDerivationName,
  parseSelector,
  profileToken,
  queryInstalled,
  switchEnvironment,
  type PackageInfo,
} from "#profile";
import { followLinksToStorePath } from "../stores/follow-links.ts";
import { refuseFlags } from "./operation-flags.ts";
import type { EnvRequest } from "./request.ts";
import type { Session } from "../evaluation/session.ts";

export async function uninstall(request: EnvRequest): Promise<void> {
  refuseFlags(request);
  const session = await request.openSession();
  const { evaluator, store, context } = session;
  for (;;) {
    const token = profileToken(request.profile);
    let elements = queryInstalled(evaluator, store, request.profile);
    for (const word of request.words) {
      const isMeant = matcher(session, word);
      const removed = elements.filter(isMeant);
      if (removed.length === 0) context.log.message("warn", `selector '${word}' matched no installed derivations`);
      for (const element of removed) context.log.message("info", `uninstalling '${element.name()}'`);
      elements = elements.filter((element) => !removed.includes(element));
    }
    if (request.dryRun) return;
    if (await switchEnvironment({ ...session.switchOptions, profile: request.profile, elements, token })) return;
  }
}

function matcher(session: Session, word: string): (element: PackageInfo) => boolean {
  if (word.includes("/")) {
    const path = followLinksToStorePath(session.store, word);
    return (element) => element.outPath() === path;
  }
  const selector = parseSelector(word);
  return (element) => selector.matches(parseDerivationName(element.name()));
}
