// Texts of other languages, as strings for the builtins that read them: JSON, regular expressions, versions, hashes, numbers.
// Some are well-formed, many nearly so.

import type { Random } from "./random.ts";

const scalars = ["1", "-0", "0", "true", "false", "null", '"a"', '""', "1.5", "-2.5e-3", "1E5", "9223372036854775807"];
const oddScalars = [
  "01",
  "+1",
  "1.",
  ".5",
  "1e",
  "-",
  "9223372036854775808",
  "18446744073709551616",
  "-9223372036854775809",
  "1e400",
  "1e-400",
  "0.1e1",
  "nul",
  "True",
  "NaN",
  "'a'",
  "a",
  '"\\u00e9"',
  '"\\ud83d\\ude00"',
  '"\\ud83d"',
  '"\\udc00"',
  '"\\u12"',
  '"\\x"',
  '"\\u0000"',
  '"\\/\\b\\f\\n\\r\\t"',
  '"open',
  '"a\tb"',
  '"a\nb"',
  '"ü"',
  "",
];

export function jsonText(random: Random): string {
  const text = `${random.pick(["", "", " ", "\n"])}${jsonValue(random, 2)}${random.pick(["", "", "\n", " x", ",", "\0".slice(1)])}`;
  return random.chance(0.4) ? spoil(text, random, '{}[],:" \\\n1a-.eu') : text;
}

function jsonValue(random: Random, depth: number): string {
  const way = depth === 0 ? 0 : random.below(8);
  if (way < 4) return random.pick(random.chance(0.7) ? scalars : oddScalars);
  const between = random.pick([",", ", ", ",\n "]);
  if (way < 6) return `[${random.times(3, () => jsonValue(random, depth - 1)).join(between)}]`;
  const pairs = random.times(
    3,
    () => `${random.pick(['"a"', '"b"', '""', '"a b"', '"a"', "a", "1"])}:${jsonValue(random, depth - 1)}`,
  );
  return `{${pairs.join(between)}}`;
}

/** A character left out, put in, or put in the place of another; or the end cut off. */
function spoil(text: string, random: Random, characters: string): string {
  const at = random.below(text.length + 1);
  const added = random.chance(0.3) ? "" : random.pick(characters.split(""));
  const before = text.slice(0, at);
  return random.chance(0.2) ? before : before + added + text.slice(at + random.below(2));
}

const atoms = [
  "a",
  "b",
  "x",
  "1",
  "-",
  ".",
  "[ab]",
  "[^a]",
  "[a-c0-9]",
  "[[:digit:]]",
  "[^[:alpha:]_]",
  "\\.",
  "/",
  " ",
  "é",
];
const oddAtoms = [
  "[]a]",
  "[a-]",
  "[^]]",
  "[[:foo:]]",
  "[z-a]",
  "[a",
  "\\",
  "\\d",
  "[[.a.]]",
  "[[=a=]]",
  "()",
  "(",
  ")",
  "]",
  "}",
  "\\1",
  "^",
  "$",
];
const repeats = ["*", "+", "?", "{2}", "{1,}", "{0,2}", "{,2}", "**", "{2,1}", "{a}", "{", "+?"];

export function regexText(random: Random, depth = 2): string {
  const branches = Array.from({ length: random.chance(0.2) ? 2 : 1 }, () =>
    random
      .times(4, () => {
        const isOdd = random.chance(0.08);
        const atom =
          depth > 0 && random.chance(0.25)
            ? `(${regexText(random, depth - 1)})`
            : random.pick(isOdd ? oddAtoms : atoms);
        if (random.chance(0.6)) return atom;
        return atom + random.pick(random.chance(0.85) ? repeats.slice(0, 6) : repeats);
      })
      .join(""),
  );
  return branches.join("|");
}

/** What a regular expression of `regexText` may well match. */
export function matchedText(random: Random): string {
  return random.times(6, () => random.pick(["a", "b", "x", "1", "-", ".", "c", "/", " ", "aa", "é", "\n"])).join("");
}

export function versionText(random: Random): string {
  return random
    .times(7, () => random.pick(["1", "2", "10", "0", "a", "pre", "rc", "x", ".", ".", "-", "_", "+", "007", "A", " "]))
    .join("");
}

const digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const hashes = [
  digest,
  digest.toUpperCase(),
  digest.slice(1),
  "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73",
  "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
  "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
  "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
  `sha256:${digest}`,
  `sha1:${digest}`,
  "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
  "md5:d41d8cd98f00b204e9800998ecf8427e",
  "sha256-2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
  "sha3:0",
  "sha256-",
  "sha256:",
  "x",
  "",
];

export function hashText(random: Random): string {
  return random.chance(0.9) ? random.pick(hashes) : spoil(random.pick(hashes), random, "0aZ-:=+/e");
}

/** A number as it is written in the language, or nearly. */
export function numberText(random: Random): string {
  const digits = (most: number): string => random.times(most, () => String(random.below(10))).join("");
  const whole = random.pick(["0", `${1 + random.below(9)}${digits(6)}`, `${1 + random.below(9)}${digits(17)}`]);
  const part = random.pick([".", ".5", `.${digits(5)}1`, `.${digits(15)}1`, `.000${digits(3)}1`]);
  const exponent = random.pick([
    "",
    "",
    `e${random.below(20)}`,
    `e-${random.below(20)}`,
    `E+${random.below(310)}`,
    "e",
  ]);
  return random.chance(0.3) ? whole : `${whole}${part}${exponent}`;
}
