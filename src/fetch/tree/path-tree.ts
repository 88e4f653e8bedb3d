// Inputs of the type `path`: a folder or file of this machine, copied to the store as it is.

import { lstatSync, readdirSync } from "node:fs";
import {
  FirnError,
  type InputAttribute,
  type InputAttributes,
  normalisePath,
  parseStorePathIfValid,
  printInput,
  requiredText,
  storePathName,
} from "#formats";
import { hostPath } from "#host";
import type { EvaluationStore } from "#store";
import { describeTree, type FetchedTree } from "./fetched-tree.ts";

export function fetchPathTree(store: EvaluationStore, input: InputAttributes): FetchedTree {
  const path = pathOfInput(input);
  const known = parseStorePathIfValid(store.storeDir, path);
  if (known !== undefined) store.addTempRoot(known);
  if (lstatSync(hostPath(path), { throwIfNoEntry: false }) === undefined && known === undefined) throw noSuchPath(path);
  const isThere = known !== undefined && storePathName(known) === "source" && store.isValidPath(known);
  const source = known === undefined ? path : store.realPath(known);
  const added = isThere ? known : store.addToStore("source", source, { method: "nar", algorithm: "sha256" }).path;
  const found: [string, InputAttribute][] = [];
  if (!input.has("lastModified")) found.push(["lastModified", BigInt(isThere ? 0 : newestChange(source))]);
  const tree = describeTree(store, added, input, found);
  return { ...tree, fingerprint: `path:${requiredText(tree.attributes, "narHash")}` };
}

/** Absolute and without `..`; throws for a relative one. */
export function pathOfInput(input: InputAttributes): string {
  const given = requiredText(input, "path");
  if (!given.startsWith("/")) throw relativePath(input);
  return normalisePath(given);
}

/** When anything in the tree was last changed, in seconds since the epoch. */
function newestChange(path: string): number {
  const entry = lstatSync(hostPath(path));
  let newest = Math.floor(entry.mtimeMs / 1000);
  if (!entry.isDirectory()) return newest;
  for (const name of readdirSync(hostPath(path), "latin1")) newest = Math.max(newest, newestChange(`${path}/${name}`));
  return newest;
}

function relativePath(input: InputAttributes): FirnError {
  return new FirnError("relative-input", `cannot fetch input '${printInput(input)}' because it uses a relative path`);
}

/** Nix's words, doubled slash and all. */
function noSuchPath(path: string): FirnError {
  return new FirnError("no-such-path", `path '/${path}' does not exist`);
}
