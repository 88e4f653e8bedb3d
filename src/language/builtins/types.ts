// What kind of value something is.

import { Attrs } from "../values/attrs.ts";
import { isInteger } from "../values/integer.ts";
import { Lambda } from "../values/lambda.ts";
import { PrimOp, PrimOpApp, type PrimOpDefinition } from "../values/prim-op.ts";
import { forceKept } from "../machine/force.ts";
import { typeTag } from "../values/type-name.ts";
import { NixFloat, NixPath, NixString, type Value } from "../values/value.ts";

const test = (name: string, accepts: (value: Value) => boolean): PrimOpDefinition => ({
  name,
  arity: 1,
  argumentNames: ["e"],
  isGlobal: name === "isNull",
  impl: (_, slot) => accepts(forceKept(slot)),
});

export const typeBuiltins: readonly PrimOpDefinition[] = [
  test("isNull", (value) => value === null),
  test("isBool", (value) => typeof value === "boolean"),
  test("isInt", isInteger),
  test("isFloat", (value) => value instanceof NixFloat),
  test("isString", (value) => typeof value === "string" || value instanceof NixString),
  test("isPath", (value) => value instanceof NixPath),
  test("isList", Array.isArray),
  test("isAttrs", (value) => value instanceof Attrs),
  test("isFunction", (value) => value instanceof Lambda || value instanceof PrimOp || value instanceof PrimOpApp),
  {
    name: "typeOf",
    arity: 1,
    argumentNames: ["e"],
    impl: (_, slot) => typeTag(forceKept(slot)),
  },
];
