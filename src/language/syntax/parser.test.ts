// What a printed tree does not show: names and doc comments of functions, places of nodes, warnings, and how the parser
// behaves at its limits.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ParseError, renderError, renderWarning, StackOverflowError } from "../errors/index.ts";
import type { BaseError } from "../errors/index.ts";
import { noOffset, parseBindings, parseFile, printExpr } from "./index.ts";
import type { Expr, LambdaExpr, ParseRequest } from "./index.ts";

function request(text: string, options: Partial<ParseRequest> = {}): ParseRequest {
  return { origin: { kind: "string" }, text, baseDirectory: "/base", homeDirectory: "/root", ...options };
}

function parseText(text: string, options: Partial<ParseRequest> = {}): Expr {
  return parseFile(request(text, options)).expr;
}

/** The functions of an expression, outermost first, as far as bodies and attributes lead. */
function lambdasOf(expr: Expr): LambdaExpr[] {
  switch (expr.kind) {
    case "lambda":
      return [expr, ...lambdasOf(expr.body)];
    case "attrs":
      return [...expr.attrs.values()].flatMap((def) => (def.kind === "plain" ? lambdasOf(def.value) : []));
    case "let":
      return lambdasOf(expr.attrs);
    case "select":
      return lambdasOf(expr.target);
    default:
      return [];
  }
}

test("a doc comment belongs to the function behind it and to those that it returns", () => {
  // What `:doc` of Nix's REPL shows of each.
  const cases: readonly (readonly [source: string, docs: readonly (string | undefined)[]])[] = [
    ["/** one */ x: x", ["/** one */"]],
    ["{ /** two */ f = x: y: x; }", ["/** two */", "/** two */"]],
    ["{ /** three */ f = /** four */ x: y: x; }", ["/** four */", "/** four */"]],
    ['{ /** five */ /* six */ "a b" = { x }: y: x; }', ["/** five */", "/** five */"]],
    ["/** seven */ /** eight */ { x }: x", ["/** eight */"]],
    ["let /** nine */ g = x: x; in g", ["/** nine */"]],
    ["{ /* plain */ f = x: x; }", [undefined]],
    ["{ /***/ f = x: x; }", [undefined]],
    ["{ /** late */ a = 1; f = x: x; }", [undefined]],
    ["{ f /** inner */ = x: x; }", [undefined]],
    ["{ f = x: /** ten */ y: x; }", [undefined, "/** ten */"]],
  ];
  for (const [source, docs] of cases) {
    const found = lambdasOf(parseText(source)).map(({ doc }) => doc && source.slice(doc.start, doc.end));
    assert.deepEqual(found, docs, source);
  }
});

test("a function is named after the attribute or variable that it is bound to", () => {
  const cases: readonly (readonly [source: string, names: readonly (string | undefined)[]])[] = [
    ["x: x", [undefined]],
    ["{ f = x: y: x; }", ["f", "f"]],
    ["{ a.b.f = x: x; }", ["f"]],
    ["let f = (x: x); in f", ["f"]],
    ["{ a = { f = x: x; }; a.g = x: x; }", ["f", "g"]],
  ];
  for (const [source, names] of cases) {
    assert.deepEqual(
      lambdasOf(parseText(source)).map(({ name }) => name),
      names,
      source,
    );
  }
});

function offsetOf(source: string): number | undefined {
  const expr = parseText(source);
  return "pos" in expr ? expr.pos : undefined;
}

test("nodes lie where Nix says that they lie", () => {
  assert.equal(offsetOf("  f x"), 2);
  assert.equal(offsetOf("a + b"), 2);
  assert.equal(offsetOf("a // b"), 2);
  assert.equal(offsetOf("a < b"), 2);
  assert.equal(offsetOf("a == b"), noOffset);
  assert.equal(offsetOf(" - a"), 1);
  assert.equal(offsetOf(" a.b"), 1);
  assert.equal(offsetOf("let { body = 1; }"), noOffset);
  assert.equal(offsetOf(' "${a}"'), 2);
  assert.equal(offsetOf(" ''${a}''"), 1);
  assert.equal(offsetOf("(f x) y"), 1);
});

