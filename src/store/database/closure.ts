// Walks over the graph of references: closures in both directions, and the order in which paths can be copied or deleted.

import { isDerivationPath, type StorePath } from "#formats";
import type { Store } from "../store.ts";
import { pathNotValid, referenceCycle } from "../store-errors.ts";
import { sortReferencesFirst } from "./topological-sort.ts";

export interface ClosureOptions {
  /** `references` (the default): what the paths need. `referrers`: what needs them. */
  readonly direction?: "references" | "referrers";
  /** From a derivation to its valid outputs (reversed: from an output to its derivers). */
  readonly includeOutputs?: boolean;
  /** From a path to its valid deriver (reversed: from a derivation to its outputs). */
  readonly includeDerivers?: boolean;
}

type Queries = Pick<
  Store,
  | "storeDir"
  | "isValidPath"
  | "queryPathInfoIfValid"
  | "queryReferrers"
  | "queryValidDerivers"
  | "queryDerivationOutputs"
>;

/**
 * Everything reachable from `paths`, these included, sorted (Store::computeFSClosure). Throws "path '…' is not valid" for
 * a start that is not.
 */
export function computeClosure(store: Queries, paths: Iterable<StorePath>, options: ClosureOptions = {}): StorePath[] {
  const closure = new Set<StorePath>(paths);
  const neighbours = options.direction === "referrers" ? referrersOf : referencesOf;
  // A Set's iteration visits what is added during it.
  for (const path of closure) {
    for (const neighbour of neighbours(store, path, options)) closure.add(neighbour);
  }
  return [...closure].toSorted();
}

function referencesOf(store: Queries, path: StorePath, options: ClosureOptions): StorePath[] {
  const info = store.queryPathInfoIfValid(path);
  if (info === undefined) throw pathNotValid(store.storeDir, path);
  const found = [...info.references];
  if (options.includeOutputs === true) found.push(...validOutputs(store, path));
  const { deriver } = info;
  if (options.includeDerivers === true && deriver !== undefined && store.isValidPath(deriver)) found.push(deriver);
  return found;
}

function referrersOf(store: Queries, path: StorePath, options: ClosureOptions): StorePath[] {
  if (!store.isValidPath(path)) throw pathNotValid(store.storeDir, path);
  const found = [...store.queryReferrers(path)];
  if (options.includeOutputs === true) found.push(...store.queryValidDerivers(path));
  if (options.includeDerivers === true) found.push(...validOutputs(store, path));
  return found;
}

function validOutputs(store: Queries, path: StorePath): StorePath[] {
  if (!isDerivationPath(path)) return [];
  return [...store.queryDerivationOutputs(path).values()].filter((output) => store.isValidPath(output));
}

/** `paths` so that each comes before everything it refers to (Store::topoSortPaths); invalid ones refer to nothing. */
export function topologicalSort(store: Queries, paths: Iterable<StorePath>): StorePath[] {
  return sortReferencesFirst(
    paths,
    (path) => store.queryPathInfoIfValid(path)?.references ?? [],
    (path, parent) => referenceCycle(store.storeDir, path, parent),
  ).toReversed();
}
