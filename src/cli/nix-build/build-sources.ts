// What nix-build asks of the language: the outputs of the derivations in expressions from files, arguments or standard input.

import { readFileSync } from "node:fs";
import { FirnError, printStorePath } from "#formats";
import type { Slot } from "#language";
import { getDerivations } from "#profile";
import { absolutePath } from "../text/absolute-path.ts";
import type { BuildLine, WantedOutput } from "./nix-build.ts";
import type { Session } from "../evaluation/session.ts";

export function findOutputs(
  session: Session,
  line: Pick<BuildLine, "words" | "attrPaths" | "fromWords" | "fromStdin">,
  say: (output: WantedOutput) => void,
): void {
  const { evaluator, autoArguments, store } = session;
  const options = { autoArguments, ignoreAssertionFailures: false };
  const found = rootsOf(session, line).flatMap((root) =>
    line.attrPaths.flatMap((attrPath) => {
      const value = evaluator.findAlongAttrPath(attrPath, autoArguments, root).slot;
      return getDerivations(evaluator, evaluator.force(value), options);
    }),
  );
  for (const element of found) {
    const derivation = element.requireDerivationPath();
    const output = element.outputName();
    if (output === "") throw outputNameMissing(printStorePath(store.storeDir, derivation));
    say({ derivation, output });
  }
}

function rootsOf(
  session: Session,
  { words, fromWords, fromStdin }: Pick<BuildLine, "words" | "fromWords" | "fromStdin">,
): Slot[] {
  const { evaluator } = session;
  if (fromStdin) return [evaluator.evalExpr(readFileSync(0, "latin1"), absolutePath("."), { kind: "stdin" })];
  return words.map((word) =>
    fromWords ? evaluator.evalExpr(word, absolutePath(".")) : evaluator.evalMainFile(session.lookupExpression(word)),
  );
}

function outputNameMissing(path: string): FirnError {
  return new FirnError("output-name-missing", `derivation '${path}' lacks an 'outputName' attribute`);
}