test("bindings of the REPL become a set", () => {
  assert.equal(
    printExpr(parseBindings(request("a = 1; inherit b; c.d = 2;")).expr),
    "{ inherit b; a = 1; c = { d = 2; }; }",
  );
  assert.throws(() => parseBindings(request("")), { message: /^syntax error, unexpected end of file/ });
  assert.throws(() => parseBindings(request("a = 1; 2")), { message: /^syntax error, unexpected integer/ });
});

test("lints warn or fail and name their setting", () => {
  // What Nix 2.34.8 writes for `nix-instantiate --parse --option NAME LEVEL -E SOURCE`.
  const advice = "Consider replacing path literal";
  const cases: readonly (readonly [source: string, lint: string, message: string])[] = [
    ["a:b", "urlLiterals", 'URL literals are ¿. Consider using a string literal "a:b" instead (lint-url-literals)'],
    [
      "a/b",
      "shortPathLiterals",
      "relative path literal 'a/b' should be prefixed with '.' for clarity: './a/b' (lint-short-path-literals)",
    ],
    [
      "/a",
      "absolutePathLiterals",
      `absolute path literals are not portable. ${advice} '/a' by a string, relative path, or parameter (lint-absolute-path-literals)`,
    ],
    [
      "~/b",
      "absolutePathLiterals",
      `home path literals are not portable. ${advice} '~/b' by a string, relative path, or parameter (lint-absolute-path-literals)`,
    ],
  ];
  for (const [source, lint, message] of cases) {
    const warnings: string[] = [];
    parseText(source, { lints: { [lint]: "warn" }, warn: (warning) => warnings.push(renderWarning(warning)) });
    const frame = `         at \xc2\xabstring\xc2\xbb:1:1:\n              1| ${source}\n               | ^`;
    assert.deepEqual(warnings, [`warning: ${message.replace("¿", "discouraged")}\n${frame}`]);
    assert.throws(() => parseText(source, { lints: { [lint]: "fatal" } }), {
      message: message.replace("¿", "disallowed"),
    });
    assert.doesNotThrow(() => parseText("[ ./b ]", { lints: { [lint]: "fatal" } }));
  }
});

test("a home path needs a home, and impure evaluation", () => {
  assert.throws(() => parseText("1 + ~/b", { pure: true }), {
    message: "the path '~/b' can not be resolved in pure mode",
  });
  assert.throws(() => parseText("~/b", { homeDirectory: undefined }), {
    message: "cannot determine user's home directory",
  });
});

test("pipes need their experimental feature", () => {
  assert.throws(
    () => parseText("f: 1 |> f"),
    (error: BaseError) => {
      assert.match(renderError(error), /experimental Nix feature 'pipe-operators' is disabled; add '--extra-.*:1:6:/s);
      return true;
    },
  );
});

test("nesting that the stack cannot hold is Nix's stack overflow, long chains are no nesting", () => {
  const depth = 1_000_000;
  assert.throws(() => parseText("[".repeat(depth) + "]".repeat(depth)), StackOverflowError);
  assert.throws(() => parseText("{a=1;b=".repeat(depth) + "1" + ";}".repeat(depth)), StackOverflowError);
  // Nix's parser has no limit, so that it finds what is wrong with the text.
  assert.throws(() => parseText("{a=".repeat(depth)), {
    message: "syntax error, unexpected end of file",
  });
  assert.equal(printExpr(parseText("f ".repeat(100_000))).length, 200_001);
  assert.equal(printExpr(parseText("1 + ".repeat(100_000) + "1")).length, 600_001);
});

test("hostile text is looked at once: each of these would take minutes otherwise", () => {
  const count = 200_000;
  for (const source of [
    "/*".repeat(count),
    "a.".repeat(count) + "_:x",
    "<a".repeat(count),
    '"' + "$\\".repeat(count),
    "''" + "'$".repeat(count),
    "./a" + "/b".repeat(count) + "/",
  ]) {
    assert.throws(() => parseText(source), ParseError);
  }
});
