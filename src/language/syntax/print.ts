// The tree as `nix-instantiate --parse` prints it: every operator in parentheses, attributes sorted by name. Works off an
// explicit stack, so that the depth of the tree is no limit. Byte strings.

import type { AttrPath, AttrsExpr, Expr, LambdaExpr } from "./ast.ts";
import { printFloat } from "../values/float-format.ts";

/** Text to write, or a node to write; the last item of the stack is the next. */
type Work = (string | Expr)[];

export function printExpr(expr: Expr): string {
  return printAll([expr]);
}

function printAll(work: Work): string {
  let output = "";
  for (;;) {
    const item = work.pop();
    if (item === undefined) return output;
    if (typeof item === "string") {
      output += item;
    } else {
      const pieces: Work = [];
      printNode(item, pieces);
      for (let i = pieces.length - 1; i >= 0; i--) work.push(pieces[i] as string | Expr);
    }
  }
}

/** Appends the pieces of one node, in order. */
function printNode(expr: Expr, to: Work): void {
  switch (expr.kind) {
    case "int":
      to.push(String(expr.value));
      return;
    case "float":
      to.push(printFloat(expr.value));
      return;
    case "string":
      to.push(printStringLiteral(expr.text));
      return;
    case "path":
      to.push(expr.path);
      return;
    case "var":
      to.push(showIdentifier(expr.name));
      return;
    case "select":
      to.push("(", expr.target, ").");
      printAttrPath(expr.path, to);
      if (expr.or !== undefined) to.push(" or (", expr.or, ")");
      return;
    case "hasAttr":
      to.push("((", expr.target, ") ? ");
      printAttrPath(expr.path, to);
      to.push(")");
      return;
    case "attrs":
      to.push(expr.recursive ? "rec { " : "{ ");
      printBindings(expr, to);
      to.push("}");
      return;
    case "list":
      to.push("[ ");
      for (const item of expr.items) to.push("(", item, ") ");
      to.push("]");
      return;
    case "lambda":
      printLambda(expr, to);
      return;
    case "call":
      to.push("(", expr.fn);
      for (const argument of expr.args) to.push(" ", argument);
      to.push(")");
      return;
    case "let":
      to.push("(let ");
      printBindings(expr.attrs, to);
      to.push("in ", expr.body, ")");
      return;
    case "with":
      to.push("(with ", expr.scope, "; ", expr.body, ")");
      return;
    case "if":
      to.push("(if ", expr.condition, " then ", expr.then, " else ", expr.else, ")");
      return;
    case "assert":
      to.push("assert ", expr.condition, "; ", expr.body);
      return;
    case "not":
      to.push("(! ", expr.operand, ")");
      return;
    case "binary":
      to.push("(", expr.left, ` ${expr.op} `, expr.right, ")");
      return;
    case "concatStrings":
      to.push("(");
      for (const [index, part] of expr.parts.entries()) to.push(index === 0 ? "" : " + ", part.expr);
      to.push(")");
      return;
    case "curPos":
      to.push("__curPos");
      return;
    case "packed":
      to.push(expr.unpack());
      return;
  }
}

function printBindings(expr: AttrsExpr, to: Work): void {
  const sorted = [...expr.attrs].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const inherited = sorted.filter(([, def]) => def.kind === "inherited");
  if (inherited.length > 0) {
    to.push("inherit");
    for (const [name] of inherited) to.push(" ", showIdentifier(name));
    to.push("; ");
  }
  for (const [index, source] of expr.inheritFrom.entries()) {
    const names = sorted.filter(([, def]) => def.kind === "inheritedFrom" && def.from === index);
    if (names.length === 0) continue;
    to.push("inherit (", source, ")");
    for (const [name] of names) to.push(" ", showIdentifier(name));
    to.push("; ");
  }
  for (const [name, def] of sorted) {
    if (def.kind === "plain") to.push(showIdentifier(name), " = ", def.value, "; ");
  }
  for (const { name, value } of expr.dynamic) to.push('"${', name, '}" = ', value, "; ");
}

function printLambda(expr: LambdaExpr, to: Work): void {
  to.push("(");
  if (expr.formals !== undefined) {
    to.push("{ ");
    const sorted = expr.formals.formals.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    for (const [index, { name, fallback }] of sorted.entries()) {
      to.push(index === 0 ? "" : ", ", showIdentifier(name));
      if (fallback !== undefined) to.push(" ? ", fallback);
    }
    if (expr.formals.ellipsis) to.push(sorted.length === 0 ? "..." : ", ...");
    to.push(" }");
    if (expr.argument !== undefined) to.push(" @ ");
  }
  if (expr.argument !== undefined) to.push(showIdentifier(expr.argument));
  to.push(": ", expr.body, ")");
}

function printAttrPath(path: AttrPath, to: Work): void {
  for (const [index, part] of path.entries()) {
    if (index > 0) to.push(".");
    if (part.kind === "static") to.push(showIdentifier(part.name));
    else to.push('"${', part.expr, '}"');
  }
}

/** `a."b c"."${d}"`, as errors name attributes (showAttrSelectionPath). */
export function showAttrPath(path: AttrPath): string {
  const work: Work = [];
  printAttrPath(path, work);
  return printAll(work.toReversed());
}

const keywords = new Set(["if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"]);

/** A symbol, in quotes where the parser would not read it back as a name (printIdentifier). */
export function showIdentifier(name: string): string {
  if (keywords.has(name)) return `"${name}"`;
  return /^[a-zA-Z_][a-zA-Z0-9_'-]*$/.test(name) ? name : printStringLiteral(name);
}

/** In quotes, with the escapes that Nix reads back (printLiteralString). */
export function printStringLiteral(text: string): string {
  return `"${text.replace(/["\\\n\r\t]|\$(?=\{)/g, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  switch (character) {
    case "\n":
      return "\\n";
    case "\r":
      return "\\r";
    case "\t":
      return "\\t";
    default:
      return `\\${character}`;
  }
}
