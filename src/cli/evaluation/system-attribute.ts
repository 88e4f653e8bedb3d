// What a system's expression has at an attribute path, for the commands that read it instead of building it.

import type { Slot } from "#language";
import type { EvaluationSession } from "./session.ts";

/** `file` is the expression, as on a command line. */
export function systemAttribute(session: EvaluationSession, path: string, file = "<nixpkgs/nixos>"): Slot {
  const { evaluator, autoArguments } = session;
  const root = evaluator.evalMainFile(session.lookupExpression(file));
  return evaluator.findAlongAttrPath(path, autoArguments, root).slot;
}
