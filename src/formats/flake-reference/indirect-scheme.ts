// `flake:nixpkgs/branch`: a name that a registry explains.

import { badUrl, printUrl, type Url } from "../url.ts";
import { type InputAttribute, type InputAttributes, requiredText, textAttribute } from "./attributes.ts";
import { isLegalReferenceName, isRevision } from "./git-names.ts";
import { type InputScheme, printRevision, revisionOf } from "./scheme.ts";

export const indirectScheme: InputScheme = {
  name: "indirect",
  feature: "flakes",
  allowedAttributes: new Set(["id", "ref", "rev", "narHash"]),

  fromUrl(url) {
    if (url.scheme !== "flake") return undefined;
    const [id, first, second, ...rest] = url.path.filter((segment) => segment !== "");
    if (id === undefined || rest.length > 0) throw badUrl(`GitHub URL '${printUrl(url)}' is invalid`);
    const attributes = new Map<string, InputAttribute>([["type", "indirect"]]);
    if (second !== undefined) {
      if (!isLegalReferenceName(first ?? "")) throw notIn(url, first, "a branch/tag name");
      if (!isRevision(second)) throw notIn(url, second, "a commit hash");
      attributes.set("ref", first ?? "").set("rev", second.toLowerCase());
    } else if (first !== undefined) {
      if (isRevision(first)) attributes.set("rev", first.toLowerCase());
      else if (isLegalReferenceName(first)) attributes.set("ref", first);
      else throw notIn(url, first, "a commit hash or branch/tag name");
    }
    checkId(id);
    return attributes.set("id", id);
  },

  fromAttributes(attributes) {
    checkId(requiredText(attributes, "id"));
    return attributes;
  },

  toUrl(attributes: InputAttributes): Url {
    const path = [requiredText(attributes, "id")];
    const reference = textAttribute(attributes, "ref");
    if (reference !== undefined) path.push(reference);
    const revision = revisionOf(attributes);
    if (revision !== undefined) path.push(printRevision(revision));
    return { scheme: "flake", authority: undefined, path, query: new Map(), fragment: "" };
  },
};

function checkId(id: string): void {
  if (!/^[a-zA-Z][a-zA-Z0-9_-]*$/.test(id)) throw badUrl(`'${id}' is not a valid flake ID`);
}

function notIn(url: Url, part: string | undefined, what: string): Error {
  return badUrl(`in flake URL '${printUrl(url)}', '${part}' is not ${what}`);
}
