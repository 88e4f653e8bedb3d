// `fromTOML`.

import { hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { AttrsBuilder } from "../values/attrs.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import type { Slot, Value } from "../values/value.ts";
import { evalError } from "./define.ts";
import { nullByteInString } from "./null-byte.ts";
import type { TomlTable, TomlValue } from "./toml/document.ts";
import { parseToml } from "./toml/parse.ts";
import { TomlTime } from "./toml/scalars.ts";

function fromToml(evaluator: Evaluator, slot: Slot): Value {
  const frame = "while evaluating the argument passed to builtins.fromTOML";
  return convertTable(evaluator, parseToml(evaluator.forceStringNoContext(slot, frame)));
}

function convertTable(evaluator: Evaluator, table: TomlTable): Value {
  const attrs = new AttrsBuilder();
  for (const [name, value] of [...table.entries].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    attrs.set(evaluator.symbol(withoutNul(name)), convert(evaluator, value));
  }
  return attrs.build();
}

function convert(evaluator: Evaluator, value: TomlValue): Value {
  switch (value.kind) {
    case "table":
      return convertTable(evaluator, value);
    case "list":
      return value.items.map((item) => convert(evaluator, item));
    case "scalar":
      if (value.value instanceof TomlTime) return convertTime(evaluator, value.value);
      return typeof value.value === "string" ? withoutNul(value.value) : value.value;
  }
}

function convertTime(evaluator: Evaluator, { text }: TomlTime): Value {
  if (!evaluator.settings.experimentalFeatures.has("parse-toml-timestamps")) {
    throw evalError("while parsing TOML: Dates and times are not supported");
  }
  return evaluator.attrs({ _type: "timestamp", value: text });
}

function withoutNul(text: string): string {
  if (text.includes("\0")) throw evalError(hint`while parsing TOML: error: ${nullByteInString(text).hint}`);
  return text;
}

export const tomlBuiltins: readonly PrimOpDefinition[] = [
  { name: "fromTOML", arity: 1, argumentNames: ["e"], isGlobal: true, impl: fromToml },
];
