// "Did you mean", of the archive's tens of thousands of names: a swapped pair of letters counts as one slip.

import { nearestNames } from "#formats";

/** At most five names, nearest first; none that is farther than a third of the name's length (at least one, at most three). */
export function suggestNames(wanted: string, names: Iterable<string>): readonly string[] {
  const farthest = Math.max(1, Math.min(3, Math.floor(wanted.length / 3)));
  return nearestNames(wanted, names, { limit: 5, farthest, swaps: true }).map(({ name }) => name);
}
