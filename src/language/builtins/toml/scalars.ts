// TOML's numbers and times. What a value seems to be is found out first, from how it begins, and then it is read as that.

import { normaliseInteger } from "../../values/integer.ts";
import { negativeNaN } from "../../values/nan.ts";
import { NixFloat, type Value } from "../../values/value.ts";
import type { Cursor } from "./cursor.ts";
import { TomlProblem } from "./report.ts";
import { literal, type Scanner } from "./scanner.ts";
import {
  boolean,
  floating,
  integer,
  integers,
  localDate,
  localDateTime,
  localTime,
  offsetDateTime,
  timeDelimiter,
  timeOffset,
} from "./syntax.ts";

/** A date or time, which Nix gives only under a feature: its text in toml11's normal form. */
export class TomlTime {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const integerHint = "Hint: valid  : -42, 1_000, 1_2_3_4_5, 0xC0FFEE, 0b0010, 0o755\nHint: invalid: _42, 1__000, 0123\n";
const floatHint =
  "Hint: valid  : +1.0, -2e-2, 3.141_592_653_589, inf, nan\nHint: invalid: .0, 1., _1.0, 1.0_, 1_.0, 1.0__0\n";
const timeHint =
  "Hint: valid  : 1979-05-27T07:32:00, 1979-05-27 07:32:00.999999\nHint: invalid: 1979-05-27T7:32:00, 1979-05-27 17:32\n";
const dateTimeHint =
  "Hint: valid  : 1979-05-27T07:32:00-07:00, 1979-05-27 07:32:00.999999Z\nHint: invalid: 1979-05-27T7:32:00-7:00, 1979-05-27 7:32-00:30";
const offsetHint = "Hint: valid  : +09:00, -05:30\nHint: invalid: +9:00,  -5:30\n";

type Kind = "integer" | "float" | "date" | "time" | "date and time" | "date and time with offset";

/** The cursor stays where it is when there is no value here. */
export function readScalar(cursor: Cursor): Value | TomlTime {
  switch (cursor.char) {
    case "t":
    case "f":
      return readBoolean(cursor);
    case "T":
      throw misspelled(cursor, "true", boolean);
    case "F":
      throw misspelled(cursor, "false", boolean);
    case "i":
    case "n": {
      const word = cursor.char === "i" ? "inf" : "nan";
      if (!cursor.isAt(literal(word))) throw misspelled(cursor, word, floating);
      return readFloat(cursor);
    }
    case "I":
      throw misspelled(cursor, "inf", floating);
    case "N":
      throw misspelled(cursor, "nan", floating);
    default:
      return readNumber(cursor);
  }
}

function misspelled(cursor: Cursor, word: string, scanner: Scanner): TomlProblem {
  return cursor.missing(
    `toml::parse_value: \`${word}\` must be in lowercase. A string must be surrounded by quotes.`,
    scanner,
  );
}

function readBoolean(cursor: Cursor): boolean {
  const word = cursor.read(boolean);
  if (word !== undefined) return word === "true";
  throw cursor.missing(
    'toml::parse_boolean: invalid boolean: boolean must be `true` or `false`, in lowercase. string must be surrounded by `"`',
    boolean,
  );
}

function readNumber(cursor: Cursor): Value | TomlTime {
  const start = cursor.at;
  const kind = guess(cursor, start);
  cursor.at = start;
  switch (kind) {
    case "integer":
      return readInteger(cursor);
    case "float":
      return readFloat(cursor);
    case "date":
      return new TomlTime(readDate(cursor));
    case "time":
      return new TomlTime(readTime(cursor));
    case "date and time":
      return new TomlTime(readDateTime(cursor));
    case "date and time with offset":
      return new TomlTime(readDateTime(cursor) + readOffset(cursor, start));
  }
}

function guess(cursor: Cursor, start: number): Kind {
  const wrong = (title: string, remark: string, hint = ""): TomlProblem =>
    restored(cursor.problem(title, remark, hint));
  const missing = (title: string, scanner: Scanner, hint: string): TomlProblem =>
    restored(cursor.missing(title, scanner, hint));
  const restored = (problem: TomlProblem): TomlProblem => {
    cursor.at = start;
    return problem;
  };

  if (cursor.take(offsetDateTime)) return "date and time with offset";
  if (cursor.take(localDateTime)) {
    if ("+-".includes(cursor.char)) throw missing("bad offset: must be [+-]HH:MM or Z", timeOffset, offsetHint);
    return "date and time";
  }
  if (cursor.take(localDate)) {
    const title = "bad time: must be HH:MM:SS.subsec";
    if (cursor.char === "T" || cursor.char === "t") {
      cursor.advance();
      throw missing(title, localTime, timeHint);
    }
    if (cursor.char === " ") {
      cursor.advance();
      if (isDigit(cursor.char)) throw missing(title, localTime, timeHint);
    } else if (isDigit(cursor.char)) {
      throw missing("bad datetime: missing T or space", timeDelimiter, timeHint);
    }
    return "date";
  }
  if (cursor.take(localTime)) return "time";
  if (cursor.take(floating)) {
    if (cursor.char !== "_") return "float";
    throw wrong("bad float: `_` must be surrounded by digits", "invalid underscore", floatHint);
  }
  const text = cursor.read(integer);
  if (text !== undefined) {
    const { char } = cursor;
    if (char === "_") {
      if (/^[+-]?0$/.test(text)) {
        throw wrong("bad integer: leading zero is not allowed in decimal int", "leading zero", integerHint);
      }
      throw wrong("bad integer: `_` must be surrounded by digits", "invalid underscore", integerHint);
    }
    if (char === "0") {
      cursor.at--;
      throw wrong("bad integer: leading zero", "leading zero is not allowed", integerHint);
    }
    if (isDigit(char)) {
      throw wrong("bad integer: invalid digit after an integer", "this digit is not allowed", integerHint);
    }
    if (char === ":" || char === "-") throw wrong("bad datetime: invalid format", "here", dateTimeHint);
    if (char === "." || char === "e" || char === "E") throw wrong("bad float: invalid format", "here", floatHint);
    return "integer";
  }
  if (cursor.char === ".") {
    throw wrong("bad float: integer part is required before decimal point", "missing integer part", floatHint);
  }
  if (cursor.char === "_") {
    throw wrong("bad number: `_` must be surrounded by digits", "digits required before `_`", integerHint);
  }
  throw wrong("bad format: unknown value appeared", "here");
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}

const prefixed = {
  x: { name: "hex", like: "0xC0FFEE, 0xdead_beef" },
  o: { name: "oct", like: "0o775, 0o04_44" },
  b: { name: "bin", like: "0b0101, 0b1111_0000" },
} as const;

function readInteger(cursor: Cursor): Value {
  const start = cursor.at;
  // A sign may stand before a prefix only to be refused.
  const prefix = /[+-]?0([xob])/y;
  prefix.lastIndex = start;
  const kind = prefix.exec(cursor.source.text)?.[1] as keyof typeof prefixed | undefined;
  const text = cursor.read(integers[kind ?? "decimal"]);
  if (kind !== undefined && text === undefined) {
    const { name, like } = prefixed[kind];
    const title = `toml::parse_${name}_integer: invalid integer: ${name}_int must be like: ${like}`;
    throw cursor.missing(title, integers[kind]);
  }
  const value = normaliseInteger(BigInt((text as string).replaceAll("_", "").replace("+", "")));
  if (value !== undefined) return value;
  const most = kind === undefined ? "digits" : "value";
  const title = `toml::parse_${kind === undefined ? "dec" : prefixed[kind].name}_integer: too large integer: current max ${most} = 2^63`;
  const problem = cursor.problem(title, "must be < 2^63");
  cursor.at = start;
  throw problem;
}

function readFloat(cursor: Cursor): Value {
  const text = (cursor.read(floating) as string).replaceAll("_", "");
  const word = /^([+-]?)(inf|nan)$/.exec(text);
  if (word?.[2] === "inf") return new NixFloat(word[1] === "-" ? -Infinity : Infinity);
  if (word !== null) return word[1] === "-" ? negativeNaN : new NixFloat(NaN);
  const value = Number(text);
  if (Number.isFinite(value)) return new NixFloat(value);
  throw cursor.problem("toml::parse_floating: failed to read floating point value from stream", "here");
}

function readDate(cursor: Cursor): string {
  const { here } = cursor;
  const text = cursor.read(localDate) as string;
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  if (day >= 1 && day <= days) return text;
  const remark = "month must be 01-12, day must be any of 01-28,29,30,31 depending on the month/year.";
  throw new TomlProblem("toml::parse_local_date: invalid date.", [{ place: here, text: remark }]);
}

function readTime(cursor: Cursor): string {
  const { here } = cursor;
  const text = cursor.read(localTime) as string;
  const [clock = "", fraction = ""] = text.split(".");
  const [hour = 0, minute = 0, second = 0] = clock.split(":").map(Number);
  const wrong = (remark: string): TomlProblem =>
    new TomlProblem("toml::parse_local_time: invalid time.", [{ place: here, text: remark }]);
  if (hour > 23 || minute > 59) throw wrong("hour must be 00-23, minute must be 00-59.");
  if (second > 60) throw wrong("second must be 00-60.");
  return clock + normalFraction(fraction);
}

/** Milli-, micro- or nanoseconds, whichever is needed; nothing for zero. */
function normalFraction(digits: string): string {
  const nine = digits.slice(0, 9).padEnd(9, "0");
  if (/^0*$/.test(nine)) return "";
  if (nine.endsWith("000000")) return `.${nine.slice(0, 3)}`;
  return `.${nine.endsWith("000") ? nine.slice(0, 6) : nine}`;
}

function readDateTime(cursor: Cursor): string {
  const date = readDate(cursor);
  cursor.take(timeDelimiter);
  return `${date}T${readTime(cursor)}`;
}

/** `start` is where the date begins. */
function readOffset(cursor: Cursor, start: number): string {
  const text = cursor.read(timeOffset) as string;
  if (text === "Z" || text === "z") return "Z";
  const sign = text.startsWith("-") ? -1 : 1;
  const [hours = 0, minutes = 0] = text.slice(1).split(":").map(Number);
  if (hours > 24 || minutes > 60) {
    const place = cursor.since(start);
    const title = "toml::parse_offset_datetime: too large offset: |hour| <= 24, |minute| <= 60";
    throw new TomlProblem(title, [{ place, text: "here" }]);
  }
  const total = hours * 60 + minutes;
  if (total === 0) return "Z";
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${sign < 0 ? "-" : "+"}${two(Math.floor(total / 60))}:${two(total % 60)}`;
}
