// Names that Git gives: branches and tags, commits, and the many ways to write where a repository is.

import { badUrl, parseUrl, type Url, urlApplication, urlTransport, type WarnAboutUrl } from "../url.ts";

/** Forty hexadecimal digits. */
export function isRevision(text: string): boolean {
  return /^[0-9a-fA-F]{40}$/.test(text);
}

/** What may name a branch, a tag or a whole reference (isLegalRefName). */
export function isLegalReferenceName(name: string): boolean {
  if (name === "@" || name.includes("@{") || name.includes("..") || name.endsWith(".")) return false;
  if (/[\x00-\x20\x7f~^:\\?[*]/.test(name)) return false;
  if (name.startsWith("-") && !name.includes("/")) return false;
  return name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

/** `git@host:path` is `ssh://git@host/path`, a path is a `file` URL, and a `git+` in front goes (fixGitURL). */
export function parseGitUrl(text: string, warn: WarnAboutUrl): Url {
  const shorthand = text.startsWith("/") ? null : /^([^/]*)@(.*):(.*)$/.exec(text);
  const url = shorthand === null ? text : `ssh://${shorthand[1]}@${shorthand[2]}/${shorthand[3]}`;
  if (!url.startsWith("file:") && !url.startsWith("git+file:") && !url.includes("://")) return pathUrl(url);
  const parsed = parseUrl(url, { warn });
  return urlApplication(parsed.scheme) === "git" ? { ...parsed, scheme: urlTransport(parsed.scheme) } : parsed;
}

function pathUrl(path: string): Url {
  const segments = path.split("/");
  if (segments[0]?.includes(":") === true) {
    throw badUrl(`SCP-like URL '${path}' is not supported; use SSH URL syntax instead (ssh://...)`);
  }
  const authority = path.startsWith("/") ? { host: "", isBracketed: false } : undefined;
  return { scheme: "file", authority, path: segments, query: new Map(), fragment: "" };
}
