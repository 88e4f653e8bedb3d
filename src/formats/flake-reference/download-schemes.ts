// `https://…` and `file://…`: a file as it is, or a tarball unpacked. Which of the two a URL without `file+` or
// `tarball+` means depends on what is wanted, and on how its name ends.

import { parseUrl, printUrl, type Url, urlApplication, urlTransport } from "../url.ts";
import { type InputAttribute, type InputAttributes, parseNumber, requiredText } from "./attributes.ts";
import { type InputScheme, printedNarHash, silently } from "./scheme.ts";

const transports = new Set(["file", "http", "https"]);
const attributeNames = new Set(["url", "narHash", "name", "unpack", "rev", "revCount", "lastModified"]);

export const fileScheme = downloadScheme("file", (url, requireTree) => !requireTree && !isNamedAsTarball(url));
export const tarballScheme = downloadScheme("tarball", (url, requireTree) => requireTree || isNamedAsTarball(url));

function isNamedAsTarball(url: Url): boolean {
  return /\.(?:zip|tar|tgz|tar\.gz|tar\.xz|tar\.bz2|tar\.zst)$/.test(url.path.at(-1) ?? "");
}

function downloadScheme(name: string, isMeant: (url: Url, requireTree: boolean) => boolean): InputScheme {
  return {
    name,
    allowedAttributes: attributeNames,

    fromUrl(url, requireTree) {
      const application = urlApplication(url.scheme);
      if (!transports.has(urlTransport(url.scheme))) return undefined;
      if (application === undefined ? !isMeant(url, requireTree) : application !== name) return undefined;
      return new Map<string, InputAttribute>([
        ...knownParameters(url),
        ["type", name],
        ["url", printUrl(withoutKnownParameters(url))],
      ]);
    },

    fromAttributes(attributes) {
      return attributes;
    },

    toUrl(attributes: InputAttributes): Url {
      const url = parseUrl(requiredText(attributes, "url"), { warn: silently });
      return { ...url, query: new Map([...url.query, ...printedNarHash(attributes)]) };
    },
  };
}

function* knownParameters(url: Url): Generator<readonly [string, InputAttribute], void> {
  for (const name of ["narHash", "rev"]) {
    const text = url.query.get(name);
    if (text !== undefined) yield [name, text];
  }
  for (const name of ["revCount", "lastModified"]) {
    const number = parseNumber(url.query.get(name) ?? "");
    if (number !== undefined) yield [name, number];
  }
}

/** What is meant for Nix is not sent to the server. */
function withoutKnownParameters(url: Url): Url {
  const query = new Map([...url.query].filter(([name]) => !attributeNames.has(name)));
  return { ...url, scheme: urlTransport(url.scheme), query };
}
