// `toJSON` and `fromJSON`.

import type { Evaluator } from "../machine/evaluator.ts";
import { ContextCollector } from "../values/context.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { type Slot, stringValue, type Value } from "../values/value.ts";
import { JsonParseError, parseJson } from "./json/parse.ts";
import { printJson } from "./json/print.ts";

function toJson(evaluator: Evaluator, slot: Slot): Value {
  const collector = new ContextCollector();
  const text = printJson(evaluator, slot, collector);
  return stringValue(text, collector.context);
}

function fromJson(evaluator: Evaluator, slot: Slot): Value {
  const text = evaluator.forceStringNoContext(slot, "while evaluating the first argument passed to builtins.fromJSON");
  try {
    return parseJson(evaluator, text);
  } catch (error) {
    if (error instanceof JsonParseError) error.addTrace(undefined, "while decoding a JSON string");
    throw error;
  }
}

export const jsonBuiltins: readonly PrimOpDefinition[] = [
  { name: "toJSON", arity: 1, argumentNames: ["e"], impl: toJson },
  { name: "fromJSON", arity: 1, argumentNames: ["e"], impl: fromJson },
];
