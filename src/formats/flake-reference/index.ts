// Flake references: `nixpkgs`, `github:owner/repo?dir=x`, `/a/path`, `git+https://…`, and the same taken apart as
// attributes. They are only read and written here; looking at the disk, where a path is concerned, is for others.

import { FirnError } from "../error.ts";
import {
  badUrl,
  decodeQuery,
  isBadUrl,
  normalisePath,
  parseUrl,
  pathToUrlPath,
  percentDecode,
  printUrl,
  type Url,
  urlPathToPath,
} from "../url.ts";
import { attributesEqual, type InputAttributes, textAttribute } from "./attributes.ts";
import { inputFromAttributes, inputFromUrl, inputToUrl } from "./input.ts";
import type { InputContext } from "./scheme.ts";

export interface FlakeReference {
  /** The attributes of what is fetched; their `type` names the scheme. */
  readonly input: InputAttributes;
  /** The folder in it that has the flake.nix; empty for the top. */
  readonly folder: string;
}

export interface FlakeReferenceWithFragment {
  readonly reference: FlakeReference;
  /** What stood behind the `#`, decoded. */
  readonly fragment: string;
}

/** A reference that is a path, taken apart; not looked up yet. */
export interface PathReference {
  /** The whole text. */
  readonly text: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly fragment: string;
}

export interface FlakeReferenceOptions {
  /** A bare `https:` URL is a tarball, whatever its name; true when absent. */
  readonly requireTree?: boolean;
  /** Where the relative paths of `path:` and `git+file:` URLs begin; absent, they stay as they are. */
  readonly baseFolder?: string;
  /** Looks on the disk what a path is; absent, it is an input of the type `path`. */
  readonly locatePath?: (given: PathReference) => Url;
  /** Lets a path be relative where nothing is looked up. */
  readonly mayBeRelative?: boolean;
}

/** From text that stands by itself: a path has to be absolute, and nothing may follow a `#` (nix::parseFlakeRef). */
export function parseFlakeReference(
  text: string,
  context: InputContext,
  options: FlakeReferenceOptions = {},
): FlakeReference {
  const { reference, fragment } = parseFlakeReferenceWithFragment(text, context, options);
  if (fragment !== "") {
    throw new FirnError("flake-reference", `unexpected fragment '${fragment}' in flake reference '${text}'`);
  }
  return reference;
}

export function parseFlakeReferenceWithFragment(
  text: string,
  context: InputContext,
  options: FlakeReferenceOptions = {},
): FlakeReferenceWithFragment {
  return (
    parseFlakeId(text, context, options) ??
    parseUrlReference(text, context, options) ??
    parsePathReference(text, context, options)
  );
}

const fragmentChars = `(?:[a-zA-Z0-9\\-._~!$&'"()*+,;=:@/? ^]|%[0-9a-fA-F]{2})*`;
const revision = "[0-9a-fA-F]{40}";
const named = "[a-zA-Z0-9@][a-zA-Z0-9_./@+-]*";
const flakeIdPattern = new RegExp(
  `^([a-zA-Z][a-zA-Z0-9_-]*(?:/(?:${revision}|${named}(?:/${revision})?))?)(?:#(${fragmentChars}))?$`,
);

/** `nixpkgs`, `nixpkgs/branch`. */
function parseFlakeId(
  text: string,
  context: InputContext,
  options: FlakeReferenceOptions,
): FlakeReferenceWithFragment | undefined {
  const match = flakeIdPattern.exec(text);
  if (match === null) return undefined;
  const path = (match[1] ?? "").split("/");
  const url: Url = { scheme: "flake", authority: undefined, path, query: new Map(), fragment: "" };
  return {
    reference: { input: inputFromUrl(url, options.requireTree ?? true, context), folder: "" },
    fragment: percentDecode(match[2] ?? ""),
  };
}

/** Undefined for what is no URL, which may be a path yet. */
function parseUrlReference(
  text: string,
  context: InputContext,
  options: FlakeReferenceOptions,
): FlakeReferenceWithFragment | undefined {
  try {
    const url = parseUrl(text, { lenient: true, warn: context.warn });
    return fromUrl(fromBaseFolder(url, options.baseFolder), context, options);
  } catch (error) {
    if (isBadUrl(error)) return undefined;
    throw error;
  }
}

function fromBaseFolder(url: Url, baseFolder: string | undefined): Url {
  if (baseFolder === undefined || (url.scheme !== "path" && url.scheme !== "git+file")) return url;
  const path = urlPathToPath(url.path);
  return path.startsWith("/") ? url : { ...url, path: pathToUrlPath(normalisePath(`${baseFolder}/${path}`)) };
}

function parsePathReference(
  text: string,
  context: InputContext,
  options: FlakeReferenceOptions,
): FlakeReferenceWithFragment {
  const match = /^([^?#]*)(?:\?([^#]*))?(?:#([^\n\r]*))?$/.exec(text);
  if (match === null) throw new FirnError("flake-reference", `invalid flakeref '${text}'`);
  const [, path = "", asked = "", part = ""] = match;
  const query = decodeQuery(asked, { lenient: true, warn: context.warn });
  const fragment = percentDecode(part);
  if (options.locatePath !== undefined) {
    return fromUrl(options.locatePath({ text, path, query, fragment }), context, options);
  }
  const isAbsolute = path.startsWith("/");
  if (!isAbsolute && options.mayBeRelative !== true) {
    throw badUrl(`flake reference '${text}' is not an absolute path`);
  }
  const authority = isAbsolute ? { host: "", isBracketed: false } : undefined;
  return fromUrl({ scheme: "path", authority, path: pathToUrlPath(path), query, fragment }, context, options);
}

function fromUrl(url: Url, context: InputContext, options: FlakeReferenceOptions): FlakeReferenceWithFragment {
  const query = new Map(url.query);
  query.delete("dir");
  const input = inputFromUrl({ ...url, query, fragment: "" }, options.requireTree ?? true, context);
  return { reference: { input, folder: url.query.get("dir") ?? "" }, fragment: url.fragment };
}

/** As written in lock files of old and of today: a folder that a URL repeats is taken out of it (FlakeRef::canonicalize). */
export function canonicaliseFlakeReference({ input, folder }: FlakeReference): FlakeReference {
  const text = textAttribute(input, "url");
  if (text === undefined) return { input, folder };
  try {
    const url = parseUrl(text, { lenient: true, warn: () => undefined });
    const query = new Map(url.query);
    if (folder !== "" && query.get("dir") === folder) query.delete("dir");
    return { input: new Map([...input, ["url", printUrl({ ...url, query })]]), folder };
  } catch (error) {
    if (isBadUrl(error)) return { input, folder };
    throw error;
  }
}

export function flakeReferencesEqual(a: FlakeReference, b: FlakeReference): boolean {
  return a.folder === b.folder && attributesEqual(a.input, b.input);
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
export {
  inputContains,
  inputName,
  isDirectInput,
  isFinalInput,
  isLockedInput,
  overrideInput,
  relativeInputPath,
  withoutFinalMark,
} from "./input-properties.ts";
export { type InputContext, narHashOf, revisionOf } from "./scheme.ts";
