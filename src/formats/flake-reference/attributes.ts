// The attributes of a flake reference or of what `fetchTree` is asked for: texts, whole numbers and booleans by name. The
// same form is found in lock files.

import { fromByteString } from "../byte-string.ts";
import { FirnError } from "../error.ts";
import { printJson } from "../json.ts";

/** A number is a bigint of 0 to 2⁶⁴-1; texts are byte strings. */
export type InputAttribute = string | bigint | boolean;
export type InputAttributes = ReadonlyMap<string, InputAttribute>;

export function textAttribute(attributes: InputAttributes, name: string): string | undefined {
  const value = attributes.get(name);
  if (value === undefined || typeof value === "string") return value;
  throw wrongAttribute(`input attribute '${name}' is not a string ${printAttributes(attributes)}`);
}

export function requiredText(attributes: InputAttributes, name: string): string {
  const value = textAttribute(attributes, name);
  if (value === undefined) throw wrongAttribute(`input attribute '${name}' is missing`);
  return value;
}

export function numberAttribute(attributes: InputAttributes, name: string): bigint | undefined {
  const value = attributes.get(name);
  if (value === undefined || typeof value === "bigint") return value;
  throw wrongAttribute(`input attribute '${name}' is not an integer`);
}

export function booleanAttribute(attributes: InputAttributes, name: string): boolean | undefined {
  const value = attributes.get(name);
  if (value === undefined || typeof value === "boolean") return value;
  throw wrongAttribute(`input attribute '${name}' is not a Boolean`);
}

/** Two of them for the same: each name and value equal. */
export function attributesEqual(a: InputAttributes, b: InputAttributes): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}

/** As JSON with sorted keys, in messages. */
export function printAttributes(attributes: InputAttributes): string {
  const members = [...attributes].map(
    ([name, value]) => [fromByteString(name), typeof value === "string" ? fromByteString(value) : value] as const,
  );
  return printJson(Object.fromEntries(members));
}

/** What of a query is a whole number (string2Int). */
export function parseNumber(text: string): bigint | undefined {
  if (!/^\+?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.replace("+", ""));
  return number < 2n ** 64n ? number : undefined;
}

function wrongAttribute(message: string): FirnError {
  return new FirnError("input-attribute", message);
}
