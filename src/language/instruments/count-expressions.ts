// How many nodes a tree has, as Nix's parser makes them (Expr::nrExprs): a few of ours stand for more than one of Nix's.

import type { AttrPath, AttrsExpr, Expr } from "../syntax/ast.ts";

export function countExpressions(expr: Expr): number {
  switch (expr.kind) {
    case "int":
    case "float":
    case "string":
    case "path":
    case "var":
    case "curPos":
      return 1;
    case "select":
      return (
        1 +
        countExpressions(expr.target) +
        countInPath(expr.path) +
        (expr.or === undefined ? 0 : countExpressions(expr.or))
      );
    case "hasAttr":
      return 1 + countExpressions(expr.target) + countInPath(expr.path);
    case "attrs":
      return countAttrs(expr);
    case "list":
      return 1 + countAll(expr.items);
    case "lambda":
      return (
        1 +
        countExpressions(expr.body) +
        countAll((expr.formals?.formals ?? []).flatMap(({ fallback }) => (fallback === undefined ? [] : [fallback])))
      );
    case "call":
      return 1 + countExpressions(expr.fn) + countAll(expr.args);
    case "let":
      return 1 + countAttrs(expr.attrs) + countExpressions(expr.body);
    case "with":
      return 1 + countExpressions(expr.scope) + countExpressions(expr.body);
    case "if":
      return 1 + countAll([expr.condition, expr.then, expr.else]);
    case "assert":
      return 1 + countAll([expr.condition, expr.body]);
    case "not":
      return 1 + countExpressions(expr.operand);
    case "binary":
      return 1 + countAll([expr.left, expr.right]);
    case "concatStrings":
      return 1 + countAll(expr.parts.map((part) => part.expr));
    case "packed":
      return countExpressions(expr.unpack());
  }
}

function countAttrs(expr: AttrsExpr): number {
  // `inherit (from) name …` is a source, a reference to it, and a selection from that for each name.
  let count = 1 + countAll(expr.inheritFrom) + expr.inheritFrom.length;
  for (const def of expr.attrs.values()) count += def.kind === "inheritedFrom" ? 1 : countExpressions(def.value);
  for (const { name, value } of expr.dynamic) count += countExpressions(name) + countExpressions(value);
  return count;
}

function countInPath(path: AttrPath): number {
  return countAll(path.flatMap((name) => (name.kind === "dynamic" ? [name.expr] : [])));
}

function countAll(exprs: readonly Expr[]): number {
  return exprs.reduce((sum, expr) => sum + countExpressions(expr), 0);
}
