// TOML numbers and times. The parser hands over the characters that can make one; what they spell is decided here.

import { normaliseInteger } from "../../values/integer.ts";
import { NixFloat, type Value } from "../../values/value.ts";

/** A date or time, which Nix gives only under a feature: its text in toml11's normal form. */
export class TomlTime {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What is wrong with a number: toml11's title, where in the token, the remark and the hints. */
interface ScalarProblem {
  readonly title: string;
  /** Offset in the token. */
  readonly at: number;
  readonly remark: string;
  readonly hints: readonly string[];
}

export type Scalar = { readonly value: Value | TomlTime } | { readonly problem: ScalarProblem };

const integerHints = ["valid  : -42, 1_000, 1_2_3_4_5, 0xC0FFEE, 0b0010, 0o755", "invalid: _42, 1__000, 0123"];
const floatHints = ["valid  : +1.0, -2e-2, 3.141_592_653_589, inf, nan", "invalid: .0, 1., _1.0, 1.0_, 1_.0, 1.0__0"];

const prefixes = {
  x: {
    name: "hex",
    digits: /^[0-9A-Fa-f]+(?:_[0-9A-Fa-f]+)*$/,
    like: "0xC0FFEE, 0xdead_beef",
    expected: "hex [0-9a-fA-F]",
  },
  o: { name: "oct", digits: /^[0-7]+(?:_[0-7]+)*$/, like: "0o775, 0o04_44", expected: "oct [0-7]" },
  b: { name: "bin", digits: /^[01]+(?:_[01]+)*$/, like: "0b0101, 0b1111_0000", expected: "bin [01]" },
} as const;

/** `token` is all that can belong to a number or time; undefined when it begins like neither. */
export function parseScalar(token: string): Scalar | undefined {
  if (/^[+-]?inf$/.test(token)) return { value: new NixFloat(token.startsWith("-") ? -Infinity : Infinity) };
  if (/^[+-]?nan$/.test(token)) return { value: new NixFloat(NaN) };
  const time = parseTime(token);
  if (time !== undefined) return { value: time };
  const radix = /^0([xob])(.*)$/s.exec(token);
  if (radix !== null) return parsePrefixed(radix[1] as keyof typeof prefixes, radix[2] as string);
  if (/^[+-]?\./.test(token)) {
    const at = token.indexOf(".");
    const title = "bad float: integer part is required before decimal point";
    return problem(title, at, "missing integer part", floatHints);
  }
  if (!/^[+-]?[0-9]/.test(token)) return undefined;
  return /[.eE]/.test(token) ? parseFloating(token) : parseInteger(token);
}

function problem(title: string, at: number, remark: string, hints: readonly string[] = []): Scalar {
  return { problem: { title, at, remark, hints } };
}

function parsePrefixed(kind: keyof typeof prefixes, digits: string): Scalar {
  const { name, digits: pattern, like, expected } = prefixes[kind];
  if (!pattern.test(digits)) {
    const title = `toml::parse_${name}_integer: invalid integer: ${name}_int must be like: ${like}`;
    return problem(title, 2, `expected ${expected}`);
  }
  const value = BigInt(`0${kind}${digits.replaceAll("_", "")}`);
  if (value >= 2n ** 63n) {
    const title = `toml::parse_${name}_integer: too large integer: current max value = 2^63`;
    return problem(title, 2 + digits.length, "must be < 2^63");
  }
  return { value: normaliseInteger(value) as Value };
}

function parseInteger(token: string): Scalar {
  const badUnderscore = /_(?![0-9])/.exec(token);
  if (badUnderscore !== null) {
    const title = "bad integer: `_` must be surrounded by digits";
    return problem(title, badUnderscore.index, "invalid underscore", integerHints);
  }
  const leadingZero = /^[+-]?0(?=[0-9_])/.exec(token);
  if (leadingZero !== null) {
    const title = "bad integer: invalid digit after an integer";
    return problem(title, leadingZero[0].length, "this digit is not allowed", integerHints);
  }
  const value = normaliseInteger(BigInt(token.replaceAll("_", "").replace("+", "")));
  if (value === undefined) {
    const title = "toml::parse_dec_integer: too large integer: current max digits = 2^63";
    return problem(title, token.length, "must be < 2^63");
  }
  return { value };
}

function parseFloating(token: string): Scalar {
  const badUnderscore = /_(?![0-9])|(?<![0-9])_/.exec(token);
  if (badUnderscore !== null) {
    return problem(
      "bad float: `_` must be surrounded by digits",
      badUnderscore.index,
      "invalid underscore",
      floatHints,
    );
  }
  const valid = /^[+-]?(?:0|[1-9][0-9_]*)(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?/.exec(token);
  if (valid === null || valid[0].length !== token.length) {
    return problem("bad float: invalid format", valid?.[0].length ?? 0, "here", floatHints);
  }
  const value = Number(token.replaceAll("_", ""));
  if (!Number.isFinite(value)) {
    const title = "toml::parse_floating: failed to read floating point value from stream";
    return problem(title, token.length, "here");
  }
  return { value: new NixFloat(value) };
}

const date = "(\\d{4})-(\\d{2})-(\\d{2})";
const clock = "(\\d{2}):(\\d{2}):(\\d{2})(?:\\.(\\d+))?";
const dateTime = new RegExp(`^${date}[Tt ]${clock}([Zz]|[+-]\\d{2}:\\d{2})?$`);
const dateOnly = new RegExp(`^${date}$`);
const timeOnly = new RegExp(`^${clock}$`);

function parseTime(token: string): TomlTime | undefined {
  const both = dateTime.exec(token);
  if (both !== null) {
    const [, year, month, day, hour, minute, second, fraction, offset = ""] = both;
    if (!isDate(year, month, day) || !isClock(hour, minute, second)) return undefined;
    const text = `${year}-${month}-${day}T${hour}:${minute}:${second}${normalFraction(fraction)}`;
    return new TomlTime(text + offset.toUpperCase());
  }
  const day = dateOnly.exec(token);
  if (day !== null) return isDate(day[1], day[2], day[3]) ? new TomlTime(token) : undefined;
  const time = timeOnly.exec(token);
  if (time === null || !isClock(time[1], time[2], time[3])) return undefined;
  return new TomlTime(`${time[1]}:${time[2]}:${time[3]}${normalFraction(time[4])}`);
}

function isDate(year = "", month = "", day = ""): boolean {
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(month) - 1];
  return days !== undefined && Number(day) >= 1 && Number(day) <= days;
}

function isClock(hour = "", minute = "", second = ""): boolean {
  return Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 60;
}

/** Milli-, micro- or nanoseconds, whichever is needed; nothing for zero. */
function normalFraction(digits: string | undefined): string {
  const nine = (digits ?? "").slice(0, 9).padEnd(9, "0");
  if (/^0*$/.test(nine)) return "";
  if (nine.endsWith("000000")) return `.${nine.slice(0, 3)}`;
  return `.${nine.endsWith("000") ? nine.slice(0, 6) : nine}`;
}
