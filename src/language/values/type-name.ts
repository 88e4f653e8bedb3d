// What kind of value it is, as error messages say it (showType).

import { Attrs } from "./attrs.ts";
import { Lambda } from "./lambda.ts";
import { PrimOp, PrimOpApp } from "./prim-op.ts";
import { Thunk } from "./thunk.ts";
import { NixFloat, NixPath, NixString, type Slot, type Value } from "./value.ts";

/** The nine types of Nix, each with one word. */
export type TypeTag = "int" | "float" | "bool" | "string" | "path" | "null" | "set" | "list" | "lambda";

/** The type as `builtins.typeOf` names it. */
export function typeTag(value: Value): TypeTag {
  switch (typeof value) {
    case "number":
    case "bigint":
      return "int";
    case "boolean":
      return "bool";
    case "string":
      return "string";
    default:
      if (value === null) return "null";
      if (value instanceof Attrs) return "set";
      if (Array.isArray(value)) return "list";
      if (value instanceof NixString) return "string";
      if (value instanceof NixPath) return "path";
      if (value instanceof NixFloat) return "float";
      return "lambda";
  }
}

const articles: Record<TypeTag, string> = {
  int: "an integer",
  float: "a float",
  bool: "a Boolean",
  string: "a string",
  path: "a path",
  null: "null",
  set: "a set",
  list: "a list",
  lambda: "a function",
};

/** `a set`, `a string with context`, `the built-in function 'map'`, `a thunk`. */
export function typeName(slot: Slot): string {
  if (slot instanceof Thunk) {
    if (slot.isForced) return typeName(slot.force());
    return slot.isBlackHole ? "a black hole" : "a thunk";
  }
  if (slot instanceof NixString) return "a string with context";
  if (slot instanceof PrimOp) return `the built-in function '${slot.name}'`;
  if (slot instanceof PrimOpApp) return `the partially applied built-in function '${slot.primOp.name}'`;
  if (slot instanceof Lambda) return "a function";
  return articles[typeTag(slot)];
}
