// `path:/a/b`: a folder of this machine. What is said of its commit and date is believed.

import { FirnError } from "../error.ts";
import { printAuthority, printUrl, type Url, urlPathToPath } from "../url.ts";
import { type InputAttribute, type InputAttributes, parseNumber, requiredText } from "./attributes.ts";
import type { InputScheme } from "./scheme.ts";

export const pathScheme: InputScheme = {
  name: "path",
  feature: "flakes",
  allowedAttributes: new Set(["path", "rev", "revCount", "lastModified", "narHash"]),

  fromUrl(url) {
    if (url.scheme !== "path") return undefined;
    if (url.authority !== undefined && url.authority.host !== "") {
      throw wrongPathUrl(url, `should not have an authority ('${printAuthority(url.authority)}')`);
    }
    const attributes = new Map<string, InputAttribute>([
      ["type", "path"],
      ["path", urlPathToPath(url.path)],
    ]);
    for (const [name, value] of sortedQuery(url)) attributes.set(name, readParameter(url, name, value));
    return attributes;
  },

  fromAttributes(attributes) {
    requiredText(attributes, "path");
    return attributes;
  },

  toUrl(attributes: InputAttributes): Url {
    const query = new Map<string, string>();
    for (const [name, value] of attributes) {
      if (name === "path" || name === "type" || name === "__final") continue;
      query.set(name, typeof value === "boolean" ? (value ? "1" : "0") : String(value));
    }
    const path = requiredText(attributes, "path").split("/");
    return { scheme: "path", authority: undefined, path, query, fragment: "" };
  },
};

function sortedQuery(url: Url): (readonly [string, string])[] {
  return [...url.query].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function readParameter(url: Url, name: string, value: string): InputAttribute {
  switch (name) {
    case "rev":
    case "narHash":
      return value;
    case "revCount":
    case "lastModified": {
      const number = parseNumber(value);
      if (number === undefined) throw wrongPathUrl(url, `has invalid parameter '${name}'`);
      return number;
    }
    default:
      throw wrongPathUrl(url, `has unsupported parameter '${name}'`);
  }
}

function wrongPathUrl(url: Url, what: string): FirnError {
  return new FirnError("path-url", `path URL '${printUrl(url)}' ${what}`);
}
