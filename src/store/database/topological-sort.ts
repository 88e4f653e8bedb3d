// The depth-first order that Nix gives paths, kept without recursion, as closures can be deeper than the stack.

import type { FirnError, StorePath } from "#formats";

/**
 * `items` so that a path comes after everything it refers to; references outside `items` and to itself do not count.
 * Items are taken in the order of their bytes. Throws what `cycle` makes when there is none.
 */
export function sortReferencesFirst(
  items: Iterable<StorePath>,
  referencesOf: (path: StorePath) => Iterable<StorePath>,
  cycle: (path: StorePath, parent: StorePath) => FirnError,
): StorePath[] {
  const members = new Set(items);
  const sorted: StorePath[] = [];
  const visited = new Set<StorePath>();
  const parents = new Set<StorePath>();
  const stack: { readonly path: StorePath; readonly rest: Iterator<StorePath> }[] = [];

  const enter = (path: StorePath) => {
    visited.add(path);
    parents.add(path);
    stack.push({ path, rest: referencesOf(path)[Symbol.iterator]() });
  };

  for (const start of [...members].toSorted()) {
    if (visited.has(start)) continue;
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        sorted.push(top.path);
        parents.delete(top.path);
        stack.pop();
      } else if (next.value !== top.path && members.has(next.value)) {
        if (parents.has(next.value)) throw cycle(next.value, top.path);
        if (!visited.has(next.value)) enter(next.value);
      }
    }
  }
  return sorted;
}
