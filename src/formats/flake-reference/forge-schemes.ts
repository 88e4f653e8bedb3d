// `github:owner/repo/branch` and its like: a snapshot that a forge makes of a repository.

import { parseHash, printHash } from "../hash.ts";
import { badUrl, printUrl, type Url } from "../url.ts";
import {
  type InputAttribute,
  type InputAttributes,
  printAttributes,
  requiredText,
  textAttribute,
} from "./attributes.ts";
import { isLegalReferenceName, isRevision } from "./git-names.ts";
import { type InputScheme, printedNarHash, revisionOf } from "./scheme.ts";

export const forgeSchemes: readonly InputScheme[] = ["github", "gitlab", "sourcehut"].map(forgeScheme);

function forgeScheme(name: string): InputScheme {
  const scheme: InputScheme = {
    name,
    feature: "flakes",
    allowedAttributes: new Set(["owner", "repo", "ref", "rev", "narHash", "lastModified", "host", "treeHash"]),

    fromUrl(url, _requireTree, context) {
      if (url.scheme !== name) return undefined;
      const [owner, repo, ...rest] = url.path.filter((segment) => segment !== "");
      if (owner === undefined || repo === undefined) throw badUrl(`URL '${printUrl(url)}' is invalid`);
      const attributes = new Map<string, InputAttribute>([
        ["type", name],
        ["owner", owner],
        ["repo", repo],
      ]);
      const [first] = rest;
      if (first !== undefined) attributes.set(rest.length === 1 && isRevision(first) ? "rev" : "ref", rest.join("/"));
      const parameters = [...url.query].toSorted(([a], [b]) => (a < b ? -1 : 1));
      for (const [parameter, value] of parameters) addParameter(attributes, parameter, value, url);
      return scheme.fromAttributes(attributes, context);
    },

    fromAttributes(attributes) {
      requiredText(attributes, "owner");
      requiredText(attributes, "repo");
      const reference = textAttribute(attributes, "ref");
      const revision = textAttribute(attributes, "rev");
      const whole = `input ${printAttributes(attributes)}`;
      if (reference !== undefined && revision !== undefined) {
        throw badUrl(`${whole} contains both a commit hash ('${revision}') and a branch/tag name ('${reference}')`);
      }
      if (revision !== undefined) parseHash(revision, "sha1");
      if (reference !== undefined && !isLegalReferenceName(reference)) {
        throw badUrl(`${whole} contains an invalid branch/tag name`);
      }
      if (!/^[a-zA-Z0-9.-]*$/.test(textAttribute(attributes, "host") ?? "")) {
        throw badUrl(`${whole} contains an invalid instance host`);
      }
      return attributes;
    },

    toUrl: (attributes) => forgeUrl(name, attributes),
  };
  return scheme;
}

function addParameter(attributes: Map<string, InputAttribute>, name: string, value: string, url: Url): void {
  switch (name) {
    case "rev":
      if (attributes.has("rev")) throw badUrl(`URL '${printUrl(url)}' contains multiple commit hashes`);
      break;
    case "ref":
      if (attributes.has("ref")) throw badUrl(`URL '${printUrl(url)}' contains multiple branch/tag names`);
      break;
    case "host":
    case "narHash":
      break;
    default:
      return;
  }
  attributes.set(name, value);
}

function forgeUrl(scheme: string, attributes: InputAttributes): Url {
  const path = [requiredText(attributes, "owner"), requiredText(attributes, "repo")];
  const reference = textAttribute(attributes, "ref");
  if (reference !== undefined) path.push(reference);
  const revision = revisionOf(attributes);
  if (revision !== undefined) path.push(printHash(revision, "base16"));
  const query = new Map(printedNarHash(attributes));
  const host = textAttribute(attributes, "host");
  if (host !== undefined) query.set("host", host);
  return { scheme, authority: undefined, path, query, fragment: "" };
}
