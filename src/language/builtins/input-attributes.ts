// The attributes of an input between the language and the fetchers, and what reading them may ask of the evaluation.

import type { InputAttribute, InputAttributes, InputContext } from "#formats";
import type { Evaluator } from "../machine/evaluator.ts";
import { type Attrs, AttrsBuilder } from "../values/attrs.ts";
import { normaliseInteger } from "../values/integer.ts";
import type { Value } from "../values/value.ts";
import { requireFeature } from "./features.ts";

export function inputContext(evaluator: Evaluator): InputContext {
  return {
    requireFeature: (feature) => requireFeature(evaluator, feature),
    warn: (text) => evaluator.io.emitMessage("warn", text),
  };
}

export function attributesValue(evaluator: Evaluator, attributes: InputAttributes): Attrs {
  const builder = new AttrsBuilder();
  const sorted = [...attributes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of sorted) builder.set(evaluator.symbol(name), attributeValue(value));
  return builder.build();
}

/** A number beyond what a signed integer holds wraps around, as it does in Nix. */
export function attributeValue(value: InputAttribute): Value {
  return typeof value === "bigint" ? (normaliseInteger(BigInt.asIntN(64, value)) ?? 0) : value;
}
