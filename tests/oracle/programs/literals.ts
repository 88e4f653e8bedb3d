// Values as they are written, with the odd ones that programs of people seldom have.

import type { Random } from "./random.ts";
import { hashText, jsonText, matchedText, numberText, versionText } from "./texts.ts";
import { quoted } from "./toml.ts";
import { atom, type Node } from "./tree.ts";

const integers = ["0", "1", "2", "3", "7", "10", "42", "255", "007", "9007199254740993", "9223372036854775807"];
const negative = ["(-1)", "(-3)", "(-9223372036854775807 - 1)"];
const floats = [
  "1.5",
  "0.1",
  ".5",
  "2.0",
  "100.",
  "1.0e10",
  "1.0e300",
  "3.14159265358979",
  "12345678.9",
  "1.0e-7",
  "(-0.0)",
];
const strings = [
  '""',
  '"a"',
  '"ab"',
  '"abc"',
  '"1"',
  '"42"',
  '"-7"',
  '"1.5"',
  '"a b c"',
  '"x.y-1.2pre3"',
  '"hello-2.10"',
  '"A/B/c.txt"',
  '"/etc/x"',
  '"\\n\\t\\r\\"\\\\"',
  '"\\${a}"',
  '"$$a$"',
  '"ü€"',
  '"a,b;c"',
  '"<&>\'"',
  '"*.[a-z]+"',
  '"a\nb"',
  '"name"',
  '"out"',
  "''\n  two\n    lines\n''",
  "''a '''b ''${ c''",
  "''\n\ttab\n  x ''\\n y''",
  "a:b",
  "http://x.org/y?z",
  '"true"',
  '"null"',
  '"{\\"a\\": [1, 2.5, null]}"',
  '"a = 1\\nb.c = [ 2 ]"',
  '"sha256"',
  '"/nix/store/00000000000000000000000000000000-x"',
] as const;
const paths = [
  "./.",
  "./data",
  "./data/hello.txt",
  "./data/sub",
  "./data/value.nix",
  "./none",
  "/none/x",
  "./data/../data",
  "../x",
  "data/sub",
  "./a+b_c",
  "./data/link",
  "./data/link/x",
  "./data/folder/inner",
  "./data/broken",
  "./data/folder/lines.nix",
  "./data/sub/lines.nix",
  "./data/loop",
  "./data/function.nix",
  '(./. + "/data")',
  "~/none/a/b/x",
  "./data/folder/../x/..",
  "/a//b",
  "<nothing/x>",
  './data/${"a/../b"}',
  './${"data"}/sub',
] as const;

export function integer(random: Random): Node {
  return atom(random.chance(0.15) ? random.pick(negative) : random.pick(integers));
}

/** One with which counting and multiplying stay within bounds. */
export function smallInteger(random: Random): Node {
  return atom(String(random.below(6)));
}

export function floating(random: Random): Node {
  return atom(random.chance(0.4) ? numberText(random) : random.pick(floats));
}

export function text(random: Random): Node {
  if (random.chance(0.05)) return atom(quoted(random.pick([jsonText, hashText, versionText, matchedText])(random)));
  return atom(random.pick(strings));
}

export function pathLiteral(random: Random): Node {
  return atom(random.pick(paths));
}
