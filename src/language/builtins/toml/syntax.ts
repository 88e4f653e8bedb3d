// The grammar of TOML 1.0, of the pieces that are looked at as a whole before they are understood.

import {
  called,
  atLeast,
  either,
  literal,
  maybe,
  named,
  oneOf,
  range,
  run,
  type Scanner,
  sequence,
  times,
} from "./scanner.ts";

const digit = named("digit [0-9]", "09");
const hexDigit = named("hex [0-9a-fA-F]", "09afAF");
const sign = maybe(oneOf("+-"));

const continuation = range("\x80", "\xbf");
const nonAscii = either(
  sequence(range("\xc2", "\xdf"), continuation),
  sequence(
    either(
      sequence(literal("\xe0"), range("\xa0", "\xbf")),
      sequence(range("\xe1", "\xec"), continuation),
      sequence(literal("\xed"), range("\x80", "\x9f")),
      sequence(range("\xee", "\xef"), continuation),
    ),
    continuation,
  ),
  sequence(
    either(
      sequence(literal("\xf0"), range("\x90", "\xbf")),
      sequence(range("\xf1", "\xf3"), continuation),
      sequence(literal("\xf4"), range("\x80", "\x8f")),
    ),
    continuation,
    continuation,
  ),
);

/** Spaces and tabs, or nothing. */
export const whitespace: Scanner = maybe(run("  \t\t"));
export const newline: Scanner = either(oneOf("\n"), literal("\r\n"));
/** Without the end of the line. */
export const comment: Scanner = sequence(literal("#"), atLeast(0, either(run("\t\t ~"), nonAscii)));
export const emptyLine: Scanner = sequence(whitespace, newline);
export const commentLine: Scanner = sequence(comment, newline);

export const boolean: Scanner = either(literal("true"), literal("false"));

/** `first`, and more of them with single underscores between. */
function digits(one: Scanner): Scanner {
  return atLeast(0, either(one, sequence(literal("_"), one)));
}

const decimalInteger = sequence(
  sign,
  either(sequence(range("1", "9"), atLeast(1, either(digit, sequence(literal("_"), digit)))), digit),
);
const octalDigit = range("0", "7");
const binaryDigit = oneOf("01");
/** By what stands for them behind the 0. */
export const integers = {
  x: sequence(literal("0x"), hexDigit, digits(hexDigit)),
  o: sequence(literal("0o"), octalDigit, digits(octalDigit)),
  b: sequence(literal("0b"), binaryDigit, digits(binaryDigit)),
  decimal: decimalInteger,
} as const satisfies Readonly<Record<string, Scanner>>;
export const integer: Scanner = either(integers.x, integers.o, integers.b, integers.decimal);

const zeroPrefixable = sequence(digit, digits(digit));
const fraction = sequence(literal("."), zeroPrefixable);
const exponent = sequence(oneOf("eE"), sign, zeroPrefixable);
export const floating: Scanner = either(
  sequence(decimalInteger, either(exponent, sequence(fraction, maybe(exponent)))),
  sequence(sign, either(literal("inf"), literal("nan"))),
);

export const localDate: Scanner = sequence(
  times(4, digit),
  literal("-"),
  times(2, digit),
  literal("-"),
  times(2, digit),
);
export const localTime: Scanner = sequence(
  times(2, digit),
  literal(":"),
  times(2, digit),
  literal(":"),
  times(2, digit),
  maybe(sequence(literal("."), atLeast(1, digit))),
);
export const timeDelimiter: Scanner = oneOf("Tt ");
export const timeOffset: Scanner = either(
  oneOf("zZ"),
  sequence(oneOf("+-"), times(2, digit), literal(":"), times(2, digit)),
);
export const localDateTime: Scanner = sequence(localDate, timeDelimiter, localTime);
export const offsetDateTime: Scanner = sequence(localDateTime, timeOffset);

const escape = sequence(
  literal("\\"),
  either(oneOf('"\\bfnrt'), sequence(literal("u"), times(4, hexDigit)), sequence(literal("U"), times(8, hexDigit))),
);
const basicCharacter = either(run("\t\t !#[]~"), nonAscii, escape);
const literalCharacter = either(run("\t\t &(~"), nonAscii);
/** The backslash at the end of a line, and all blanks up to the next text. */
export const escapedNewline: Scanner = sequence(
  literal("\\"),
  whitespace,
  newline,
  atLeast(0, either(run("  \t\t\n\n"), newline)),
);

function shortString(quote: string, character: Scanner): Scanner {
  return sequence(literal(quote), atLeast(0, character), literal(quote));
}

/** Within it one or two quotes may stand together, and up to two before the three that end it. */
function longString(quote: string, content: Scanner): Scanner {
  const quotes = either(literal(quote.repeat(2)), literal(quote));
  return sequence(
    literal(quote.repeat(3)),
    maybe(newline),
    atLeast(0, content),
    atLeast(0, sequence(quotes, atLeast(1, content))),
    literal(quote.repeat(3)),
    maybe(quotes),
  );
}

export const strings = {
  basic: shortString('"', basicCharacter),
  literal: shortString("'", literalCharacter),
  ml_basic: longString('"', either(basicCharacter, newline, escapedNewline)),
  ml_literal: longString("'", either(literalCharacter, newline)),
} as const satisfies Readonly<Record<string, Scanner>>;

export const bareKey: Scanner = called("alpha [a-zA-Z], digit [0-9], -, or _", run("azAZ09--__"));
export const dotSeparator: Scanner = sequence(whitespace, literal("."), whitespace);
export const pairSeparator: Scanner = sequence(whitespace, literal("="), whitespace);
const simpleKey = either(bareKey, strings.basic, strings.literal);
const key = called(
  `basic key([a-zA-Z0-9_-]) or quoted key(" or ')`,
  sequence(simpleKey, atLeast(0, sequence(dotSeparator, simpleKey))),
);

/** `[a.b]`. */
export const tableHeader: Scanner = sequence(literal("["), whitespace, key, whitespace, literal("]"));
/** `[[a.b]]`. */
export const arrayTableHeader: Scanner = sequence(literal("[["), whitespace, key, whitespace, literal("]]"));
