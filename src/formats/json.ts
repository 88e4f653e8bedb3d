// JSON as Nix prints it: keys sorted by their bytes, no spaces, text in UTF-8 with only control characters, quotes and
// backslashes escaped. JavaScript's own printer keeps the order of insertion, with keys that look like numbers first.

import { toByteString } from "./byte-string.ts";

/** A number that JavaScript would print in another way than it was written, such as `1.0`; kept as it was written. */
export class JsonNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** Texts and keys are ordinary JavaScript text, not byte strings. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonNumber
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** On one line; the result is a byte string (nlohmann::json::dump). */
export function printJson(value: JsonValue): string {
  return print(value, undefined, "");
}

/** With each member on a line of its own, `indent` spaces deeper than the one around it. */
export function printIndentedJson(value: JsonValue, indent: number): string {
  return print(value, " ".repeat(indent), "\n");
}

function print(value: JsonValue, step: string | undefined, lineBreak: string): string {
  if (typeof value === "string") return quote(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof JsonNumber) return value.source;
  const inner = step === undefined ? "" : lineBreak + step;
  if (isArray(value)) {
    if (value.length === 0) return "[]";
    return `[${inner}${value.map((item) => print(item, step, inner)).join(`,${inner}`)}${lineBreak}]`;
  }
  const members = Object.keys(value)
    .map((key) => [toByteString(key), value[key] as JsonValue] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${quoteBytes(key)}:${step === undefined ? "" : " "}${print(member, step, inner)}`);
  return members.length === 0 ? "{}" : `{${inner}${members.join(`,${inner}`)}${lineBreak}}`;
}

function isArray(value: readonly JsonValue[] | object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function quote(text: string): string {
  return quoteBytes(toByteString(text));
}

function quoteBytes(bytes: string): string {
  return `"${bytes.replace(/["\\\x00-\x1f]/g, (char) => JSON.stringify(char).slice(1, -1))}"`;
}
