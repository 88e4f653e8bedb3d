// Every expected value here was printed by Nix 2.34.8 (`builtins.match`, `builtins.split`).
import assert from "node:assert/strict";
import { test } from "node:test";
import { Automaton } from "./automaton.ts";
import { parseRegex } from "./parse.ts";
import { Regex } from "./regex.ts";
import { RegexError } from "./syntax.ts";
import { translateRegex } from "./translate.ts";

type Groups = (string | null)[];

test("a whole match gives the groups as libstdc++ leaves them", () => {
  const table: [pattern: string, text: string, expected: Groups | null][] = [
    ["((a)|b)*", "ab", ["b", "a"]],
    ["(a*)*", "", [""]],
    ["(a*)*", "b", null],
    ["(a*)*", "aa", [""]],
    ["(a*)+", "aa", [""]],
    ["(a?)+", "aa", [""]],
    ["(a*)?", "", [""]],
    ["(a*){0,2}", "aa", [""]],
    ["[[.space.]]", " ", []],
    ["[[=a=]]", "A", []],
    ["[[.hyphen.]-z]", "a", []],
    ["[]a]*", "a]", []],
    ["[^]a]*", "b", []],
    ["[[:w:]]*", "a_", []],
    ["[[:ALPHA:]]*", "a", []],
    ["a**", "aa", []],
    ["(|a)b", "b", [""]],
    ["()", "", [""]],
    [".", "\n", []],
    ["[--0]", ".", []],
    ["a{1}{2}", "aa", []],
    ["[\xc3\xa9]*", "\xc3\xa9", []],
    [".", "\xc3\xa9", null],
    ["..", "\xc3\xa9", []],
    ["\\(\\)\\{\\|\\^\\$\\[\\.", "(){|^$[.", []],
    ["a{0}", "", []],
    ["(a){0}", "", [null]],
    ["a{0,0}b", "b", []],
    ["(a|b|(c))*d", "acbd", ["b", "c"]],
    ["((a*)(b)?)*", "aabab", ["", "", "b"]],
    ["a{70000}", "b", null],
  ];
  for (const [pattern, text, expected] of table) {
    const groups = new Regex(pattern).matchWhole(text);
    assert.deepEqual(groups?.map((group) => group ?? null) ?? null, expected, `${pattern} on ${text}`);
  }
});

test("split finds the longest of alternatives and steps over empty matches", () => {
  const table: [pattern: string, text: string, expected: (string | Groups)[]][] = [
    ["a|ab", "xabx", ["x", [], "x"]],
    ["(a|ab)(c|bcd)", "xabcdx", ["x", ["a", "bcd"], "x"]],
    ["(a|ab)(c|bcd)(d*)", "xabcdx", ["x", ["a", "bcd", ""], "x"]],
    ["a*", "baac", ["", [], "b", [], "", [], "c", [], ""]],
    ["^a", "aaa", ["", [], "aa"]],
    ["(a*)|b", "aab", ["", ["aa"], "", [null], "", [""], ""]],
    ["", "abc", ["", [], "a", [], "b", [], "c", [], ""]],
    ["(a|b)*", "abab", ["", ["b"], "", [null], ""]],
    ["((a)|(b))*", "abab", ["", ["b", "a", "b"], "", [null, null, null], ""]],
    ["(a|ab)*", "abab", ["", ["ab"], "", [null], ""]],
    ["(a|ab)(bc)?", "xabcab", ["x", ["a", "bc"], "", ["ab", null], ""]],
    ["(a*)(ab)*(b*)", "abb", ["", ["a", null, "bb"], "", ["", null, ""], ""]],
    ["(foo|foobar)(bar|)", "foobar foo", ["", ["foo", "bar"], " ", ["foo", ""], ""]],
    ["(a?)*b", "aabab", ["", [""], "", [""], ""]],
  ];
  for (const [pattern, text, expected] of table) {
    const parts: (string | Groups)[] = [];
    let last = 0;
    new Regex(pattern).forEachMatch(text, (start, end, groups) => {
      parts.push(
        text.slice(last, start),
        groups.map((group) => group ?? null),
      );
      last = end;
    });
    parts.push(text.slice(last));
    assert.deepEqual(parts, expected, `${pattern} on ${text}`);
  }
});

test("what libstdc++ refuses is refused, by syntax or by size", () => {
  const invalid = [
    "\\d",
    "a\\]",
    "a\\}",
    "a\\-b",
    "a\\/b",
    "\\_",
    "\\n",
    "[a-\\]",
    "[a",
    "a{2,1}",
    "[[:foo:]]*",
    "^*a",
    "a|*b",
    "a{,3}",
    "a{1",
    "\\",
    "a)",
    "(a",
    "[a-c-e]",
    "[a--]",
    "[[:alpha:]-z]",
    "[a-\xc3\xa9]*",
    "a{99999999999999999999}",
    "{",
    "*",
  ];
  for (const pattern of invalid) assert.equal(refusal(pattern), "syntax", pattern);
  const sizes: [pattern: string, fits: boolean][] = [
    ["a{99993}", true],
    ["a{99994}", false],
    ["(a{300}){326}", true],
    ["(a{300}){327}", false],
    ["(a|bc*){9990}", true],
    ["(a|bc*){10000}", false],
    ["a{1,49997}", true],
    ["a{1,99990}", false],
  ];
  for (const [pattern, fits] of sizes) assert.equal(refusal(pattern), fits ? undefined : "memory", pattern);
});

test("where an expression is translated, the automaton finds the same", () => {
  const patterns = ["([a-z]+)-([0-9]*)(.*)", "(a|b)+c?", "x(y{2,3})z|w", "(ab)*c", "[^/]+", "^(a+)(b?)$", "a.c"];
  const texts = ["", "abc-12x", "ababc", "xyyz", "xyyyz", "w", "aab", "a\nc", "abac", "cab/xyyyzw"];
  for (const pattern of patterns) {
    const parsed = parseRegex(pattern);
    const automaton = new Automaton(parsed);
    const { whole } = translateRegex(parsed);
    assert.ok(whole, pattern);
    for (const text of texts) {
      const match = automaton.match(text, 0, "whole");
      const groups =
        match &&
        Array.from({ length: parsed.groups }, (_, i) => {
          const end = match[2 * i + 3] as number;
          return end < 0 ? undefined : text.slice(match[2 * i + 2], end);
        });
      assert.deepEqual(whole.exec(text)?.slice(1), groups, `${pattern} on ${text}`);
    }
  }
});

function refusal(pattern: string): string | undefined {
  try {
    parseRegex(pattern);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof RegexError);
    return error.reason;
  }
}
