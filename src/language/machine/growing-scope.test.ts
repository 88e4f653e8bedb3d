// The scope of the REPL: which variables code sees, and which text may go on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createBuiltins } from "../builtins/index.ts";
import { MemoryIO } from "../io-memory.ts";
import { createEvaluator } from "./evaluator.ts";
import { GrowingScope, UnfinishedText } from "./growing-scope.ts";

function openScope() {
  const evaluator = createEvaluator({ io: new MemoryIO(), builtins: createBuiltins() });
  const scope = new GrowingScope(evaluator);
  const bind = (text: string): void => {
    for (const [name, slot] of scope.readBindings(text, "/")) scope.set(name, slot);
  };
  return { evaluator, scope, bind, evaluate: (text: string) => scope.read(text, "/").evaluate() };
}

test("code sees the variables that there were when it was read", () => {
  const { bind, evaluate } = openScope();
  bind("x = 1");
  bind("y = x + 1");
  bind("f = z: x + z");
  bind("x = x + 10");
  assert.deepEqual([evaluate("x"), evaluate("y"), evaluate("f 1")], [11, 2, 2]);
});

test("a text that could go on is told from one that is wrong", () => {
  const { scope } = openScope();
  for (const text of ["[ 1", "1 +", "''a", "let x = 1; in", "# only a comment"]) {
    assert.throws(() => scope.read(text, "/"), UnfinishedText, text);
  }
  for (const text of ["1 )", "1 2 )", "a = 1"]) {
    assert.throws(() => scope.read(text, "/"), { name: "ParseError" }, text);
  }
  assert.throws(() => scope.readBindings("x = ''a", "/"), UnfinishedText);
  // Without its value it may as well be an expression, which is wrong then.
  assert.throws(() => scope.readBindings("x =", "/"), { name: "ParseError" });
  assert.throws(() => scope.readBindings("x = [", "/"), { name: "ParseError" });
});

test("an attribute set adds its attributes, and names can be asked for", () => {
  const { evaluator, scope, evaluate } = openScope();
  scope.addAttrs(evaluator.evalExpr("{ a = 1; b = 2; }", "/"));
  scope.addAttrs(evaluator.evalExpr("{ a = 3; }", "/"));
  assert.equal(evaluate("a + b"), 5);
  assert.deepEqual([...scope.variables()].slice(0, 3), ["a", "b", "builtins"]);
  scope.clear();
  assert.throws(() => evaluate("a"), { message: "undefined variable 'a'" });
});

test("it has room for 32768 variables", () => {
  const { evaluator, scope } = openScope();
  const many = (count: number) =>
    evaluator.evalExpr(
      `builtins.listToAttrs (builtins.genList (i: { name = "v\${toString i}"; value = i; }) ${count})`,
      "/",
    );
  assert.throws(() => scope.addAttrs(many(32768)), { message: "environment full; cannot add more variables" });
  scope.addAttrs(many(32767));
  scope.set("last", 1);
  assert.throws(() => scope.set("more", 1), { message: "environment full; cannot add more variables" });
});

test("the set of a selection is evaluated apart from what is selected", () => {
  const { scope } = openScope();
  const { finalSelection } = scope.read('{ a = { b = throw "not this"; }; }.a.b', "/");
  const { name, set } = finalSelection?.() ?? {};
  assert.equal(name, "b");
  assert.notEqual(set, undefined);
  assert.equal(scope.read('{ x = 1; }."${"x"}"', "/").finalSelection?.().name, "x");
  assert.equal(scope.read("1", "/").finalSelection, undefined);
});
