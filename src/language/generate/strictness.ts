// Which parameters a function is sure to force before anything else can see that they are not forced. What is passed for
// such a one may be computed before the call, as far as that cannot fail: nobody can tell.
//
// The walk follows the order of evaluation. A parameter counts when on every way its first mention is one that forces it;
// any other mention first (in an argument, a member, an element, a nested function) lets it out of sight.

import type { Evaluator } from "../machine/evaluator.ts";
import type { Expr } from "../syntax/ast.ts";
import type { Scope } from "../compile/scope.ts";
import { knownPrimOp } from "../compile/call.ts";

interface Use {
  /** Forced for sure, by number of the parameter. */
  readonly forced: number;
  /** Perhaps seen as it is. */
  readonly seen: number;
}

const nothing: Use = { forced: 0, seen: 0 };

/** Builtins that force the arguments with these bits before they do anything with them, and keep none. */
export const strictBuiltins: ReadonlyMap<string, number> = new Map([
  ["add", 3],
  ["bitAnd", 3],
  ["bitOr", 3],
  ["bitXor", 3],
  ["ceil", 1],
  ["div", 3],
  ["elemAt", 3],
  ["floor", 1],
  ["genList", 2],
  ["head", 1],
  ["length", 1],
  ["lessThan", 3],
  ["mul", 3],
  ["stringLength", 1],
  ["sub", 3],
  ["substring", 7],
  ["tail", 1],
  ["toString", 1],
]);

/** Beyond this depth of nesting everything counts as seen. */
const deepest = 30;

/** A bit for each parameter; `scope` is that of the body and `parameters` what it names. */
export function strictParameters(
  evaluator: Evaluator,
  body: Expr,
  scope: Scope,
  parameters: readonly string[],
): number {
  const all = (1 << parameters.length) - 1;
  const bits = new Map(parameters.map((name, index) => [name, 1 << index]));
  return use(body, 0).forced;

  function use(expr: Expr, depth: number): Use {
    if (depth > deepest) return { forced: 0, seen: all };
    const inner = depth + 1;
    switch (expr.kind) {
      case "int":
      case "float":
      case "string":
      case "path":
      case "curPos":
        return nothing;
      case "var":
        return { forced: bits.get(expr.name) ?? 0, seen: 0 };
      case "packed":
        return use(expr.unpack(), depth);
      case "select":
        if (expr.or !== undefined || expr.path.some((name) => name.kind === "dynamic")) break;
        return use(expr.target, inner);
      case "if":
        return inOrder(use(expr.condition, inner), either(use(expr.then, inner), use(expr.else, inner)));
      case "not":
        return use(expr.operand, inner);
      case "binary":
        switch (expr.op) {
          case "==":
          case "!=":
            return inOrder(use(expr.left, inner), use(expr.right, inner));
          case "&&":
          case "||":
          case "->":
            return inOrder(use(expr.left, inner), either(use(expr.right, inner), nothing));
          case "//":
            return inOrder(use(expr.right, inner), use(expr.left, inner));
          case "++":
            return inOrder(use(expr.left, inner), use(expr.right, inner));
        }
        break;
      case "concatStrings":
        return expr.parts.map((part) => use(part.expr, inner)).reduce(inOrder, nothing);
      case "call": {
        const primOp = knownPrimOp(expr.fn, scope, evaluator);
        const strict = primOp?.arity === expr.args.length ? (strictBuiltins.get(primOp.name) ?? 0) : 0;
        const args = expr.args.map((arg, index) => {
          if (((strict >> index) & 1) === 1) return use(arg, inner);
          return { forced: 0, seen: mentioned(arg) };
        });
        return args.reduce(inOrder, use(expr.fn, inner));
      }
      case "hasAttr":
      case "attrs":
      case "list":
      case "lambda":
      case "let":
      case "with":
      case "assert":
        break;
    }
    return { forced: 0, seen: mentioned(expr) };
  }

  /** Who mentions a parameter at all; said of all when it would take long to find out. */
  function mentioned(expr: Expr): number {
    switch (expr.kind) {
      case "int":
      case "float":
      case "string":
      case "path":
      case "curPos":
        return 0;
      case "var":
        return bits.get(expr.name) ?? 0;
      case "call":
        return expr.args.reduce((found, arg) => found | mentioned(arg), mentioned(expr.fn));
      case "concatStrings":
        return expr.parts.reduce((found, part) => found | mentioned(part.expr), 0);
      case "list":
        return expr.items.reduce((found, item) => found | mentioned(item), 0);
      default:
        return all;
    }
  }
}

/** A parameter that the first part forces cannot be seen unforced by the second. */
function inOrder(first: Use, second: Use): Use {
  return { forced: first.forced | (second.forced & ~first.seen), seen: first.seen | (second.seen & ~first.forced) };
}

function either(one: Use, other: Use): Use {
  return { forced: one.forced & other.forced, seen: one.seen | other.seen };
}
