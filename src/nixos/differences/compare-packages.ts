// The packages of two systems: those whose versions differ, and those that grew or shrank (Nix's diff-closures). A package
// is what the name of a store path says; its outputs count as one.

import { storePathName, type StorePath } from "#formats";
import { parseDerivationName } from "#profile";
import { computeClosure, renderSize, type Store } from "#store";

export interface PackageChange {
  readonly name: string;
  /** Versions, sorted; empty where the system does not have the package, "" for one without a version. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Bytes that the package takes more in the new system. */
  readonly growth: number;
}

export interface InstalledPath {
  /** The name in a store path, as `git-2.47.1-doc`. */
  readonly name: string;
  readonly size: number;
}

/** Growth below this, in bytes, is not worth a line when the versions are the same. */
const worthTelling = 8 * 1024;

export function comparePackages(before: readonly InstalledPath[], after: readonly InstalledPath[]): PackageChange[] {
  const [old, now] = [groupPackages(before), groupPackages(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return names
    .map((name): PackageChange => {
      const [was, is] = [old.get(name), now.get(name)];
      const versionsOf = (group: typeof was) => [...(group?.versions ?? [])].toSorted();
      return { name, before: versionsOf(was), after: versionsOf(is), growth: (is?.size ?? 0) - (was?.size ?? 0) };
    })
    .filter(({ before: from, after: to, growth }) => !sameVersions(from, to) || Math.abs(growth) >= worthTelling);
}

/** What a system is made of, from the store's records. */
export function installedPaths(store: Store, toplevel: StorePath): InstalledPath[] {
  return computeClosure(store, [toplevel]).map((path) => ({
    name: storePathName(path),
    size: store.queryPathInfo(path).narSize,
  }));
}

/** As Nix prints it: `git: 2.47.1 → 2.48.0, +1.2 MiB`; text for people, not bytes. */
export function describePackageChange({ name, before, after, growth }: PackageChange): string {
  const list = (versions: readonly string[]) =>
    versions.length === 0 ? "∅" : versions.map((version) => version || "ε").join(", ");
  const versions = sameVersions(before, after) ? [] : [`${list(before)} → ${list(after)}`];
  const size = Math.abs(growth) < worthTelling ? [] : [`${growth > 0 ? "+" : ""}${renderSize(growth)}`];
  return `${name}: ${[...versions, ...size].join(", ")}`;
}

function sameVersions(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((version, index) => version === after[index]);
}

interface Group {
  readonly versions: Set<string>;
  size: number;
}

function groupPackages(paths: readonly InstalledPath[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const { name: fullName, size } of paths) {
    const { name, version } = parseDerivationName(fullName);
    const group = groups.get(name) ?? { versions: new Set(), size: 0 };
    group.versions.add(version.replace(/-(?:bin|debug|dev|devdoc|doc|info|lib|man|out|static)$/, ""));
    group.size += size;
    groups.set(name, group);
  }
  return groups;
}
