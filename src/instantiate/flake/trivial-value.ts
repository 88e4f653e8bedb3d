// What can be known of an expression without evaluating it, since flake.nix may compute nothing but its outputs: literals,
// sets, lists and functions, and names of constants. Everything else is a thunk, as it is to Nix (Value::isTrivial).

import type { AttrsExpr, Expr, LambdaExpr } from "#language";

/** `expr` of a set, list or function is what has not been looked into. */
export type TrivialValue =
  | { readonly kind: "int"; readonly value: number | bigint }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "null" | "float" | "thunk" }
  /** A function that is no lambda: a builtin by its name. */
  | { readonly kind: "lambda"; readonly expr: LambdaExpr | undefined }
  | { readonly kind: "list"; readonly items: readonly Expr[] }
  | { readonly kind: "set"; readonly attrs: readonly TrivialAttr[] };

export interface TrivialAttr {
  readonly name: string;
  readonly expr: Expr;
  /** The offset of its name in the file. */
  readonly pos: number;
}

/** What a name of the base environment stands for; undefined when it is no such name. */
export type LookUpConstant = (name: string) => TrivialValue | undefined;

/** The value of an attribute before anybody asks for it: sets, lists and functions are thunks still. */
export function valueAtRest(expr: Expr, constant: LookUpConstant): TrivialValue {
  switch (expr.kind) {
    case "int":
      return { kind: "int", value: expr.value };
    case "float":
      return { kind: "float" };
    case "string":
      return { kind: "string", text: expr.text };
    case "path":
      return { kind: "path", path: expr.path };
    case "var":
      return constant(expr.name) ?? { kind: "thunk" };
    case "list":
      return expr.items.length === 0 ? { kind: "list", items: [] } : { kind: "thunk" };
    default:
      return { kind: "thunk" };
  }
}

/** The value where evaluating it computes nothing (forceTrivialValue). */
export function trivialValue(expr: Expr, constant: LookUpConstant): TrivialValue {
  switch (expr.kind) {
    case "attrs":
      return expr.dynamic.length === 0 ? { kind: "set", attrs: trivialAttrs(expr) } : { kind: "thunk" };
    case "list":
      return { kind: "list", items: expr.items };
    case "lambda":
      return { kind: "lambda", expr };
    default:
      return valueAtRest(expr, constant);
  }
}

/** The attributes of a set whose names are written out. */
export function trivialAttrs({ attrs, inheritFrom }: AttrsExpr): TrivialAttr[] {
  return [...attrs].map(([name, definition]) => {
    const { pos } = definition;
    if (definition.kind !== "inheritedFrom") return { name, expr: definition.value, pos };
    // Selecting from something is a computation, whatever it is.
    const target = inheritFrom[definition.from] as Expr;
    return { name, expr: { kind: "select", target, path: [], or: undefined, pos }, pos };
  });
}

/** As errors name the type. */
export function trivialTypeName(value: TrivialValue): string {
  switch (value.kind) {
    case "int":
      return "an integer";
    case "bool":
      return "a Boolean";
    case "lambda":
      return "a function";
    case "null":
      return "null";
    default:
      return `a ${value.kind}`;
  }
}
