// A project evaluated as the page's worker does it, on Node; tests/browser does the same in a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateProject, examples, type Project, projectOfExample, type Report } from "../index.ts";

function evaluate(text: string, part: Partial<Project> = {}): Report {
  const files = [{ name: "main.nix", text }];
  const project = { files, open: "main.nix", view: "value", strict: true, showTrace: false, ...part } as const;
  return evaluateProject(project, 1_700_000_000_000);
}

const plain = (text: string): string => text.replaceAll(/\x1b\[[\d;]*m/g, "");

test("the first file is the program, and sees the others", () => {
  const files = [
    { name: "a.nix", text: "import ./lib/b.nix + builtins.readFile ./u.txt" },
    { name: "lib/b.nix", text: '"b"' },
    { name: "u.txt", text: "ü" },
  ];
  assert.equal(plain(evaluate("", { files }).text), '"bü"');
});

test("a function is called when all its arguments have defaults", () => {
  assert.equal(plain(evaluate("{ x ? 1 }: x + 1").text), "2");
  assert.match(
    plain(evaluate("{ x }: x").text),
    /^error:[^]*cannot evaluate a function that has an argument without a value/,
  );
});

test("what is not strict stays as it is", () => {
  const text = '{ a = throw "x"; }';
  assert.match(plain(evaluate(text).text), /^error:[^]*error: x$/);
  const views = [
    ["value", "{ a = «thunk»; }"],
    ["xml", /<attr column="3" line="1" name="a" path="\/playground\/main.nix">\n {6}<unevaluated \/>/],
  ] as const;
  for (const [view, expected] of views) {
    const said = plain(evaluate(text, { view, strict: false }).text);
    if (typeof expected === "string") assert.equal(said, expected);
    else assert.match(said, expected);
  }
});

test("JSON is laid out for people, with text and numbers as they are", () => {
  const said = evaluate('{ b = [ 9223372036854775807 1.5 ]; a = "ä\n"; }', { view: "json" });
  assert.equal(said.text, '{\n  "a": "ä\\n",\n  "b": [\n    9223372036854775807,\n    1.5\n  ]\n}');
});

test("an error tells its place in a file of the project, and none elsewhere", () => {
  assert.deepEqual(evaluate("ä +").place, { file: "main.nix", line: 1, column: 1 });
  assert.deepEqual(evaluate("{\n a = b;\n}").place, { file: "main.nix", line: 2, column: 6 });
  assert.equal(evaluate('throw "x"').place, undefined);
});

test("derivations come with what is in their files, inputs first", () => {
  const rest = 'system = "s"; builder = "b";';
  const { derivations, succeeded } = evaluate(
    `derivation { name = "y"; x = derivation { name = "x"; ${rest} }; ${rest} }`,
  );
  assert.ok(succeeded);
  assert.deepEqual(
    derivations.map(({ name }) => name),
    ["x", "y"],
  );
  const [x, y] = derivations;
  assert.ok(y?.text.includes(`[("${x?.path}",["out"])]`));
  assert.match(y?.outputs[0]?.path ?? "", /^\/nix\/store\/[0-9a-z]{32}-y$/);
});

test("the time is the page's", () => {
  assert.equal(plain(evaluate("builtins.currentTime").text), "1700000000");
});

test("every example evaluates as its title says", () => {
  for (const example of examples) {
    const { succeeded, derivations } = evaluateProject(projectOfExample(example), 0);
    assert.equal(succeeded, !/error|does not end/.test(example.title), example.title);
    assert.equal(derivations.length > 0, example.view === "derivations", example.title);
  }
});
