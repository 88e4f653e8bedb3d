// The packages that -i, -u and --set work with, from wherever the command line says (Nix's queryInstSources).

import { getDerivations, packageOfStorePath, queryInstalled, type PackageInfo } from "#profile";
import { absolutePath } from "../text/absolute-path.ts";
import { followLinksToStorePath } from "../stores/follow-links.ts";
import type { Session } from "../evaluation/session.ts";
import type { EnvRequest, InstallSource } from "./request.ts";
import { selectPackages } from "./select.ts";
import { loadSourceExpression } from "./source-expression.ts";

export function queryInstallSources(
  session: Session,
  request: EnvRequest,
  source: InstallSource,
  options: { readonly newestOnly: boolean },
): PackageInfo[] {
  const { evaluator, store, context } = session;
  const { words } = request;
  switch (source.kind) {
    case "unknown": {
      if (words[0]?.includes("/")) {
        return words.map((word) => packageOfStorePath(evaluator, store, followLinksToStorePath(store, word)));
      }
      return selectPackages(context, loadDerivations(session, request, ""), words, options);
    }
    case "expressions": {
      const argument = loadSourceExpression(session, request.file);
      return words.flatMap((word) => {
        const fn = evaluator.evalExpr(word, absolutePath("."));
        return getDerivations(evaluator, evaluator.delayCall1(fn, argument), {
          autoArguments: session.autoArguments,
          ignoreAssertionFailures: true,
        });
      });
    }
    case "profile":
      return selectPackages(context, queryInstalled(evaluator, store, source.profile), words, options);
    case "attributes": {
      const root = loadSourceExpression(session, request.file);
      return words.flatMap((word) =>
        getDerivations(evaluator, evaluator.findAlongAttrPath(word, session.autoArguments, root).slot, {
          autoArguments: session.autoArguments,
          ignoreAssertionFailures: true,
        }),
      );
    }
  }
}

/** All packages of the source expression below `attrPath`, of the systems that --system-filter lets through. */
export function loadDerivations(session: Session, request: EnvRequest, attrPath: string): PackageInfo[] {
  const { evaluator, autoArguments } = session;
  const root = loadSourceExpression(session, request.file);
  const start = evaluator.findAlongAttrPath(attrPath, autoArguments, root).slot;
  const all = getDerivations(evaluator, start, { autoArguments, attrPath, ignoreAssertionFailures: true });
  return request.systemFilter === "*" ? all : all.filter((info) => info.system() === request.systemFilter);
}
