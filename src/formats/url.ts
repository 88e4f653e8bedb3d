// URLs as Nix reads and writes them (ParsedURL): RFC 3986 taken apart, each part decoded, and put together again with as
// much encoded as is needed. Not the URLs of browsers: nothing is normalised, the query is a map sorted by its keys, a
// path is the list of its segments. What no such URL is, is a FirnError with the code "bad-url". Byte strings throughout.

import { FirnError } from "./error.ts";

export interface UrlAuthority {
  /** Decoded; an IPv6 address without its brackets. */
  readonly host: string;
  readonly isBracketed: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly port?: number;
}

export interface Url {
  readonly scheme: string;
  readonly authority: UrlAuthority | undefined;
  /** Decoded segments; an absolute path begins with an empty one. */
  readonly path: readonly string[];
  readonly query: ReadonlyMap<string, string>;
  readonly fragment: string;
}

/** Told of what is left out of a query. */
export type WarnAboutUrl = (warning: string) => void;

export interface UrlOptions {
  /** Spaces and quotes may stand in a query as they are, and in a fragment those and `^`. */
  readonly lenient?: boolean;
  readonly warn: WarnAboutUrl;
}

const unreserved = "A-Za-z0-9._~\\-";
const subDelims = "!$&'()*+,;=";
const encoded = "%[0-9A-Fa-f]{2}";
const pathChar = `[${unreserved}${subDelims}:@]|${encoded}`;
const nameChar = `[${unreserved}${subDelims}]|${encoded}`;

const schemePattern = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const userInfoPattern = new RegExp(`^((?:${nameChar})*)(?::((?:${nameChar}|:)*))?@`);
const hostPattern = new RegExp(`^(?:\\[([^\\]]*)\\]|((?:${nameChar})*))`);
const pathPattern = new RegExp(`^(?:/|${pathChar})*`);
const queryPattern = new RegExp(`^(?:[/?[\\]]|${pathChar})*`);
const fragmentPattern = new RegExp(`^(?:[/?#]|${pathChar})*`);

/** parseURL; throws for what has no scheme, too. */
export function parseUrl(text: string, options: UrlOptions): Url {
  const source = options.lenient === true ? encodeLenient(text) : text;
  const parts = splitUrl(source, text);
  if (parts.scheme === undefined) throw badUrl(`'${source}' doesn't have a scheme`);
  const isFile = urlTransport(parts.scheme) === "file";
  const authority = parts.authority === undefined ? undefined : parseAuthority(parts.authority);
  if (isFile && authority !== undefined && authority.host !== "") {
    throw badUrl(`file:// URL '${source}' has unexpected authority '${printAuthority(authority)}'`);
  }
  const path = isFile && parts.path === "" ? "/" : parts.path;
  return {
    scheme: parts.scheme,
    authority,
    path: path.split("/").map(decode),
    query: decodeQuery(parts.query, options),
    fragment: decode(parts.fragment),
  };
}

