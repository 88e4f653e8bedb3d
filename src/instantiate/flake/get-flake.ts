// `builtins.getFlake`.

import { isLockedInput, parseFlakeReference } from "#formats";
import {
  BaseError,
  type Evaluator,
  hint,
  type PrimOpDefinition,
  type Slot,
  type Value,
  withLanguageErrors,
} from "#language";
import type { Flakes } from "./flakes.ts";

/** `flakes` are those of the evaluator that calls it. */
export function getFlakeBuiltin(flakes: () => Flakes): PrimOpDefinition {
  return {
    name: "getFlake",
    arity: 1,
    argumentNames: ["args"],
    impl: (evaluator, slot) => getFlake(evaluator, slot, flakes()),
  };
}

function getFlake(evaluator: Evaluator, slot: Slot, flakes: Flakes): Value {
  const text = evaluator.forceStringNoContext(slot, "while evaluating the argument passed to builtins.getFlake");
  const { pureEval } = evaluator.settings;
  const reference = withLanguageErrors(() => parseFlakeReference(text, flakes.context));
  if (pureEval && !withLanguageErrors(() => isLockedInput(reference.input))) {
    // Nix knows no position here.
    throw new BaseError(
      hint`cannot call 'getFlake' on unlocked flake reference '${text}', at ${"\xc2\xabnone\xc2\xbb:0"} (use --impure to override)`,
    );
  }
  return flakes.evaluate(reference, { writeLockFile: false });
}
