// `git+https://…?ref=main`: a repository.

import { fromByteString, toByteString } from "../byte-string.ts";
import { printJson } from "../json.ts";
import { jsonArray, jsonMember, jsonObject, jsonString, optionalJsonMember, parseJson } from "../json-reader.ts";
import { badUrl, parseUrl, printUrl, type Url, urlApplication } from "../url.ts";
import {
  booleanAttribute,
  type InputAttribute,
  type InputAttributes,
  requiredText,
  textAttribute,
} from "./attributes.ts";
import { isLegalReferenceName, parseGitUrl } from "./git-names.ts";
import { type InputScheme, printRevision, revisionOf, silently } from "./scheme.ts";

const textParameters = new Set(["rev", "ref", "keytype", "publicKey", "publicKeys"]);
const flagParameters = new Set(["shallow", "submodules", "lfs", "exportIgnore", "allRefs", "verifyCommit"]);
const verification = ["verifyCommit", "keytype", "publicKey", "publicKeys"];
const results = ["url", "narHash", "name", "revCount", "lastModified", "dirtyRev", "dirtyShortRev"];

export const gitScheme: InputScheme = {
  name: "git",
  allowedAttributes: new Set([...textParameters, ...flagParameters, ...results]),

  fromUrl(url, _requireTree, context) {
    if (url.scheme !== "git" && urlApplication(url.scheme) !== "git") return undefined;
    const attributes = new Map<string, InputAttribute>([["type", "git"]]);
    const query = new Map<string, string>();
    for (const [name, value] of url.query) {
      if (textParameters.has(name)) attributes.set(name, value);
      else if (flagParameters.has(name)) attributes.set(name, value === "1");
      else query.set(name, value);
    }
    return gitScheme.fromAttributes(attributes.set("url", printUrl({ ...url, query })), context);
  },

  fromAttributes(attributes, context) {
    if (verification.some((name) => attributes.has(name))) context.requireFeature("verified-fetches");
    booleanAttribute(attributes, "verifyCommit");
    const reference = textAttribute(attributes, "ref");
    if (reference !== undefined && !isLegalReferenceName(reference)) {
      throw badUrl(`invalid Git branch/tag name '${reference}'`);
    }
    const url = parseGitUrl(requiredText(attributes, "url"), context.warn);
    for (const name of ["shallow", "submodules", "allRefs"]) booleanAttribute(attributes, name);
    return new Map([...attributes, ["url", printUrl(url)]]);
  },

  toUrl(attributes: InputAttributes): Url {
    const url = parseUrl(requiredText(attributes, "url"), { warn: silently });
    const query = new Map(url.query);
    const revision = revisionOf(attributes);
    if (revision !== undefined) query.set("rev", printRevision(revision));
    const reference = textAttribute(attributes, "ref");
    if (reference !== undefined) query.set("ref", reference);
    for (const name of ["shallow", "lfs", "submodules", "exportIgnore", "verifyCommit"]) {
      if (booleanAttribute(attributes, name) === true) query.set(name, "1");
    }
    for (const [name, value] of keyParameters(attributes)) query.set(name, value);
    return { ...url, scheme: url.scheme === "git" ? "git" : `git+${url.scheme}`, query };
  },
};

interface PublicKey {
  readonly type: string;
  readonly key: string;
}

/** One key is written out, several are a list in JSON. */
function keyParameters(attributes: InputAttributes): readonly (readonly [string, string])[] {
  const keys = publicKeys(attributes);
  const [first, ...others] = keys;
  if (first === undefined) return [];
  if (others.length > 0) return [["publicKeys", printJson(keys.map(({ type, key }) => ({ type, key })))]];
  return [
    ["keytype", toByteString(first.type)],
    ["publicKey", toByteString(first.key)],
  ];
}

/** As ordinary text. */
function publicKeys(attributes: InputAttributes): PublicKey[] {
  const list = textAttribute(attributes, "publicKeys");
  const keys = list === undefined ? [] : jsonArray(parseJson(fromByteString(list))).map(readKey);
  const single = textAttribute(attributes, "publicKey");
  if (single !== undefined) {
    const type = textAttribute(attributes, "keytype") ?? defaultKeyType;
    keys.push({ type: fromByteString(type), key: fromByteString(single) });
  }
  return keys;
}

const defaultKeyType = "ssh-ed25519";

function readKey(value: Parameters<typeof jsonObject>[0]): PublicKey {
  const object = jsonObject(value);
  const type = optionalJsonMember(object, "type");
  return {
    type: type === undefined ? defaultKeyType : jsonString(type),
    key: jsonString(jsonMember(object, "key")),
  };
}
