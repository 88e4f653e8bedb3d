// Strings: bytes with a context that says which store objects they mention.

import type { Evaluator } from "../machine/evaluator.ts";
import { MappedList, openList } from "../machine/mapped-list.ts";
import { ContextCollector } from "../values/context.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force, Thunk } from "../values/thunk.ts";
import { NixString, type Slot, stringValue, type Value } from "../values/value.ts";
import { evalError } from "./define.ts";
import { Joiner } from "./joiner.ts";
import { replaceAll } from "./replace.ts";

function toString(evaluator: Evaluator, slot: Slot): Value {
  // What is still to be evaluated is so one level further in.
  if (!(slot instanceof Thunk) || slot.isForced) {
    const value = force(slot);
    if (typeof value === "string" || value instanceof NixString) return value;
  }
  const collector = new ContextCollector();
  const text = evaluator.coerceToString(
    slot,
    collector,
    "while evaluating the first argument passed to builtins.toString",
    { coerceMore: true, copyToStore: false },
  );
  return stringValue(text, collector.context);
}

function substring(evaluator: Evaluator, startSlot: Slot, lengthSlot: Slot, slot: Slot): Value {
  const start = evaluator.forceInt(
    startSlot,
    "while evaluating the first argument (the start offset) passed to builtins.substring",
  );
  if (start < 0) throw evalError("negative start position in 'substring'");
  const length = evaluator.forceInt(
    lengthSlot,
    "while evaluating the second argument (the substring length) passed to builtins.substring",
  );
  if (length === 0) {
    const value = force(slot);
    if (typeof value === "string") return "";
    if (value instanceof NixString) return stringValue("", value.context);
  }
  const collector = new ContextCollector();
  const text = evaluator.coerceToString(
    slot,
    collector,
    "while evaluating the third argument (the string) passed to builtins.substring",
  );
  if (start >= text.length) return stringValue("", collector.context);
  const end = length < 0 ? text.length : Number(start) + Number(length);
  return stringValue(text.slice(Number(start), end), collector.context);
}

function concatStringsSep(evaluator: Evaluator, separatorSlot: Slot, slot: Slot): Value {
  const collector = new ContextCollector();
  const separator = evaluator.forceString(
    separatorSlot,
    "while evaluating the first argument (the separator string) passed to builtins.concatStringsSep",
    collector,
  );
  const list = openList(
    evaluator,
    slot,
    "while evaluating the second argument (the list of strings to concat) passed to builtins.concatStringsSep",
  );
  const joiner = new Joiner(separator);
  for (let i = 0; i < list.length; i++) {
    const element = list instanceof MappedList ? list.strictSlot(i) : (list[i] as Slot);
    joiner.add(
      typeof element === "string"
        ? element
        : evaluator.coerceToString(
            element,
            collector,
            "while evaluating one element of the list of strings to concat passed to builtins.concatStringsSep",
          ),
    );
  }
  return stringValue(joiner.joined(), collector.context);
}

function replaceStrings(evaluator: Evaluator, fromSlot: Slot, toSlot: Slot, slot: Slot): Value {
  const fromList = evaluator.forceList(
    fromSlot,
    "while evaluating the first argument passed to builtins.replaceStrings",
  );
  const toList = evaluator.forceList(toSlot, "while evaluating the second argument passed to builtins.replaceStrings");
  if (fromList.length !== toList.length) {
    throw evalError("'from' and 'to' arguments passed to builtins.replaceStrings have different lengths");
  }
  const from: string[] = [];
  for (const element of fromList) {
    from.push(
      evaluator.forceString(
        element,
        "while evaluating one of the strings to replace passed to builtins.replaceStrings",
      ),
    );
  }
  const collector = new ContextCollector();
  const text = evaluator.forceString(
    slot,
    "while evaluating the third argument passed to builtins.replaceStrings",
    collector,
  );
  // A replacement is looked at only when its string occurs, and its context counts only then.
  const replacements: (string | undefined)[] = [];
  const result = replaceAll(text, from, (index) => {
    replacements[index] ??= evaluator.forceString(
      toList[index] as Slot,
      "while evaluating one of the replacement strings passed to builtins.replaceStrings",
      collector,
    );
    return replacements[index];
  });
  return stringValue(result, collector.context);
}

function stringLength(evaluator: Evaluator, slot: Slot): Value {
  const frame = "while evaluating the argument passed to builtins.stringLength";
  return evaluator.coerceToString(slot, new ContextCollector(), frame).length;
}

export const stringBuiltins: readonly PrimOpDefinition[] = [
  { name: "toString", arity: 1, argumentNames: ["e"], isGlobal: true, impl: toString },
  { name: "substring", arity: 3, argumentNames: ["start", "len", "s"], impl: substring },
  { name: "stringLength", arity: 1, argumentNames: ["e"], impl: stringLength },
  { name: "concatStringsSep", arity: 2, argumentNames: ["separator", "list"], opens: 1, impl: concatStringsSep },
  { name: "replaceStrings", arity: 3, argumentNames: ["from", "to", "s"], impl: replaceStrings },
];