interface UrlParts {
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** A path that cannot be read fails the whole ("mismatch"), anything behind it is a rest that should not be there. */
function splitUrl(source: string, text: string): UrlParts {
  const invalid = (why: string): FirnError => badUrl(`'${text}' is not a valid URL: ${why}`);
  const scheme = schemePattern.exec(source)?.[1];
  let rest = scheme === undefined ? source : source.slice(scheme.length + 1);
  let authority: string | undefined;
  if (rest.startsWith("//")) {
    authority = takeAuthority(rest.slice(2));
    if (authority === undefined) throw invalid("mismatch");
    rest = rest.slice(2 + authority.length);
    if (rest !== "" && !/^[/?#]/.test(rest)) throw invalid("leftover");
  }
  const path = take(pathPattern, rest);
  if (rest.startsWith("%", path.length)) throw invalid("mismatch");
  if (scheme === undefined && authority === undefined && /^[^/]*:/.test(path)) throw invalid("mismatch");
  rest = rest.slice(path.length);
  const query = rest.startsWith("?") ? take(queryPattern, rest.slice(1)) : undefined;
  if (query !== undefined) rest = rest.slice(1 + query.length);
  const fragment = rest.startsWith("#") ? take(fragmentPattern, rest.slice(1)) : undefined;
  if (fragment !== undefined) rest = rest.slice(1 + fragment.length);
  if (rest !== "") throw invalid("leftover");
  return { scheme, authority, path, query: query ?? "", fragment: fragment ?? "" };
}

function take(pattern: RegExp, text: string): string {
  return pattern.exec(text)?.[0] ?? "";
}

/** The text of the authority at the start of `text`; undefined when it is none. */
function takeAuthority(text: string): string | undefined {
  const user = take(userInfoPattern, text);
  const behindUser = text.slice(user.length);
  const host = hostPattern.exec(behindUser);
  if (host === null) return undefined;
  if (behindUser.startsWith("[") && !isBracketedHost(host[1])) return undefined;
  const port = take(/^:[0-9]*/, behindUser.slice(host[0].length));
  return user + host[0] + port;
}

/** An IPv6 address, perhaps with its zone, or an address of a version to come. */
function isBracketedHost(text: string | undefined): boolean {
  if (text === undefined) return false;
  if (/^v[0-9A-Fa-f]+\.[A-Za-z0-9._~\-!$&'()*+,;=:]+$/.test(text)) return true;
  const address = text.replace(new RegExp(`%25(?:[${unreserved}]|${encoded})+$`), "");
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1);
  const endsInIPv4 = last !== undefined && isIPv4(last);
  const count = groups.length + (endsInIPv4 ? 1 : 0);
  if (!groups.every((group, index) => isHexGroup(group) || (endsInIPv4 && index === groups.length - 1))) return false;
  return halves.length === 2 ? count < 8 : count === 8;
}

function isHexGroup(text: string): boolean {
  return /^[0-9A-Fa-f]{1,4}$/.test(text);
}

function isIPv4(text: string): boolean {
  const numbers = text.split(".");
  return numbers.length === 4 && numbers.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
}

function parseAuthority(text: string): UrlAuthority {
  const info = userInfoPattern.exec(text);
  const behindUser = text.slice(info?.[0].length ?? 0);
  const host = hostPattern.exec(behindUser);
  const port = behindUser.slice((host?.[0].length ?? 0) + 1);
  if (port !== "" && (Number(port) > 65535 || Number(port) === 0)) throw badUrl(`port '${port}' is invalid`);
  return {
    host: decode(host?.[1] ?? host?.[2] ?? ""),
    isBracketed: host?.[1] !== undefined,
    ...(info === null ? {} : { user: decode(info[1] ?? "") }),
    ...(info?.[2] === undefined ? {} : { password: decode(info[2]) }),
    ...(port === "" ? {} : { port: Number(port) }),
  };
}

/** The text as Nix accepts it from people, made one that RFC 3986 allows. */
function encodeLenient(text: string): string {
  const mark = text.indexOf("?");
  let [before, view] = mark < 0 ? ["", text] : [text.slice(0, mark + 1), text.slice(mark + 1)];
  if (mark >= 0) {
    const end = view.indexOf("#");
    before += encodeChars(end < 0 ? view : view.slice(0, end), /[ "]/g);
    view = end < 0 ? "" : view.slice(end);
  }
  const hash = view.indexOf("#");
  if (hash < 0) return before + view;
  return before + view.slice(0, hash + 1) + encodeChars(view.slice(hash + 1), /[ "^]/g);
}

function encodeChars(text: string, pattern: RegExp): string {
  return text.replace(pattern, encodeByte);
}

function encodeByte(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** `%41` is `A`; only for text that is known to be well formed. */
function decode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** The same for any text (percentDecode). */
export function percentDecode(text: string): string {
  const malformed = /%(?![0-9A-Fa-f]{2})/.exec(text);
  if (malformed !== null) {
    const why = malformed.index + 3 > text.length ? "incomplete pct-encoding" : "bad hexdig in pct-encoding";
    throw badUrl(`invalid URI parameter '${text}': ${why}`);
  }
  return decode(text);
}

/** Everything but unreserved characters and those of `keep` as `%41`. */
export function percentEncode(text: string, keep = ""): string {
  return text.replace(/[^A-Za-z0-9._~-]/g, (char) => (keep.includes(char) ? char : encodeByte(char)));
}

/** `a=1&b=2`; the first of two with one name counts. */
export function decodeQuery(query: string, options: UrlOptions): Map<string, string> {
  const source = options.lenient === true ? encodeChars(query, /[ "]/g) : query;
  if (take(queryPattern, source) !== source) throw badUrl(`invalid URI query '${query}': leftover`);
  const result = new Map<string, string>();
  if (source === "") return result;
  for (const parameter of source.split("&")) {
    const equals = parameter.indexOf("=");
    if (equals < 0) {
      options.warn(`dubious URI query '${parameter}' is missing equal sign '=', ignoring`);
      continue;
    }
    const name = decode(parameter.slice(0, equals));
    if (!result.has(name)) result.set(name, decode(parameter.slice(equals + 1)));
  }
  return result;
}

export function printUrl({ scheme, authority, path, query, fragment }: Url): string {
  const where = authority === undefined ? "" : `//${printAuthority(authority)}`;
  const parameters = [...query].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(printParameter);
  const asked = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  const part = fragment === "" ? "" : `#${percentEncode(fragment)}`;
  return `${scheme}:${where}${path.map((segment) => percentEncode(segment, ":@")).join("/")}${asked}${part}`;
}

function printParameter([name, value]: readonly [name: string, value: string]): string {
  return `${percentEncode(name, ":@/?")}=${percentEncode(value, ":@/?")}`;
}

export function printAuthority({ host, isBracketed, user, password, port }: UrlAuthority): string {
  const secret = password === undefined ? "" : `:${percentEncode(password)}`;
  const who = user === undefined ? "" : `${percentEncode(user)}${secret}@`;
  const where = isBracketed ? `[${percentEncode(host, ":")}]` : percentEncode(host);
  return who + where + (port === undefined ? "" : `:${port}`);
}

/** `git` of `git+https`. */
export function urlApplication(scheme: string): string | undefined {
  const plus = scheme.indexOf("+");
  return plus < 0 ? undefined : scheme.slice(0, plus);
}

/** `https` of `git+https` and of `https`. */
export function urlTransport(scheme: string): string {
  return scheme.slice(scheme.indexOf("+") + 1);
}

/** The path on disk that a URL's segments mean (urlPathToPath); doubled slashes are one. */
export function urlPathToPath(segments: readonly string[]): string {
  for (const segment of segments) {
    if (segment.includes("/")) {
      throw badUrl(`URL path component '${segment}' contains '/', which is not allowed in file names`);
    }
    if (segment.includes("\0")) {
      const shown = segment.replaceAll("\0", "\xe2\x90\x80");
      throw badUrl(`URL path component '${shown}' contains NUL byte which is not allowed`);
    }
  }
  const [first, ...rest] = segments;
  if (first === undefined) return "";
  let path = first === "" ? "/" : first;
  for (const segment of rest) path += (path.endsWith("/") ? "" : "/") + segment;
  return path;
}

/** The other way round (pathToUrlPath). */
export function pathToUrlPath(path: string): string[] {
  const isAbsolute = path.startsWith("/");
  const segments = path.split(/\/+/);
  if (isAbsolute) return segments;
  return path === "" ? [""] : segments;
}

/** An absolute path without `.`, `..` and doubled slashes; nothing is looked up. */
export function normalisePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

export function badUrl(message: string): FirnError {
  return new FirnError("bad-url", message);
}

export function isBadUrl(error: unknown): boolean {
  return error instanceof FirnError && error.code === "bad-url";
}
