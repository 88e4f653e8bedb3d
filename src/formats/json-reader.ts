// Takes apart JSON that came from outside, in Nix's words when it is not what is needed (json-utils.cc).

import { FirnError } from "./error.ts";
import type { JsonValue } from "./json.ts";

export type JsonObject = { readonly [key: string]: JsonValue };

export function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new FirnError("bad-json", `Cannot read the JSON: ${(cause as Error).message}`, { cause });
  }
}

export function jsonObject(value: JsonValue): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw wrongType("object", value);
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
  throw wrongType("unsigned number", value);
}

export function jsonMember(object: JsonObject, key: string): JsonValue {
  const value = optionalJsonMember(object, key);
  if (value !== undefined) return value;
  throw new FirnError("bad-json", `Expected JSON object to contain key '${key}' but it doesn't: ${JSON.stringify(object)}`);
}

export function optionalJsonMember(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function wrongType(expected: string, value: JsonValue): FirnError {
  return new FirnError(
    "bad-json",
    `Expected JSON value to be of type '${expected}' but it is of type '${typeName(value)}': ${JSON.stringify(value)}`,
  );
}

function typeName(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
