// "Did you mean one of …?": the names nearest to a mistyped one, with Nix's limits (suggestions.cc).

import { nearestNames, type NearName } from "#formats";

export type Suggestion = NearName;

/**
 * The nearest few of `names`, best first: at most five, none farther than two edits (Suggestions::bestMatches, trim).
 * What trim would drop is dropped here already, so that an error need not carry a list of all of nixpkgs.
 */
export function bestMatches(names: Iterable<string>, query: string): readonly Suggestion[] {
  return nearestNames(query, names, { limit: 5, farthest: 2 });
}
