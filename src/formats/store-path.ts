// Store paths: `<store dir>/<32 characters nix32>-<name>`. A StorePath is the part behind the store directory, parsed once
// at the door; the brand keeps unparsed strings out. As a string it can key maps and sort by bytes. How the names of new
// paths are computed stands in make-store-path.ts.

import { FirnError } from "./error.ts";

declare const brand: unique symbol;
/** A checked `<hash>-<name>`; the store directory is not part of it. */
export type StorePath = string & { readonly [brand]: "StorePath" };

/** The directory that path names are computed with, such as `/nix/store`; no trailing slash. */
export type StoreDir = string;

export const hashPartLength = 32;
export const maxStorePathName = 211;
export const derivationExtension = ".drv";

const wellFormed = /^[0-9a-df-np-sv-z]{32}-(?!\.\.?(?:-|$))[0-9a-zA-Z+\-._?=]{1,211}$/;
const wellFormedName = /^(?!\.\.?(?:-|$))[0-9a-zA-Z+\-._?=]{1,211}$/;

/** An absolute path of a store object, such as `/nix/store/<hash>-<name>` (StoreDirConfig::parseStorePath). */
export function parseStorePath(storeDir: StoreDir, text: string): StorePath {
  const baseName = baseNameBelow(storeDir, text);
  if (baseName !== undefined) return parseStorePathBaseName(baseName);
  if (!text.startsWith("/")) throw new FirnError("bad-store-path", `not an absolute path: "${text}"`);
  const canonical = canonicalisePath(text);
  const again = baseNameBelow(storeDir, canonical);
  if (again === undefined) {
    throw new FirnError("bad-store-path", `path "${canonical}" is not in the Nix store`);
  }
  return parseStorePathBaseName(again);
}

/** The same, but undefined instead of an error. */
export function parseStorePathIfValid(storeDir: StoreDir, text: string): StorePath | undefined {
  const baseName =
    baseNameBelow(storeDir, text) ??
    (text.startsWith("/") ? baseNameBelow(storeDir, canonicalisePath(text)) : undefined);
  return baseName !== undefined && wellFormed.test(baseName) ? (baseName as StorePath) : undefined;
}

/** `<hash>-<name>` without a directory. */
export function parseStorePathBaseName(text: string): StorePath {
  if (wellFormed.test(text)) return text as StorePath;
  if (text.length < hashPartLength + 1) {
    throw new FirnError("bad-store-path", `'${text}' is too short to be a valid store path`);
  }
  for (const char of text.slice(0, hashPartLength)) {
    if (!/[0-9a-df-np-sv-z]/.test(char)) {
      throw new FirnError("bad-store-path", `store path '${text}' contains illegal base-32 character '${char}'`);
    }
  }
  const complaint = complaintAboutName(text.slice(hashPartLength + 1));
  if (complaint !== undefined) throw invalidStorePath(text, complaint);
  if (text[hashPartLength] !== "-") {
    // Nix does not look at this character; a path that lies in a real store always has the dash.
    throw invalidStorePath(text, `the hash is not followed by a dash`);
  }
  return text as StorePath;
}

/**
 * The store object that a path lies in, and the way from its top (StoreDirConfig::toStorePath): `rest` is empty for the
 * object itself, else canonical and begins with a slash.
 */
export function parsePathInStore(
  storeDir: StoreDir,
  text: string,
): { readonly path: StorePath; readonly rest: string } {
  if (!isInStore(storeDir, text)) {
    throw new FirnError("not-in-store", `path '${text}' is not in the Nix store`);
  }
  const below = text.replace(/\/+/g, "/").slice(storeDir.length + 1);
  const slash = below.indexOf("/");
  if (slash < 0) return { path: parseStorePathBaseName(below), rest: "" };
  const rest = canonicalisePath(below.slice(slash));
  return { path: parseStorePathBaseName(below.slice(0, slash)), rest: rest === "/" ? "" : rest };
}

/** Whether the path is below the store directory, going by its text alone (isInDir). */
export function isInStore(storeDir: StoreDir, text: string): boolean {
  const single = text.includes("//") ? text.replace(/\/+/g, "/") : text;
  if (!single.startsWith(storeDir) || single[storeDir.length] !== "/") return false;
  const first = single.slice(storeDir.length + 1).split("/", 1)[0];
  return first !== "" && first !== "." && first !== "..";
}

export function printStorePath(storeDir: StoreDir, path: StorePath): string {
  return `${storeDir}/${path}`;
}

export function storePathHashPart(path: StorePath): string {
  return path.slice(0, hashPartLength);
}

export function storePathName(path: StorePath): string {
  return path.slice(hashPartLength + 1);
}

export function isDerivationPath(path: StorePath): boolean {
  return path.endsWith(derivationExtension);
}

/** The derivation's name without `.drv` (BasicDerivation::nameFromPath). */
export function derivationNameFromPath(path: StorePath): string {
  if (!isDerivationPath(path)) {
    throw new FirnError("not-a-derivation", `store path '${path}' is not a valid derivation path`);
  }
  return path.slice(hashPartLength + 1, -derivationExtension.length);
}

/** Throws unless the text may be the name in a store path (checkName). */
export function checkStorePathName(name: string): void {
  const complaint = complaintAboutName(name);
  if (complaint !== undefined) throw new FirnError("bad-store-path-name", complaint);
}

/** A store path put together from a computed hash part; only the name is checked. */
export function joinStorePath(hashPart: string, name: string): StorePath {
  const baseName = `${hashPart}-${name}`;
  const complaint = complaintAboutName(name);
  if (complaint !== undefined) throw invalidStorePath(baseName, complaint);
  return baseName as StorePath;
}

function baseNameBelow(storeDir: StoreDir, text: string): string | undefined {
  if (!text.startsWith(storeDir) || text[storeDir.length] !== "/") return undefined;
  const baseName = text.slice(storeDir.length + 1);
  return baseName === "" || baseName === "." || baseName === ".." || baseName.includes("/") ? undefined : baseName;
}

function complaintAboutName(name: string): string | undefined {
  if (wellFormedName.test(name)) return undefined;
  if (name === "") return "name must not be empty";
  if (name.length > maxStorePathName) {
    return `name '${name}' must be no longer than ${maxStorePathName} characters`;
  }
  if (name === "." || name === "..") return `name '${name}' is not valid`;
  const dots = /^(\.\.?)-/.exec(name)?.[1];
  if (dots !== undefined) {
    return `name '${name}' is not valid: first dash-separated component must not be '${dots}'`;
  }
  const illegal = /[^0-9a-zA-Z+\-._?=]/.exec(name)?.[0] ?? "";
  return `name '${name}' contains illegal character '${illegal}'`;
}

function invalidStorePath(path: string, complaint: string): FirnError {
  return new FirnError("bad-store-path", `path '${path}' is not a valid store path: ${complaint}`);
}

/** An absolute path without empty, `.` and `..` components, going by the text alone (canonPath). */
function canonicalisePath(path: string): string {
  const components: string[] = [];
  for (const component of path.split("/")) {
    if (component === "..") components.pop();
    else if (component !== "" && component !== ".") components.push(component);
  }
  return `/${components.join("/")}`;
}
