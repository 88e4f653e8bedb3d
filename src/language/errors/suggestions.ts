// "Did you mean one of …?": the names nearest to a mistyped one, by Nix's distance and limits (suggestions.cc).

export interface Suggestion {
  /** Levenshtein distance in bytes. */
  readonly distance: number;
  readonly text: string;
}

const shownAtMost = 5;
const farthestShown = 2;

/**
 * The nearest few of `names`, best first: at most five, none farther than two edits (Suggestions::bestMatches, trim).
 * What trim would drop is dropped here already, so that an error need not carry a list of all of nixpkgs.
 */
export function bestMatches(names: Iterable<string>, query: string): readonly Suggestion[] {
  const near = new Map<string, Suggestion>();
  for (const text of names) {
    if (Math.abs(text.length - query.length) > farthestShown) continue;
    const distance = levenshteinDistance(query, text);
    if (distance <= farthestShown) near.set(text, { distance, text });
  }
  return [...near.values()].toSorted(compareSuggestions).slice(0, shownAtMost);
}

function compareSuggestions(a: Suggestion, b: Suggestion): number {
  if (a.distance !== b.distance) return a.distance - b.distance;
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}

/** Insertions, deletions and substitutions of bytes, each counting one. */
export function levenshteinDistance(first: string, second: string): number {
  let previous = Array.from({ length: second.length + 1 }, (_, index) => index);
  for (let i = 0; i < first.length; i++) {
    const current = [i + 1];
    for (let j = 0; j < second.length; j++) {
      const deletion = (previous[j + 1] ?? 0) + 1;
      const insertion = (current[j] ?? 0) + 1;
      const substitution = (previous[j] ?? 0) + (first.charCodeAt(i) === second.charCodeAt(j) ? 0 : 1);
      current.push(Math.min(deletion, insertion, substitution));
    }
    previous = current;
  }
  return previous[second.length] ?? 0;
}
