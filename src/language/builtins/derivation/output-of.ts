// `outputOf`: an output of a derivation that may itself be built (dynamic derivations).

import { derivationOutputPath, downstreamPlaceholder, parseStorePath, type StorePath } from "#formats";
import { hint, type Hint } from "../../errors/index.ts";
import type { Evaluator } from "../../machine/evaluator.ts";
import { ContextCollector, type DerivedFrom, displayContextElement, StringContext } from "../../values/context.ts";
import type { PrimOpDefinition } from "../../values/prim-op.ts";
import { type Slot, stringValue, type Value } from "../../values/value.ts";
import { evalError } from "../define.ts";
import { withLanguageErrors } from "../foreign-error.ts";
import { outputValue } from "./output-value.ts";

function outputOf(evaluator: Evaluator, slot: Slot, outputSlot: Slot): Value {
  const frame = "while evaluating the first argument to builtins.outputOf";
  const drv = derivationReference(evaluator, slot, frame);
  const output = evaluator.forceStringNoContext(
    outputSlot,
    "while evaluating the second argument to builtins.outputOf",
  );
  if (drv.kind === "opaque") {
    const path = withLanguageErrors(() => knownPath(evaluator, drv.path, output));
    return outputValue(evaluator, drv.path, output, path);
  }
  return stringValue(placeholderFor(drv, output), StringContext.of([{ kind: "built", drv, output }]));
}

function placeholderFor(drv: DerivedFrom, output: string): string {
  const outputs = [output];
  let from = drv;
  for (; from.kind === "built"; from = from.drv) outputs.unshift(from.output);
  const [first, ...rest] = outputs as [string, ...string[]];
  return downstreamPlaceholder(from.path, first, ...rest);
}

function knownPath(evaluator: Evaluator, drv: StorePath, output: string): StorePath | undefined {
  const { io } = evaluator;
  const derivation = io.readDerivation(drv);
  if (!derivation.outputs.has(output)) {
    throw evalError(hint`derivation '${`${io.storeDir}/${drv}`}' does not have output '${output}'`);
  }
  return derivationOutputPath(io.storeDir, derivation, output);
}

/** The one thing that a string refers to (coerceToSingleDerivedPath). */
export function derivationReference(evaluator: Evaluator, slot: Slot, frame: string): DerivedFrom {
  const collector = new ContextCollector();
  const text = evaluator.forceString(slot, frame, collector);
  const fail = (message: Hint): never => {
    throw evalError(message).addTrace(undefined, frame);
  };
  const elements = collector.context.parsed();
  const [element] = elements;
  if (element === undefined || elements.length > 1) {
    return fail(
      hint`string '${text}' has ${elements.length} entries in its context. It should only have exactly one entry`,
    );
  }
  const { storeDir } = evaluator.io;
  switch (element.kind) {
    case "drvDeep":
      return fail(
        hint`string '${text}' has a context which refers to a complete source and binary closure. This is not supported at this time`,
      );
    case "opaque":
      return { kind: "opaque", path: withLanguageErrors(() => parseStorePath(storeDir, text)) };
    case "built": {
      const expected =
        element.drv.kind === "opaque"
          ? knownOutputText(evaluator, element.drv.path, element.output)
          : placeholderFor(element.drv, element.output);
      if (text === expected) return element;
      const derivation = displayContextElement(storeDir, element.drv);
      return fail(
        hint`string '${text}' has context with the output '${element.output}' from derivation '${derivation}', but the string is not the right placeholder for this derivation output. It should be '${expected}'`,
      );
    }
  }
}

function knownOutputText(evaluator: Evaluator, drv: StorePath, output: string): string {
  const path = withLanguageErrors(() => knownPath(evaluator, drv, output));
  return path === undefined ? downstreamPlaceholder(drv, output) : `${evaluator.io.storeDir}/${path}`;
}

export const outputOfBuiltins: readonly PrimOpDefinition[] = [
  {
    name: "outputOf",
    arity: 2,
    argumentNames: ["derivation-reference", "output-name"],
    experimentalFeature: "dynamic-derivations",
    impl: outputOf,
  },
];
