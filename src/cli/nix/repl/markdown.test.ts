// Markdown on a terminal. What is expected is what Nix 2.34.8 showed for the same text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromByteString, toByteString } from "#formats";
import { renderMarkdown } from "./markdown.ts";

function draw(text: string, colours: boolean): string {
  return fromByteString(renderMarkdown(toByteString(text), { columns: 60, colours }));
}

test("marks become colours", () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      "**Synopsis:** `builtins.map` *f* *list*",
      "\x1b[1mSynopsis:\x1b[0m \x1b[1;94mbuiltins.map\x1b[0m \x1b[3mf\x1b[0m \x1b[3mlist\x1b[0m\n",
    ],
    ["```\ncode here\n  indented\n```", codeLine("code here") + codeLine("  indented")],
    ["    code", codeLine("code")],
    ["- item one\n- item two", "\x1b[93m  \u00b7 \x1b[0mitem one \n\x1b[93m  \u00b7 \x1b[0mitem two \n"],
    ["1. first", "\x1b[93m 1. \x1b[0mfirst \n"],
    ["> quote here", "\x1b[93m  \u2502 \x1b[0mquote here\n"],
    ["## Sub", "\x1b[1;36m## \x1b[0m\x1b[1;36mSub\x1b[0m\n"],
  ];
  for (const [text, expected] of cases) assert.equal(draw(text, true), expected, text);
});

function codeLine(text: string): string {
  return `\x1b[1;94m  \u2502 \x1b[0m\x1b[1m${text}\x1b[0m\n`;
}

test("without colours the text remains", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["text\\\nhard break  \nsoft &amp; entity é\nterm", "text\nhard break\nsoft & entity é term\n"],
    ["| a | b |\n|---|---|\n| 1 | 22 |", "a │ b \n──┼────\n1 │ 22\n"],
    ["---", `${"─".repeat(60)}\n`],
    ["[link](https://example.com) and <https://auto.link>", "link https://example.com and https://auto.link\n"],
    ["![img](x.png)", "[🖻 img]\n"],
    ["# Title *one*", "Title one\n"],
  ];
  for (const [text, expected] of cases) assert.equal(draw(text, false), expected, text);
});
