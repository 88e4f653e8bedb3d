// "Did you mean": the names nearest to what was typed, by the number of letters to change (Nix's Suggestions).

/** At most `limit` names within `maximum` changes, nearest first, then in byte order. */
export function nearestNames(typed: string, names: Iterable<string>, limit = 3, maximum = 2): string[] {
  const near: { name: string; distance: number }[] = [];
  for (const name of names) {
    if (Math.abs(name.length - typed.length) > maximum) continue;
    const distance = editDistance(typed, name);
    if (distance <= maximum) near.push({ name, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return near.slice(0, limit).map(({ name }) => name);
}

/** `one of a, b or c`, as Nix puts it behind "Did you mean". */
export function listNames(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  return `one of ${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
}

/** Levenshtein's distance. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
