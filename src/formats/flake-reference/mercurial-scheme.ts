// `hg+https://…?ref=default`: a repository of Mercurial.

import { badUrl, parseUrl, printUrl, type Url } from "../url.ts";
import { type InputAttribute, type InputAttributes, requiredText, textAttribute } from "./attributes.ts";
import { type InputScheme, printRevision, revisionOf, silently } from "./scheme.ts";

export const mercurialScheme: InputScheme = {
  name: "hg",
  allowedAttributes: new Set(["url", "ref", "rev", "revCount", "narHash", "name"]),

  fromUrl(url, _requireTree, context) {
    if (!/^hg\+(?:https?|ssh|file)$/.test(url.scheme)) return undefined;
    const attributes = new Map<string, InputAttribute>([["type", "hg"]]);
    const query = new Map<string, string>();
    for (const [name, value] of url.query) {
      if (name === "rev" || name === "ref") attributes.set(name, value);
      else query.set(name, value);
    }
    attributes.set("url", printUrl({ ...url, scheme: url.scheme.slice(3), query }));
    return mercurialScheme.fromAttributes(attributes, context);
  },

  fromAttributes(attributes, context) {
    parseUrl(requiredText(attributes, "url"), { warn: context.warn });
    const reference = textAttribute(attributes, "ref");
    if (reference !== undefined && !/^[a-zA-Z0-9@][a-zA-Z0-9_./@+-]*$/.test(reference)) {
      throw badUrl(`invalid Mercurial branch/tag name '${reference}'`);
    }
    return attributes;
  },

  toUrl(attributes: InputAttributes): Url {
    const url = parseUrl(requiredText(attributes, "url"), { warn: silently });
    const query = new Map(url.query);
    const revision = revisionOf(attributes);
    if (revision !== undefined) query.set("rev", printRevision(revision));
    const reference = textAttribute(attributes, "ref");
    if (reference !== undefined) query.set("ref", reference);
    return { ...url, scheme: `hg+${url.scheme}`, query };
  },
};
