// Nodes that the parser makes in more than one place.

import type { CallExpr, Expr, Offset } from "./ast.ts";
import { noOffset } from "./ast.ts";

export function makeVariable(name: string, pos: Offset): Expr {
  return name === "__curPos" ? { kind: "curPos", pos } : { kind: "var", name, pos };
}

export function callDesugared(name: string, args: readonly Expr[], pos: Offset): Expr {
  return { kind: "call", fn: { kind: "var", name, pos: noOffset }, args, pos };
}

/** Calling a call adds to its arguments; the node is this parser's own until it hands the tree out. */
export function makeCall(pos: Offset, fn: Expr, argument: Expr): CallExpr {
  if (fn.kind === "call") {
    (fn.args as Expr[]).push(argument);
    return fn;
  }
  return { kind: "call", fn, args: [argument], pos };
}
