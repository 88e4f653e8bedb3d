// TOML documents, most of them with a mistake or two. Comments are only in those without one in a value, since Nix hangs
// where it meets one while it gets over such a mistake.

import type { Random } from "./random.ts";

const goodNames = ["a", "b", "a.b", "b.c", "a.b.c", '"a"', "'b'", 'a."x y"', "d-e_1", "a . b", "1", '""'];
const names = [...goodNames, "tü", "a..b", ".a", "a b", '"'];
const goodScalars = [
  "1",
  "true",
  '"text"',
  "'s'",
  "2.5",
  "-17",
  "0x1F",
  "inf",
  "nan",
  '"esc \\n \\u00e9"',
  "'''long\n'''",
];
const scalars = [
  "1",
  "0",
  "-17",
  "+3",
  "1_000",
  "9223372036854775807",
  "9223372036854775808",
  "0x1F",
  "0xFFFFFFFFFFFFFFFF",
  "0o17",
  "0o8",
  "0b101",
  "+0x1",
  "01",
  "1__0",
  "1_",
  "_1",
  "0_1",
  "1.5",
  "-0.0",
  "1e3",
  "1.5E-3",
  "1.",
  ".5",
  "1._5",
  "1.5_",
  "1e",
  "1e400",
  "inf",
  "-inf",
  "+nan",
  "infx",
  "Nan",
  "nul",
  "true",
  "false",
  "True",
  "tru",
  "yes",
  '"text"',
  '""',
  "'raw \\n'",
  '"esc \\n\\t\\\\ \\""',
  '"\\u00e9\\U0001F600"',
  '"\\uD800 and what is behind it on the line"',
  '"\\U00110000"',
  '"\\x"',
  '"a\tb"',
  '"open',
  "'open",
  '"ü"',
  '"\x80"',
  "'\x01'",
  '"""long"""',
  '"""\nlong\n  lines "of" text\\\n   on"""',
  '"""a""""',
  '"""open\n',
  "'''\nraw '' lines\n'''",
  "'''open\n",
  "1979-05-27",
  "1979-13-27",
  "1979-02-29",
  "07:32:00",
  "24:00:00",
  "7:32:00",
  "1979-05-27T07:32:00Z",
  "1979-05-27 07:32:00.999",
  "1979-05-27T07:32:00+09:00",
  "1979-05-27T07:32:00+9:00",
  "1979-05-27T7:32",
  "1979-05-277",
  "1979-05-2",
  "",
];
const pieces = [
  ..."=.,[]{}\"'\\\n\t -_+:1aZ\r\x01".split(""),
  "[[",
  "]]",
  '"""',
  "'''",
  "\r\n",
  "= ",
  "a = 1\n",
  "[a]\n",
  "\n\n",
  "ü",
  "\xff",
];

export function tomlText(random: Random): string {
  const isGood = random.chance(0.3);
  const lineEnd = random.chance(0.1) ? "\r\n" : "\n";
  const text = Array.from({ length: 1 + random.below(5) }, () => line(random, isGood)).join(lineEnd);
  return isGood ? text : spoil(text, random);
}

function spoil(text: string, random: Random): string {
  let spoilt = text;
  for (let count = random.below(3); count > 0; count--) {
    const at = random.below(spoilt.length + 1);
    const before = spoilt.slice(0, at);
    const way = random.below(5);
    if (way === 0) spoilt = before + spoilt.slice(at + 1 + random.below(3));
    else if (way === 1) spoilt = before + random.pick(pieces) + spoilt.slice(at);
    else if (way === 2) spoilt = before + random.pick(pieces) + spoilt.slice(at + 1);
    else if (way === 3) spoilt = before;
    else spoilt = before + spoilt.slice(0, random.below(at + 1));
  }
  return spoilt;
}

function line(random: Random, isGood: boolean): string {
  const remark = isGood && random.chance(0.2) ? random.pick([" # remark", "#", "\t# ü"]) : "";
  const name = isGood ? random.pick(goodNames) : random.pick(names);
  const way = random.below(10);
  if (way === 0) return `${random.pick(["[", "[ ", "\t["])}${name}]${remark}`;
  if (way === 1) return `[${name}${isGood ? " ]" : random.pick(["]", "] x", ""])}${remark}`;
  if (way === 2) return `[[${name}${isGood ? "]]" : random.pick(["]]", " ]]", "] ]"])}${remark}`;
  if (way === 3) return random.pick(["", "  ", remark]);
  const separator = isGood ? " = " : random.pick([" = ", "=", " ", " =\t"]);
  return `${random.pick(["", "", "", "  "])}${name}${separator}${value(random, 2, isGood)}${remark}`;
}

function value(random: Random, depth: number, isGood: boolean): string {
  const way = depth === 0 ? 0 : random.below(10);
  if (way < 6) return random.pick(isGood || random.chance(0.5) ? goodScalars : scalars);
  const between = random.pick(isGood ? [", ", ","] : [", ", ",", " , ", ",\n  ", " "]);
  if (way < 8) {
    const items = random.times(3, () => value(random, depth - 1, isGood)).join(between);
    if (isGood) return `[ ${items} ]`;
    const [open, close] = random.pick([
      ["[ ", " ]"],
      ["[", "]"],
      ["[\n", "\n]"],
      ["[", ",]"],
      ["[ ", ""],
    ] as const);
    return `${open}${items}${close}`;
  }
  const pairs = random.times(3, () => `${random.pick(goodNames)} = ${value(random, depth - 1, isGood)}`).join(between);
  if (isGood) return `{ ${pairs} }`;
  const [open, close] = random.pick([
    ["{ ", " }"],
    ["{", "}"],
    ["{", ",}"],
    ["{\n", "\n}"],
    ["{ ", ""],
  ] as const);
  return `${open}${pairs}${close}`;
}

/** As a string of the language. */
export function quoted(text: string): string {
  const escaped = text
    .replace(/["\\]|\$\{/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
  return `"${escaped.replaceAll("\t", "\\t")}"`;
}
