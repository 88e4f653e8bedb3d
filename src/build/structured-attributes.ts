// Structured attributes: the JSON of a derivation with `__structuredAttrs`, and the two files that the builder gets,
// `.attrs.json` and `.attrs.sh`. The JSON is kept as Nix's library keeps it: objects sorted by bytes, and numbers by
// their spelling, so that 1.0 stays 1.0 and no digit of a big integer is lost. Strings are byte strings.

import { FirnError, fromByteString, toByteString } from "#formats";

export type Json = string | boolean | null | JsonNumber | readonly Json[] | JsonObject;
/** A number as it was spelled. */
interface JsonNumber {
  readonly number: string;
}
export type JsonObject = ReadonlyMap<string, Json>;

/** Parses the text of `__json`, which must be an object (StructuredAttrs::parse). */
export function parseStructuredAttributes(text: string): JsonObject {
  let value: Json;
  try {
    value = fromPlain(JSON.parse(fromByteString(text), keepNumber as (key: string, value: unknown) => unknown));
  } catch (cause) {
    throw new FirnError("invalid-structured-attributes", `cannot process __json attribute: ${String(cause)}`, {
      cause,
    });
  }
  if (!(value instanceof Map)) {
    throw new FirnError("invalid-structured-attributes", "cannot process __json attribute: it is not an object");
  }
  return value;
}

/** The text of a value as Nix's JSON library dumps it: no spaces, objects sorted. */
export function printJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return toByteString(JSON.stringify(fromByteString(value)));
  if (Array.isArray(value)) return `[${value.map(printJson).join(",")}]`;
  if (value instanceof Map) {
    const entries = sortedByKey(value as JsonObject).map(([key, element]) => `${printJson(key)}:${printJson(element)}`);
    return `{${entries.join(",")}}`;
  }
  return (value as JsonNumber).number;
}

/** `.attrs.sh`: bash declarations of what bash can hold; the rest is left out (StructuredAttrs::writeShell). */
export function printShellDeclarations(attributes: JsonObject): string {
  let text = "";
  for (const [key, value] of sortedByKey(attributes)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) continue;
    const simple = printSimple(value);
    if (simple !== undefined) {
      text += `declare ${key}=${simple}\n`;
    } else if (Array.isArray(value)) {
      const elements = value.map(printSimple);
      if (elements.includes(undefined)) continue;
      text += `declare -a ${key}=(${elements.map((element) => `${element} `).join("")})\n`;
    } else if (value instanceof Map) {
      const entries = sortedByKey(value as JsonObject).map(([name, element]) => [name, printSimple(element)] as const);
      if (entries.some(([, element]) => element === undefined)) continue;
      text += `declare -A ${key}=(${entries.map(([name, element]) => `[${quote(name)}]=${element} `).join("")})\n`;
    }
  }
  return text;
}

function printSimple(value: Json): string | undefined {
  if (typeof value === "string") return quote(value);
  if (value === null) return "''";
  if (typeof value === "boolean") return value ? "1" : "";
  if (Array.isArray(value) || value instanceof Map) return undefined;
  return printInteger((value as JsonNumber).number);
}

/** Nix asks a 32-bit float whether the number is integral, and prints it as a 32-bit integer; so do we, with what that cuts. */
function printInteger(number: string): string | undefined {
  if (/^-?\d+$/.test(number)) return String(BigInt.asIntN(32, BigInt(number)));
  const value = Number(number);
  const single = Math.fround(value);
  if (Number.isFinite(single) && !Number.isInteger(single)) return undefined;
  const fits = Math.abs(value) < 2 ** 31;
  return String(fits ? Math.trunc(value) : -(2 ** 31));
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function sortedByKey(object: JsonObject): [string, Json][] {
  return [...object].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function keepNumber(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  return typeof value === "number" ? { number: context.source ?? String(value), [isNumber]: true } : value;
}

const isNumber = Symbol("a number that keeps its spelling");

function fromPlain(value: unknown): Json {
  if (typeof value === "string") return toByteString(value);
  if (value === null || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(fromPlain);
  const object = value as Record<string | symbol, unknown>;
  if (object[isNumber] === true) return { number: object["number"] as string };
  return new Map(Object.entries(object).map(([key, element]) => [toByteString(key), fromPlain(element)]));
}
