// Flake references: `nixpkgs`, `github:owner/repo?dir=x`, `/a/path`, `git+https://…`, and the same taken apart as
// attributes. They are only read and written here; looking at the disk, where a path is concerned, is for others.

import { FirnError } from "../error.ts";
import { badUrl, decodeQuery, isBadUrl, parseUrl, pathToUrlPath, percentDecode, printUrl, type Url } from "../url.ts";
import { type InputAttributes, textAttribute } from "./attributes.ts";
import { inputFromAttributes, inputFromUrl, inputToUrl } from "./input.ts";
import type { InputContext } from "./scheme.ts";

export interface FlakeReference {
  /** The attributes of what is fetched; their `type` names the scheme. */
  readonly input: InputAttributes;
  /** The folder in it that has the flake.nix; empty for the top. */
  readonly folder: string;
}

/** From text that stands by itself: a path has to be absolute, and nothing may follow a `#` (nix::parseFlakeRef). */
export function parseFlakeReference(text: string, context: InputContext): FlakeReference {
  const { reference, fragment } =
    parseFlakeId(text, context) ?? parseUrlReference(text, context) ?? parsePathReference(text, context);
  if (fragment !== "") {
    throw new FirnError("flake-reference", `unexpected fragment '${fragment}' in flake reference '${text}'`);
  }
  return reference;
}

interface WithFragment {
  readonly reference: FlakeReference;
  readonly fragment: string;
}

const fragmentChars = `(?:[a-zA-Z0-9\\-._~!$&'"()*+,;=:@/? ^]|%[0-9a-fA-F]{2})*`;
const revision = "[0-9a-fA-F]{40}";
const named = "[a-zA-Z0-9@][a-zA-Z0-9_./@+-]*";
const flakeIdPattern = new RegExp(
  `^([a-zA-Z][a-zA-Z0-9_-]*(?:/(?:${revision}|${named}(?:/${revision})?))?)(?:#(${fragmentChars}))?$`,
);

/** `nixpkgs`, `nixpkgs/branch`. */
function parseFlakeId(text: string, context: InputContext): WithFragment | undefined {
  const match = flakeIdPattern.exec(text);
  if (match === null) return undefined;
  const path = (match[1] ?? "").split("/");
  const url: Url = { scheme: "flake", authority: undefined, path, query: new Map(), fragment: "" };
  return {
    reference: { input: inputFromUrl(url, true, context), folder: "" },
    fragment: percentDecode(match[2] ?? ""),
  };
}

/** Undefined for what is no URL, which may be a path yet. */
function parseUrlReference(text: string, context: InputContext): WithFragment | undefined {
  try {
    return fromUrl(parseUrl(text, { lenient: true, warn: context.warn }), context);
  } catch (error) {
    if (isBadUrl(error)) return undefined;
    throw error;
  }
}

function parsePathReference(text: string, context: InputContext): WithFragment {
  const [, path = "", asked = "", fragment = ""] = /^([^?#]*)(?:\?([^#]*))?(?:#([^]*))?$/.exec(text) ?? [];
  const query = decodeQuery(asked, { lenient: true, warn: context.warn });
  const part = percentDecode(fragment);
  if (!path.startsWith("/")) throw badUrl(`flake reference '${text}' is not an absolute path`);
  const authority = { host: "", isBracketed: false };
  return fromUrl({ scheme: "path", authority, path: pathToUrlPath(path), query, fragment: part }, context);
}

function fromUrl(url: Url, context: InputContext): WithFragment {
  const query = new Map(url.query);
  query.delete("dir");
  const input = inputFromUrl({ ...url, query, fragment: "" }, true, context);
  return { reference: { input, folder: url.query.get("dir") ?? "" }, fragment: url.fragment };
}

/** From attributes, `dir` among them (FlakeRef::fromAttrs). */
export function flakeReferenceFromAttributes(attributes: InputAttributes, context: InputContext): FlakeReference {
  const folder = textAttribute(attributes, "dir") ?? "";
  const rest = new Map(attributes);
  rest.delete("dir");
  return { input: inputFromAttributes(rest, context), folder };
}

export function flakeReferenceAttributes({ input, folder }: FlakeReference): InputAttributes {
  return folder === "" || input.has("dir") ? input : new Map([...input, ["dir", folder]]);
}

export function printFlakeReference({ input, folder }: FlakeReference): string {
  const url = inputToUrl(input);
  if (folder === "" || url.query.has("dir")) return printUrl(url);
  return printUrl({ ...url, query: new Map([...url.query, ["dir", folder]]) });
}

export {
  attributesEqual,
  booleanAttribute,
  type InputAttribute,
  type InputAttributes,
  numberAttribute,
  printAttributes,
  requiredText,
  textAttribute,
} from "./attributes.ts";
export { parseGitUrl } from "./git-names.ts";
export { inputFromAttributes, inputFromUrl, inputToUrl, printInput } from "./input.ts";
export { type InputContext, narHashOf, revisionOf } from "./scheme.ts";
