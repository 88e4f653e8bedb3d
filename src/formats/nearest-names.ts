// "Did you mean": which of many names are nearest to one that does not exist. The distance is Levenshtein's, as in Nix's
// Suggestions (suggestions.cc), and counts a swap of neighbours once where that is asked for.

export interface NearName {
  readonly name: string;
  readonly distance: number;
}

export interface NearestOptions {
  /** How many names at most. */
  readonly limit?: number;
  /** The greatest distance of a name that is still near. */
  readonly farthest?: number;
  /** Two neighbours that have changed places are one edit, not two (Damerau's distance, of disjoint swaps). */
  readonly swaps?: boolean;
}

/** The nearest names, each once, nearest first and then in the order of their code units. */
export function nearestNames(
  wanted: string,
  names: Iterable<string>,
  { limit = 3, farthest = 2, swaps = false }: NearestOptions = {},
): readonly NearName[] {
  const near = new Map<string, NearName>();
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) > farthest) continue;
    const distance = editDistance(wanted, name, farthest, swaps);
    if (distance <= farthest) near.set(name, { name, distance });
  }
  return [...near.values()].toSorted(compareNames).slice(0, limit);
}

/** `one of a, b or c`, as Nix puts it behind "Did you mean". */
export function listAlternatives(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  return `one of ${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
}

function compareNames(a: NearName, b: NearName): number {
  if (a.distance !== b.distance) return a.distance - b.distance;
  return a.name < b.name ? -1 : 1;
}

/** Insertions, deletions, replacements and perhaps swaps; what is above `bound` may come out as any number above it. */
function editDistance(a: string, b: string, bound: number, swaps: boolean): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced);
      if (swaps && i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        distance = Math.min(distance, (beforeLast[j - 2] ?? 0) + 1);
      row.push(distance);
      least = Math.min(least, distance);
    }
    if (least > bound) return bound + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
