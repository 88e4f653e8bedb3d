// What each kind of input knows of itself: how it is read from a URL and from attributes, and how it is written as a URL.

import { type Hash, parseHash, parsePrefixedHash, parseSriHash, printHash } from "../hash.ts";
import { FirnError } from "../error.ts";
import type { Url, WarnAboutUrl } from "../url.ts";
import { type InputAttributes, textAttribute } from "./attributes.ts";

export interface InputContext {
  /** Throws when the experimental feature is off. */
  requireFeature(feature: string): void;
  readonly warn: WarnAboutUrl;
}

export interface InputScheme {
  readonly name: string;
  /** The experimental feature that it needs. */
  readonly feature?: string;
  readonly allowedAttributes: ReadonlySet<string>;
  /** Undefined when the URL is for another scheme. `requireTree`: a bare `https:` URL is a tarball, whatever its name. */
  fromUrl(url: Url, requireTree: boolean, context: InputContext): InputAttributes | undefined;
  /** Checks attributes, and gives them as they are kept. */
  fromAttributes(attributes: InputAttributes, context: InputContext): InputAttributes;
  toUrl(attributes: InputAttributes): Url;
}

/** Without `rev` or `ref` in a message: a warning about a URL that was read before would be said twice. */
export const silently: WarnAboutUrl = () => undefined;

export function narHashOf(attributes: InputAttributes): Hash | undefined {
  const text = textAttribute(attributes, "narHash");
  if (text === undefined) return undefined;
  const hash: Hash = text === "" ? { algorithm: "sha256", bytes: new Uint8Array(32) } : parseSriHash(text);
  if (hash.algorithm !== "sha256") throw new FirnError("nar-hash", "narHash must use SHA-256");
  return hash;
}

/** The commit, as the hash that it is (Input::getRev). */
export function revisionOf(attributes: InputAttributes): Hash | undefined {
  const text = textAttribute(attributes, "rev");
  if (text === undefined) return undefined;
  try {
    return parsePrefixedHash(text);
  } catch {
    return parseHash(text, "sha1");
  }
}

/** A commit as Git writes it. */
export function printRevision(hash: Hash): string {
  return printHash(hash, "base16");
}

/** The parameters that say which commit and which content. */
export function printedNarHash(attributes: InputAttributes): readonly (readonly [string, string])[] {
  const hash = narHashOf(attributes);
  return hash === undefined ? [] : [["narHash", printHash(hash, "sri")]];
}
