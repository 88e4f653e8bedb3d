// Binary operators: how tightly each binds, and what node it makes. `<`, `-` and the like are calls of `__lessThan`,
// `__sub` and so on, which a program can redefine in its own scope.

import type { BinaryExpr, Expr, Offset, VarExpr } from "./ast.ts";
import { noOffset } from "./ast.ts";
import { token } from "./tokens.ts";

interface OperatorPlaces {
  readonly left: Offset;
  readonly operator: Offset;
  readonly right: Offset;
}

interface BinaryOperator {
  readonly associativity: "left" | "right" | "none";
  readonly make: (left: Expr, right: Expr, places: OperatorPlaces) => Expr;
}

/** By kind of token; 0 for what is no binary operator, higher binds tighter. */
export const precedence: Uint8Array = new Uint8Array(64);
precedence[token.implies] = 1;
precedence[token.or] = 2;
precedence[token.and] = 3;
precedence[token.equal] = 4;
precedence[token.notEqual] = 4;
precedence[token.less] = 5;
precedence[token.greater] = 5;
precedence[token.lessOrEqual] = 5;
precedence[token.greaterOrEqual] = 5;
precedence[token.update] = 6;
/** Of the operand of `!`, which so takes `+` with it but not `//`. */
export const unaryNotPrecedence = 7;
precedence[token.plus] = 8;
precedence[token.minus] = 8;
precedence[token.times] = 9;
precedence[token.divide] = 9;
precedence[token.concat] = 10;
precedence[token.question] = 11;

/** By kind of token: whether an operand that is not `!` or `-` may begin with it. */
export const startsSimple: Uint8Array = new Uint8Array(64);
for (const kind of [
  token.identifier,
  token.integer,
  token.float,
  token.quote,
  token.indentedStringOpen,
  token.path,
  token.homePath,
  token.searchPath,
  token.uri,
  token.parenOpen,
  token.let,
  token.rec,
  token.braceOpen,
  token.bracketOpen,
]) {
  startsSimple[kind] = 1;
}

export const binaryOperators: ReadonlyMap<number, BinaryOperator> = new Map<number, BinaryOperator>([
  [token.implies, binary("->", "right")],
  [token.or, binary("||", "left")],
  [token.and, binary("&&", "left")],
  [token.equal, binary("==", "none")],
  [token.notEqual, binary("!=", "none")],
  [token.less, { associativity: "none", make: (left, right, at) => call("__lessThan", left, right, at) }],
  [token.greater, { associativity: "none", make: (left, right, at) => call("__lessThan", right, left, at) }],
  [token.lessOrEqual, { associativity: "none", make: (left, right, at) => not(call("__lessThan", right, left, at)) }],
  [
    token.greaterOrEqual,
    { associativity: "none", make: (left, right, at) => not(call("__lessThan", left, right, at)) },
  ],
  [token.update, binary("//", "right")],
  [token.plus, { associativity: "left", make: concatenate }],
  [token.minus, { associativity: "left", make: (left, right, at) => call("__sub", left, right, at) }],
  [token.times, { associativity: "left", make: (left, right, at) => call("__mul", left, right, at) }],
  [token.divide, { associativity: "left", make: (left, right, at) => call("__div", left, right, at) }],
  [token.concat, binary("++", "right")],
]);

function binary(op: BinaryExpr["op"], associativity: BinaryOperator["associativity"]): BinaryOperator {
  // Nix gives comparisons no place of their own.
  const hasPlace = op !== "==" && op !== "!=";
  return {
    associativity,
    make: (left, right, at) => ({ kind: "binary", op, left, right, pos: hasPlace ? at.operator : noOffset }),
  };
}

function concatenate(left: Expr, right: Expr, at: OperatorPlaces): Expr {
  const parts = [
    { expr: left, pos: at.left },
    { expr: right, pos: at.right },
  ];
  return { kind: "concatStrings", forceString: false, parts, pos: at.operator };
}

function call(name: string, first: Expr, second: Expr, at: OperatorPlaces): Expr {
  const fn: VarExpr = { kind: "var", name, pos: noOffset };
  return { kind: "call", fn, args: [first, second], pos: at.operator };
}

function not(operand: Expr): Expr {
  return { kind: "not", operand };
}
