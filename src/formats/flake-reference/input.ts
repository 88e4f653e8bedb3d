// An input: what `fetchTree` fetches and a flake reference points at. It is its attributes, checked by the scheme that
// their `type` names (Input::fromURL, Input::fromAttrs).

import { FirnError } from "../error.ts";
import { printUrl, type Url, urlApplication, urlTransport } from "../url.ts";
import { type InputAttributes, numberAttribute, printAttributes, requiredText, textAttribute } from "./attributes.ts";
import { fileScheme, tarballScheme } from "./download-schemes.ts";
import { forgeSchemes } from "./forge-schemes.ts";
import { gitScheme } from "./git-scheme.ts";
import { indirectScheme } from "./indirect-scheme.ts";
import { mercurialScheme } from "./mercurial-scheme.ts";
import { pathScheme } from "./path-scheme.ts";
import type { InputContext, InputScheme } from "./scheme.ts";

/** By name, which is the order in which they are asked whether a URL is theirs. */
const schemes: ReadonlyMap<string, InputScheme> = new Map(
  [fileScheme, gitScheme, ...forgeSchemes, mercurialScheme, indirectScheme, pathScheme, tarballScheme]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((scheme) => [scheme.name, scheme]),
);

export function inputFromUrl(url: Url, requireTree: boolean, context: InputContext): InputAttributes {
  for (const scheme of schemes.values()) {
    const attributes = scheme.fromUrl(url, requireTree, context);
    if (attributes === undefined) continue;
    requireSchemeFeature(scheme, context);
    return checkCommon(attributes);
  }
  const isSwapped = urlApplication(url.scheme) === "file" && urlTransport(url.scheme) === "git";
  const advice = isSwapped ? "; did you mean 'git+file' instead of 'file+git'?" : "";
  throw new FirnError("unsupported-input", `input '${printUrl(url)}' is unsupported${advice}`);
}

/** Attributes of a type that nobody knows are let through; what asks for their URL fails. */
export function inputFromAttributes(attributes: InputAttributes, context: InputContext): InputAttributes {
  const type = textAttribute(attributes, "type");
  if (type === undefined) throw typeMissing();
  const scheme = schemes.get(type);
  if (scheme === undefined) return checkCommon(attributes);
  requireSchemeFeature(scheme, context);
  for (const name of [...attributes.keys()].toSorted()) {
    if (name === "type" || name === "__final" || scheme.allowedAttributes.has(name)) continue;
    throw new FirnError("input-attribute", `input attribute '${name}' not supported by scheme '${type}'`);
  }
  return checkCommon(scheme.fromAttributes(attributes, context));
}

function requireSchemeFeature(scheme: InputScheme, context: InputContext): void {
  if (scheme.feature !== undefined) context.requireFeature(scheme.feature);
}

function checkCommon(attributes: InputAttributes): InputAttributes {
  requiredText(attributes, "type");
  textAttribute(attributes, "ref");
  numberAttribute(attributes, "revCount");
  numberAttribute(attributes, "lastModified");
  return attributes;
}

export function inputToUrl(attributes: InputAttributes): Url {
  const scheme = schemes.get(requiredText(attributes, "type"));
  if (scheme === undefined) {
    throw new FirnError("unsupported-input", `cannot show unsupported input '${printAttributes(attributes)}'`);
  }
  return scheme.toUrl(attributes);
}

export function printInput(attributes: InputAttributes): string {
  return printUrl(inputToUrl(attributes));
}

function typeMissing(): FirnError {
  return new FirnError("input-attribute", "'type' attribute to specify input scheme is required but not provided");
}
