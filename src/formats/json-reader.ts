// Takes apart JSON that came from outside, in Nix's words when it is not what is needed (json-utils.cc).

import { fromByteString } from "./byte-string.ts";
import { FirnError } from "./error.ts";
import { JsonNumber, printJson } from "./json.ts";
import type { JsonValue } from "./json.ts";

export type JsonObject = { readonly [key: string]: JsonValue };

/** JSON from a byte string in UTF-8. */
export function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(fromByteString(text), keepNumber) as JsonValue;
  } catch (cause) {
    throw new FirnError("bad-json", `Cannot read the JSON: ${(cause as Error).message}`, { cause });
  }
}

function keepNumber(_key: string, value: JsonValue, context?: { readonly source?: string }): JsonValue {
  const source = context?.source;
  return typeof value === "number" && source !== undefined && String(value) !== source ? new JsonNumber(source) : value;
}

export function jsonObject(value: JsonValue): JsonObject {
  const object = jsonObjectOf(value);
  if (object !== undefined) return object;
  throw wrongType("object", value);
}

/** Undefined when it is no object. */
export function jsonObjectOf(value: JsonValue): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
    ? (value as JsonObject)
    : undefined;
}

export function jsonArray(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw wrongType("array", value);
}

export function jsonString(value: JsonValue): string {
  if (typeof value === "string") return value;
  throw wrongType("string", value);
}

export function jsonBoolean(value: JsonValue): boolean {
  if (typeof value === "boolean") return value;
  throw wrongType("boolean", value);
}

/** A whole number from 0 on. */
export function jsonUnsigned(value: JsonValue): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  const type = typeName(value) === "number" ? "signed integral number" : typeName(value);
  throw new FirnError(
    "bad-json",
    `Expected JSON value to be an unsigned integral number but it is of type '${type}': ${printJson(value)}`,
  );
}

export function jsonMember(object: JsonObject, key: string): JsonValue {
  const value = optionalJsonMember(object, key);
  if (value !== undefined) return value;
  throw new FirnError("bad-json", `Expected JSON object to contain key '${key}' but it doesn't: ${printJson(object)}`);
}

export function optionalJsonMember(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function wrongType(expected: string, value: JsonValue): FirnError {
  return new FirnError(
    "bad-json",
    `Expected JSON value to be of type '${expected}' but it is of type '${typeName(value)}': ${printJson(value)}`,
  );
}

function typeName(value: JsonValue): string {
  if (value === null) return "null";
  if (value instanceof JsonNumber) return "number";
  return Array.isArray(value) ? "array" : typeof value;
}
