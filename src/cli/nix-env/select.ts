// Choosing packages by name: selectors, and which of several with one name is the newest (filterBySelector).

import { nearestNames } from "#formats";
import { compareVersions } from "#language";
import { parseDerivationName, parseSelector, selectorMatchesNothing, type PackageInfo } from "#profile";
import type { Context } from "../command.ts";

export interface SelectOptions {
  /** Of packages with one name take the one of this system, of the highest priority, of the highest version. */
  readonly newestOnly: boolean;
}

/** The packages that any selector matches, in the order of the selectors; no selector means all of them. */
export function selectPackages(
  context: Context,
  all: readonly PackageInfo[],
  selectors: readonly string[],
  options: SelectOptions,
): PackageInfo[] {
  const chosen = new Set<PackageInfo>();
  for (const text of selectors.length === 0 ? ["*"] : selectors) {
    const selector = parseSelector(text);
    const matches = all.filter((info) => selector.matches(parseDerivationName(info.name())));
    if (matches.length === 0 && text !== "*") throw noMatch(all, text, selector.name);
    for (const info of options.newestOnly ? pickNewest(context, matches) : matches) chosen.add(info);
  }
  return [...chosen];
}

/** Negative, zero or positive as `a` should be taken less, as much or more than `b`: a lower number is more. */
export function comparePriorities(a: PackageInfo, b: PackageInfo): number {
  const priority = (info: PackageInfo) => BigInt(info.metaInteger("priority", 0));
  const difference = priority(b) - priority(a);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function pickNewest(context: Context, matches: readonly PackageInfo[]): PackageInfo[] {
  const newest = new Map<string, PackageInfo>();
  const ambiguous = new Set<string>();
  for (const info of matches) {
    const name = parseDerivationName(info.name());
    const best = newest.get(name.name);
    const order = best === undefined ? 1 : compareCandidates(context, info, best);
    if (order > 0) {
      newest.set(name.name, info);
      ambiguous.delete(name.fullName);
    } else if (order === 0) ambiguous.add(name.fullName);
  }
  return [...newest.keys()].toSorted().map((name) => {
    // Nix asks for the plain name here though it notes the full one, so only names without a version are spoken of.
    if (ambiguous.has(name)) {
      context.log.message("warn", `there are multiple derivations named '${name}'; using the first one`);
    }
    return newest.get(name) as PackageInfo;
  });
}

function compareCandidates(context: Context, info: PackageInfo, best: PackageInfo): number {
  const thisSystem = context.settings.text("system");
  const system = info.system();
  const bestSystem = best.system();
  if (system !== bestSystem) {
    if (system === thisSystem) return 1;
    if (bestSystem === thisSystem) return -1;
  }
  const byPriority = comparePriorities(info, best);
  if (byPriority !== 0) return byPriority;
  return compareVersions(parseDerivationName(info.name()).version, parseDerivationName(best.name()).version);
}

function noMatch(all: readonly PackageInfo[], text: string, name: string) {
  const names = new Set(all.map((info) => parseDerivationName(info.name()).name));
  const beginning = [...firstThree([...names], (other) => other.startsWith(name))].toSorted();
  const near = beginning.length > 0 ? [] : nearestNames(name, names).map((found) => found.name);
  return selectorMatchesNothing(text, beginning, near.length === 0 ? undefined : `Did you mean ${near.join(" or ")}?`);
}

function* firstThree(names: readonly string[], matches: (name: string) => boolean): Generator<string> {
  let count = 0;
  for (const name of names) if (matches(name) && count++ < 3) yield name;
}
