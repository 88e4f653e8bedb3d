// The JSON form of a derivation, version 4: what `nix derivation show` prints and `nix derivation add` reads. Store paths in
// it have no store directory. Texts become ordinary text on the way out and byte strings on the way in.

import { fromByteString, toByteString } from "./byte-string.ts";
import { contentAddressFromJson, contentAddressToJson, parseMethodName } from "./content-address-json.ts";
import type { Derivation, DerivationOutput, InputNode } from "./derivation.ts";
import { sortedEntries, sortedStrings } from "./derivation.ts";
import { FirnError } from "./error.ts";
import { parseHashAlgorithm } from "./hash.ts";
import {
  jsonArray,
  jsonMember,
  jsonObject,
  jsonString,
  jsonUnsigned,
  optionalJsonMember,
  parseJson,
} from "./json-reader.ts";
import { printJson } from "./json.ts";
import type { JsonValue } from "./json.ts";
import { parseStorePathBaseName } from "./store-path.ts";
import type { StorePath } from "./store-path.ts";

export const derivationJsonVersion = 4;
const maxDynamicDepth = 64;

/** Throws `not-utf8` where a string of the derivation is not text, as JSON has no other strings. */
export function derivationToJson(derivation: Derivation): JsonValue {
  const common = {
    name: textFromBytes(derivation.name),
    version: derivationJsonVersion,
    outputs: mapToJson(derivation.outputs, outputToJson),
    inputs: {
      srcs: [...sortedStrings(derivation.inputSources)],
      drvs: mapToJson(derivation.inputDerivations, inputToJson),
    },
    system: textFromBytes(derivation.system),
    builder: textFromBytes(derivation.builder),
    args: derivation.args.map(textFromBytes),
    env: mapToJson(derivation.env, textFromBytes),
  };
  return derivation.structuredAttributes === undefined
    ? common
    : { ...common, structuredAttrs: parseJson(derivation.structuredAttributes) };
}

/** The derivation as it stands there; output paths are neither filled in nor checked. Throws `bad-json` and the like. */
export function derivationFromJson(json: JsonValue): Derivation {
  const object = jsonObject(json);
  const name = toByteString(jsonString(jsonMember(object, "name")));
  const version = jsonUnsigned(jsonMember(object, "version"));
  if (version !== derivationJsonVersion) throw unsupportedVersion(version);
  const inputs = jsonObject(jsonMember(object, "inputs"));
  const derivation: Derivation = {
    name,
    outputs: mapFromJson(jsonMember(object, "outputs"), toByteString, outputFromJson),
    inputDerivations: mapFromJson(jsonMember(inputs, "drvs"), storePathFromJson, (node) => inputFromJson(node, 0)),
    inputSources: sortedStrings(
      jsonArray(jsonMember(inputs, "srcs")).map((path) => storePathFromJson(jsonString(path))),
    ),
    system: bytesFromJson(jsonMember(object, "system")),
    builder: bytesFromJson(jsonMember(object, "builder")),
    args: jsonArray(jsonMember(object, "args")).map(bytesFromJson),
    env: mapFromJson(jsonMember(object, "env"), toByteString, bytesFromJson),
  };
  const attributes = optionalJsonMember(object, "structuredAttrs");
  return attributes === undefined
    ? derivation
    : { ...derivation, structuredAttributes: printJson(jsonObject(attributes)) };
}

function outputToJson(output: DerivationOutput): JsonValue {
  switch (output.kind) {
    case "input-addressed":
      return { path: output.path };
    case "fixed":
      return contentAddressToJson(output.ca);
    case "floating":
      return { method: output.method, hashAlgo: output.algorithm };
    case "deferred":
      return {};
    case "impure":
      return { method: output.method, hashAlgo: output.algorithm, impure: true };
  }
}

function outputFromJson(json: JsonValue): DerivationOutput {
  const object = jsonObject(json);
  switch (Object.keys(object).toSorted().join(" ")) {
    case "":
      return { kind: "deferred" };
    case "path":
      return { kind: "input-addressed", path: storePathFromJson(jsonString(jsonMember(object, "path"))) };
    case "hash method":
      return { kind: "fixed", ca: contentAddressFromJson(object) };
    case "hashAlgo method":
    case "hashAlgo impure method":
      return {
        kind: Object.hasOwn(object, "impure") ? "impure" : "floating",
        method: parseMethodName(jsonString(jsonMember(object, "method"))),
        algorithm: parseHashAlgorithm(jsonString(jsonMember(object, "hashAlgo"))),
      };
    default:
      throw new FirnError("bad-json", "invalid JSON for derivation output");
  }
}

function inputToJson(node: InputNode): JsonValue {
  return {
    outputs: sortedStrings(node.outputs).map(textFromBytes),
    dynamicOutputs: mapToJson(node.dynamic ?? new Map<string, InputNode>(), inputToJson),
  };
}

function inputFromJson(json: JsonValue, depth: number): InputNode {
  if (depth > maxDynamicDepth) {
    throw new FirnError("bad-json", `The outputs of an input nest deeper than ${maxDynamicDepth} levels`);
  }
  const object = jsonObject(json);
  const outputs = sortedStrings(jsonArray(jsonMember(object, "outputs")).map(bytesFromJson));
  const dynamic = mapFromJson(jsonMember(object, "dynamicOutputs"), toByteString, (node) =>
    inputFromJson(node, depth + 1),
  );
  return dynamic.size === 0 ? { outputs } : { outputs, dynamic };
}

function mapToJson<V>(map: ReadonlyMap<string, V>, print: (value: V) => JsonValue): JsonValue {
  return Object.fromEntries([...map].map(([key, value]) => [textFromBytes(key), print(value)]));
}

function mapFromJson<K extends string, V>(
  json: JsonValue,
  parseKey: (key: string) => K,
  parseValue: (value: JsonValue) => V,
): ReadonlyMap<K, V> {
  const map = new Map<K, V>();
  for (const [key, value] of Object.entries(jsonObject(json))) map.set(parseKey(key), parseValue(value));
  return new Map(sortedEntries(map));
}

function textFromBytes(bytes: string): string {
  const text = fromByteString(bytes);
  if (toByteString(text) === bytes) return text;
  throw new FirnError("not-utf8", `Cannot print the derivation as JSON, because '${bytes}' in it is not UTF-8`);
}

function bytesFromJson(json: JsonValue): string {
  return toByteString(jsonString(json));
}

function storePathFromJson(text: string): StorePath {
  return parseStorePathBaseName(toByteString(text));
}

function unsupportedVersion(version: number): FirnError {
  return new FirnError(
    "unsupported-derivation-json",
    `Unsupported derivation JSON format version ${version}, only format version ${derivationJsonVersion} is currently supported.`,
  );
}
