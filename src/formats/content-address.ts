// Content addresses: how a store object's path follows from its contents. `text` is what toFile and derivations use,
// `flat` hashes a single file, `nar` the archive of any tree, `git` a git blob or tree. Whether the experimental features
// allow a method is not asked here.

import { FirnError } from "./error.ts";
import { parseHashAlgorithm, parseUnprefixedHash, printHash } from "./hash.ts";
import type { Hash, HashAlgorithm } from "./hash.ts";

export type ContentAddressMethod = "text" | "flat" | "nar" | "git";

export interface ContentAddress {
  readonly method: ContentAddressMethod;
  readonly hash: Hash;
}

const methodPrefixes: Readonly<Record<ContentAddressMethod, string>> = {
  text: "text:",
  flat: "",
  nar: "r:",
  git: "git:",
};

/** The database's and the narinfo's form, such as `fixed:r:sha256:<nix32>` (ContentAddress::render). */
export function printContentAddress(address: ContentAddress): string {
  return `${methodOfContentAddress(address.method)}${printHash(address.hash, "nix32", { prefix: true })}`;
}

/** ContentAddress::parse. */
export function parseContentAddress(text: string): ContentAddress {
  const { method, algorithm, rest } = parseMethodPrefix(text);
  return { method, hash: parseUnprefixedHash(rest, algorithm) };
}

/** `fixed:r:sha256`, as the worker protocol sends it (ContentAddressMethod::renderWithAlgo). */
export function printContentAddressMethod(method: ContentAddressMethod, algorithm: HashAlgorithm): string {
  return `${methodOfContentAddress(method)}${algorithm}`;
}

/** ContentAddressMethod::parseWithAlgo. */
export function parseContentAddressMethod(text: string): {
  readonly method: ContentAddressMethod;
  readonly algorithm: HashAlgorithm;
} {
  const { method, algorithm } = parseMethodPrefix(`${text}:`);
  return { method, algorithm };
}

/** The hash algorithm field of a derivation's output, such as `r:sha256` (ContentAddress::printMethodAlgo). */
export function printMethodAndAlgorithm(method: ContentAddressMethod, algorithm: HashAlgorithm): string {
  return methodPrefixes[method] + algorithm;
}

/** The same, read (ContentAddressMethod::parsePrefix and parseHashAlgo). */
export function parseMethodAndAlgorithm(text: string): {
  readonly method: ContentAddressMethod;
  readonly algorithm: HashAlgorithm;
} {
  for (const method of ["nar", "git", "text"] as const) {
    const prefix = methodPrefixes[method];
    if (text.startsWith(prefix)) return { method, algorithm: parseHashAlgorithm(text.slice(prefix.length)) };
  }
  return { method: "flat", algorithm: parseHashAlgorithm(text) };
}

function methodOfContentAddress(method: ContentAddressMethod): string {
  return method === "text" ? "text:" : `fixed:${methodPrefixes[method]}`;
}

function parseMethodPrefix(text: string): {
  readonly method: ContentAddressMethod;
  readonly algorithm: HashAlgorithm;
  readonly rest: string;
} {
  const colon = text.indexOf(":");
  if (colon < 0) {
    throw invalidContentAddress(`not a content address because it is not in the form '<prefix>:<rest>': ${text}`);
  }
  const prefix = text.slice(0, colon);
  let rest = text.slice(colon + 1);
  let method: ContentAddressMethod;
  if (prefix === "text") method = "text";
  else if (prefix !== "fixed") {
    throw invalidContentAddress(
      `content address prefix '${prefix}' is unrecognized. Recogonized prefixes are 'text' or 'fixed'`,
    );
  } else if (rest.startsWith("r:")) method = "nar";
  else if (rest.startsWith("git:")) method = "git";
  else method = "flat";
  if (method === "nar" || method === "git") rest = rest.slice(methodPrefixes[method].length);
  const end = rest.indexOf(":");
  if (end < 0) {
    throw invalidContentAddress(`content address hash must be in form '<algo>:<hash>', but found: ${text}`);
  }
  return { method, algorithm: parseHashAlgorithm(rest.slice(0, end)), rest: rest.slice(end + 1) };
}

function invalidContentAddress(message: string): FirnError {
  return new FirnError("bad-content-address", message);
}
