// How the paths of new store objects are computed (StoreDirConfig::makeStorePath and its kin). The hash part is the SHA-256
// of `<type>:<inner hash>:<store dir>:<name>`, folded to 20 bytes; the type tells apart text with its references, sources,
// fixed outputs and the outputs of ordinary derivations.

import type { ContentAddress } from "./content-address.ts";
import { FirnError } from "./error.ts";
import { compressHash, hashByteString, printHash } from "./hash.ts";
import type { Hash } from "./hash.ts";
import { encodeNix32 } from "./nix32.ts";
import { joinStorePath, printStorePath } from "./store-path.ts";
import type { StoreDir, StorePath } from "./store-path.ts";

const storePathHashSize = 20;

/** What a content-addressed object refers to; `others` may come in any order and without doubles. */
export interface References {
  readonly others: Iterable<StorePath>;
  /** Whether the object also mentions its own path. */
  readonly self: boolean;
}

export const noReferences: References = { others: [], self: false };

/** `type` is such as `text`, `source` or `output:out`, with the references behind it. */
export function makeStorePath(storeDir: StoreDir, type: string, hash: Hash, name: string): StorePath {
  const preimage = `${type}:${printHash(hash, "base16", { prefix: true })}:${storeDir}:${name}`;
  const digest = compressHash(hashByteString("sha256", preimage).bytes, storePathHashSize);
  return joinStorePath(encodeNix32(digest), name);
}

/** The path of an input-addressed output; `hash` is the derivation's hash modulo fixed outputs, outputs masked. */
export function makeOutputPath(storeDir: StoreDir, outputName: string, hash: Hash, drvName: string): StorePath {
  return makeStorePath(storeDir, `output:${outputName}`, hash, outputPathName(drvName, outputName));
}

/** The name part of an output's path: the output `out` adds nothing. */
export function outputPathName(drvName: string, outputName: string): string {
  return outputName === "out" ? drvName : `${drvName}-${outputName}`;
}

/** The path of an object with that content address (StoreDirConfig::makeFixedOutputPathFromCA). */
export function makeFixedOutputPath(
  storeDir: StoreDir,
  name: string,
  address: ContentAddress,
  references: References = noReferences,
): StorePath {
  const { method, hash } = address;
  if (method === "text") {
    if (references.self) throw new FirnError("self-reference", "self-reference not allowed with text hashing");
    if (hash.algorithm !== "sha256") throw textHashNotSha256(name, hash);
    return makeStorePath(storeDir, typeWithReferences(storeDir, "text", references), hash, name);
  }
  if (method === "git" && hash.algorithm !== "sha1" && hash.algorithm !== "sha256") {
    throw new FirnError(
      "bad-git-hash",
      `Git file ingestion must use SHA-1 or SHA-256 hash, but instead using: ${hash.algorithm}`,
    );
  }
  if (method === "nar" && hash.algorithm === "sha256") {
    return makeStorePath(storeDir, typeWithReferences(storeDir, "source", references), hash, name);
  }
  if (references.self || [...references.others].length > 0) throw fixedOutputWithReferences(name);
  const prefix = method === "nar" ? "r:" : method === "git" ? "git:" : "";
  const inner = `fixed:out:${prefix}${printHash(hash, "base16", { prefix: true })}:`;
  return makeStorePath(storeDir, "output:out", hashByteString("sha256", inner), name);
}

/** The path of a text such as toFile makes; `contents` is a byte string. */
export function makeTextPath(
  storeDir: StoreDir,
  name: string,
  contents: string,
  references: Iterable<StorePath> = [],
): StorePath {
  const address: ContentAddress = { method: "text", hash: hashByteString("sha256", contents) };
  return makeFixedOutputPath(storeDir, name, address, { others: references, self: false });
}

/** The path of a source tree, given the SHA-256 of its archive. */
export function makeSourcePath(
  storeDir: StoreDir,
  name: string,
  narHash: Hash,
  references: References = noReferences,
): StorePath {
  return makeFixedOutputPath(storeDir, name, { method: "nar", hash: narHash }, references);
}

function typeWithReferences(storeDir: StoreDir, type: string, references: References): string {
  let text = type;
  for (const path of [...new Set(references.others)].toSorted()) text += `:${printStorePath(storeDir, path)}`;
  return references.self ? `${text}:self` : text;
}

function textHashNotSha256(name: string, hash: Hash): FirnError {
  return new FirnError(
    "bad-text-hash",
    `Cannot compute the store path of the text '${name}': its hash is ${hash.algorithm}, only sha256 will do`,
  );
}

function fixedOutputWithReferences(name: string): FirnError {
  return new FirnError(
    "fixed-output-with-references",
    `fixed output derivation '${name}' is not allowed to refer to other store paths.\n` +
      `You may need to use the 'unsafeDiscardReferences' derivation attribute, see the manual for more details.`,
  );
}
