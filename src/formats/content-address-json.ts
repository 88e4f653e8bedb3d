// The JSON form of a content address: its method by name, its hash as SRI.

import type { ContentAddress, ContentAddressMethod } from "./content-address.ts";
import { FirnError } from "./error.ts";
import { parseSriHash, printHash } from "./hash.ts";
import { jsonMember, jsonObject, jsonString } from "./json-reader.ts";
import type { JsonValue } from "./json.ts";

export function contentAddressToJson(address: ContentAddress): JsonValue {
  return { method: address.method, hash: printHash(address.hash, "sri") };
}

export function contentAddressFromJson(json: JsonValue): ContentAddress {
  const object = jsonObject(json);
  return {
    method: parseMethodName(jsonString(jsonMember(object, "method"))),
    hash: parseSriHash(jsonString(jsonMember(object, "hash"))),
  };
}

/** ContentAddressMethod::parse. */
export function parseMethodName(text: string): ContentAddressMethod {
  switch (text) {
    case "text":
    case "flat":
    case "nar":
    case "git":
      return text;
    default:
      throw new FirnError(
        "unknown-ingestion-method",
        `Unknown file ingestion method '${text}', expect \`flat\`, \`nar\`, or \`git\``,
      );
  }
}
