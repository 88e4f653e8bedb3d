// `parseFlakeRef` and `flakeRefToString`: flake references taken apart and put together. Nothing is fetched.

import {
  flakeReferenceAttributes,
  flakeReferenceFromAttributes,
  type InputAttribute,
  parseFlakeReference,
  printFlakeReference,
} from "#formats";
import { EvalError, hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { isInteger } from "../values/integer.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import { typeName } from "../values/type-name.ts";
import { NixString, type Slot, type Value } from "../values/value.ts";
import { evalError, textOf } from "./define.ts";
import { withLanguageErrors } from "./foreign-error.ts";
import { attributesValue, inputContext } from "./input-attributes.ts";

function parseFlakeRef(evaluator: Evaluator, slot: Slot): Value {
  const text = evaluator.forceStringNoContext(slot, "while evaluating the argument passed to builtins.parseFlakeRef");
  const attributes = withLanguageErrors(() =>
    flakeReferenceAttributes(parseFlakeReference(text, inputContext(evaluator))),
  );
  return attributesValue(evaluator, attributes);
}

function flakeRefToString(evaluator: Evaluator, slot: Slot): Value {
  const given = evaluator.forceAttrs(slot, "while evaluating the argument passed to builtins.flakeRefToString");
  const attributes = new Map<string, InputAttribute>();
  for (const symbol of given.symbols) {
    const name = evaluator.symbols.name(symbol);
    attributes.set(name, readAttribute(name, force(given.get(symbol) as Slot, given.positionOf(symbol))));
  }
  return withLanguageErrors(() =>
    printFlakeReference(flakeReferenceFromAttributes(attributes, inputContext(evaluator))),
  );
}

function readAttribute(name: string, value: Value): InputAttribute {
  if (isInteger(value)) {
    if (value < 0) throw evalError(hint`negative value given for flake ref attr ${name}: ${value}`);
    return BigInt(value);
  }
  if (typeof value === "boolean") return value;
  if (typeof value === "string" || value instanceof NixString) return textOf(value);
  throw new EvalError(
    hint`flake reference attribute sets may only contain integers, Booleans, and strings, but attribute '${name}' is ${typeName(value)}`,
  );
}

export const flakeReferenceBuiltins: readonly PrimOpDefinition[] = [
  { name: "parseFlakeRef", arity: 1, argumentNames: ["flake-ref"], impl: parseFlakeRef },
  { name: "flakeRefToString", arity: 1, argumentNames: ["attrs"], impl: flakeRefToString },
];
