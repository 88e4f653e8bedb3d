// "Did you mean": the names nearest to one that does not exist, by Damerau and Levenshtein's distance.

/** At most `limit` names, nearest first; none that is farther than a third of the name's length (at least one, at most three). */
export function suggestNames(wanted: string, names: Iterable<string>, limit = 5): readonly string[] {
  const farthest = Math.max(1, Math.min(3, Math.floor(wanted.length / 3)));
  const near: { readonly name: string; readonly distance: number }[] = [];
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) > farthest) continue;
    const distance = editDistance(wanted, name, farthest);
    if (distance <= farthest) near.push({ name, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return near.slice(0, limit).map(({ name }) => name);
}

/** Insertions, deletions, replacements and swaps of neighbours; anything above `bound` may come out as `bound + 1`. */
function editDistance(a: string, b: string, bound: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > bound) return bound + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
