// Every form of syntax and every builtin is in a golden that succeeds and in one that fails. Of a builtin that fails the error
// says that it was called, or that its name is in the message.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { MemoryIO } from "../io-memory.ts";
import { createEvaluator } from "../machine/evaluator.ts";
import { createBuiltins } from "./index.ts";

interface Case {
  readonly source: string;
  readonly error: string | undefined;
}

function readCases(): Case[] {
  const cases: Case[] = [];
  for (const room of ["./golden/", "../syntax/golden/"]) {
    const folder = new URL(room, import.meta.url);
    for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".json") && entry !== "files.json")) {
      cases.push(...(JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Case[]));
    }
  }
  const expressions = readFileSync(new URL("../machine/golden/expressions.jsonl", import.meta.url), "utf8");
  for (const line of expressions.trimEnd().split("\n")) {
    const { expr, strict } = JSON.parse(line) as { expr: string; strict: { error?: string } };
    cases.push({ source: expr, error: strict.error });
  }
  return cases;
}

const cases = readCases();
const succeeding = cases.filter(({ error }) => error === undefined);
const failing = cases.filter(({ error }) => error !== undefined);

/** What is written in a program that has the form. */
const forms: Readonly<Record<string, RegExp>> = {
  integer: /(?<![\w.])\d+(?![\w.])/,
  float: /\d\.\d|(?<!\w)\.\d/,
  "float with exponent": /\d[eE][+-]?\d/,
  string: /"[^"]*"/,
  "escape in a string": /"[^"]*\\[nrt"$\\]/,
  interpolation: /"[^"]*\$\{/,
  "indented string": /''/,
  "escape in an indented string": /''(?:\$|\\|')/,
  "relative path": /(?<![\w<])\.\.?\/[\w.]/,
  "absolute path": /(?<![\w.:/"])\/\w+/,
  "path of the home folder": /(?<!\w)~\//,
  "path with interpolation": /\/\$\{/,
  "search path": /<[\w.-]+(?:\/[\w.-]+)*>/,
  "URL literal": /(?<!["\w])[a-z]+:[a-z/]+/,
  list: /\[/,
  set: /\{[^:]*=/,
  "recursive set": /\brec\s*\{/,
  "nested attribute": /\b\w+\.\w+\s*=/,
  "quoted attribute": /[{;]\s*"[^"]*"\s*=/,
  "dynamic attribute": /[{;]\s*\$\{|[{;]\s*"[^"]*\$\{[^"]*"\s*=/,
  inherit: /\binherit\s+\w/,
  "inherit from": /\binherit\s*\(/,
  selection: /\w\.[a-z]/,
  "selection by string": /\."/,
  "dynamic selection": /\.\$\{/,
  "selection with or": /\bor\b/,
  "test for an attribute": /\s\?\s*[a-z"$]/,
  let: /\blet\b[^{]*\bin\b/,
  "old let": /\blet\s*\{/,
  with: /\bwith\b/,
  if: /\bif\b.*\bthen\b.*\belse\b/s,
  assert: /\bassert\b/,
  lambda: /\b[a-z_]\w*:\s/,
  "lambda with a pattern": /\{[^={}]*\}\s*:/,
  "pattern with a default": /\{[^{}=]*\?[^}]*\}\s*:/,
  "pattern with an ellipsis": /\.\.\.\s*\}/,
  "pattern with a name behind": /\}\s*@\s*\w/,
  "pattern with a name before": /\w\s*@\s*\{/,
  call: /\w \w/,
  parentheses: /\(/,
  "unary minus": /(?:^|[\s([])-\s*[\w(]/,
  not: /!\s*[\w(]/,
  "+": / \+ /,
  "-": / - /,
  "*": / \* /,
  "/": / \/ /,
  "++": /\+\+/,
  "//": / \/\/ /,
  "==": /==/,
  "!=": /!=/,
  "<": / < /,
  "<=": /<=/,
  ">": / > /,
  ">=": />=/,
  "&&": /&&/,
  "||": /\|\|/,
  "->": /->/,
  "|>": /\|>/,
  "<|": /<\|/,
  __curPos: /__curPos/,
  "line comment": /#/,
  "block comment": /\/\*/,
};

/** They need the network, or a store that is written to; what they refuse is in store.json. */
const fetchers = new Set(["fetchGit", "fetchMercurial", "fetchTarball", "fetchTree", "fetchurl", "outputOf"]);

/** No frame names them: what fails in them is what they were given. */
const unnamed = new Set(["addErrorContext", "break", "derivation"]);

function builtinNames(): string[] {
  const features = new Set(["dynamic-derivations"]);
  const evaluator = createEvaluator({
    io: new MemoryIO(),
    builtins: createBuiltins(),
    settings: { experimentalFeatures: features },
  });
  return evaluator.builtins.shape.symbols.map((symbol) => evaluator.symbols.name(symbol));
}

function isNamed(source: string, name: string): boolean {
  return new RegExp(`(?<![\\w'-])(?:__)?${name}(?![\\w'-])`).test(source);
}

test("every form of syntax is in a golden that succeeds and in one that fails", () => {
  const missing = Object.entries(forms).flatMap(([name, form]) => [
    ...(succeeding.some(({ source }) => form.test(source)) ? [] : [`${name}: none succeeds`]),
    ...(failing.some(({ source }) => form.test(source)) ? [] : [`${name}: none fails`]),
  ]);
  assert.deepEqual(missing, []);
});

test("every builtin is in a golden that succeeds and in one in which it fails", () => {
  const isConstant = (name: string): boolean =>
    /^(?:true|false|null|builtins|current|nix[VP]|storeDir|lang)/.test(name);
  const missing = builtinNames().flatMap((name) => {
    if (isConstant(name) || fetchers.has(name)) return [];
    return [
      ...(succeeding.some(({ source }) => isNamed(source, name)) || name === "throw" || name === "abort"
        ? []
        : [`${name}: none succeeds`]),
      ...(failing.some(
        ({ source, error }) => isNamed(source, name) && (unnamed.has(name) || error?.includes(`'${name}' builtin`)),
      )
        ? []
        : [`${name}: fails in none`]),
    ];
  });
  assert.deepEqual(missing, []);
});

test("there are more than 1,500 goldens", () => assert.ok(cases.length > 1500, `${cases.length}`));
