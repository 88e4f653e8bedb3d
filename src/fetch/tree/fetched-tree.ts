// What the fetchers of trees give: a store object, and the attributes that say which one it is.

import { type InputAttribute, type InputAttributes, printHash, type StorePath } from "#formats";
import type { EvaluationStore } from "#store";

export interface FetchedTree {
  readonly path: StorePath;
  /** What was asked for with what was found added, `narHash` among it. */
  readonly attributes: InputAttributes;
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
