// What the fetchers of trees give: a store object, and the attributes that say which one it is.

import { type InputAttribute, type InputAttributes, printHash, type StorePath } from "#formats";
import type { EvaluationStore } from "#store";

export interface FetchedTree {
  readonly path: StorePath;
  /** What was asked for with what was found added, `narHash` among it. */
  readonly attributes: InputAttributes;
  /** The same for the same content, without looking at it; undefined where nothing says so. */
  readonly fingerprint?: string | undefined;
  /** What messages call the top of the tree, where not by its store path. */
  readonly shownAs?: string;
  /** The files of a commit of Git, as its objects have them. */
  readonly isCommit?: boolean;
  /** The working tree of Git that was read, of which only tracked files are there. */
  readonly workingTree?: string;
}

export function describeTree(
  store: EvaluationStore,
  path: StorePath,
  input: InputAttributes,
  found: Iterable<readonly [name: string, value: InputAttribute]>,
): FetchedTree {
  const narHash = printHash(store.queryPathInfo(path).narHash, "sri");
  return { path, attributes: new Map([...input, ...found, ["narHash", narHash]]) };
}
