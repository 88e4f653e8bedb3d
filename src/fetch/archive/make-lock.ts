// `firn lock`: pins a release of the archive. Reads the signed indices, takes of each package the newest version among the
// suites, resolves all dependencies to names, finds the groups, fetches what the bootstrap needs, and writes the lock's folder.

import type { Emit } from "#formats";

import { readAptSources } from "./apt-sources.ts";
import type { ArchiveSource } from "./apt-sources.ts";
import { openSuite, readPackages, readSources } from "./archive-index.ts";
import type { ArchivePackage, ArchiveSourcePackage, Suite, SuiteOptions } from "./archive-index.ts";
import { compareDebVersions, upstreamVersion } from "./deb-version.ts";
import { readDebData } from "./deb.ts";
import { debCorrupt, packageUnknown } from "./errors.ts";
import { computeGroups } from "./groups.ts";
import { writeLock } from "./lock-folder.ts";
import type { LockContents, LockedPackage, LockedSource } from "./lock-folder.ts";
import { download } from "./mirror.ts";
import type { MirrorOptions } from "./mirror.ts";
import { parseRelations } from "./relations.ts";
import { Resolver } from "./resolve.ts";
import type { Resolved } from "./resolve.ts";
import { suggestNames } from "./suggest-names.ts";

export interface LockOptions {
  /** The lock's folder; an older lock there is replaced. */
  readonly directory: string;
  /** apt's own sources when absent. */
  readonly sources?: readonly ArchiveSource[];
  /** Debian's name for it, `amd64` when absent. */
  readonly architecture?: string;
  /** Keyring files for sources that name none. */
  readonly keyrings?: readonly string[];
  /** Keep only these packages and their dependencies. */
  readonly only?: readonly string[];
  /** Milliseconds since 1970, for the release files' validity. */
  readonly now?: number;
  readonly mirror?: MirrorOptions;
}

export interface LockSummary {
  readonly release: string;
  readonly date: string;
  readonly packages: number;
  readonly sources: number;
  readonly groups: number;
}

const defaultKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** What the bootstrap begins with: the package that has it, and the file in the package. */
const bootstrapPackage = "busybox-static";
/** What collection/packages uses beside a package's own dependencies. */
const builderPackages = ["perl-base", "patchelf", "ca-certificates", "mawk"];
const bootstrapFile = /^(?:usr\/)?bin\/busybox$/;

export async function makeLock(options: LockOptions, emit: Emit): Promise<LockSummary> {
  const suiteOptions: SuiteOptions = {
    architecture: options.architecture ?? "amd64",
    keyrings: options.keyrings ?? [defaultKeyring],
    now: options.now ?? Date.now(),
    mirror: options.mirror ?? {},
  };
  const say = (text: string): void => emit({ kind: "message", level: "info", text });
  const suites =
    options.sources === undefined
      ? await openSuitesOfOneOrigin(readAptSources(), suiteOptions, say)
      : await openSuites(options.sources, suiteOptions);
  const archives = [...new Set(suites.map(({ source }) => source.uri))];
  const all = await collectPackages(suites, suiteOptions, say);
  const resolved = resolveAll(all.packages);
  const kept =
    options.only === undefined ? new Set(all.packages.keys()) : closureOf(options.only, all.packages, resolved.depends);
  const edges = new Map([...kept].map((name) => [name, resolved.depends.get(name)?.depends ?? []]));
  const groups = computeGroups(edges, (name) => all.packages.get(name)?.source === name);
  const packages = new Map<string, LockedPackage>();
  for (const name of kept) {
    const entry = all.packages.get(name);
    const links = resolved.depends.get(name);
    if (entry !== undefined && links !== undefined)
      packages.set(name, lockPackage(entry, links, archives, groups.get(name)));
  }
  const sources = new Map<string, LockedSource>();
  const keptSources = new Set([...kept].map((name) => all.packages.get(name)?.source));
  for (const [name, entry] of all.sources) if (keptSources.has(name)) sources.set(name, lockSource(entry, archives));
  say(`fetching the bootstrap's ${bootstrapPackage}`);
  const bootstrap = await fetchBootstrap(all.packages, suiteOptions.mirror);
  const index: LockContents["index"] = {
    release: suites[0]?.release.codename ?? "",
    releaseVersion: suites[0]?.release.version ?? "",
    architecture: suiteOptions.architecture,
    date: newestDate(suites),
    archives: archives.map((uri) => ({ uri })),
    suites: suites.map(({ source, release }) => ({
      archive: archives.indexOf(source.uri),
      suite: source.suite,
      components: source.components,
      date: release.date,
    })),
    essential: [...packages]
      .filter(([, { essential }]) => essential)
      .map(([name]) => name)
      .toSorted(),
    groups: membersByGroup(groups),
  };
  const virtuals = new Map([...resolved.virtuals].filter(([, provider]) => packages.has(provider)));
  await writeLock(options.directory, { index, packages, sources, virtuals, bootstrap });
  say(`pinned ${packages.size} packages of ${index.release} in '${options.directory}'`);
  return {
    release: index.release,
    date: index.date,
    packages: packages.size,
    sources: sources.size,
    groups: Object.keys(index.groups).length,
  };
}

/** A vendor's own archive beside Debian's in apt's sources is left out: a lock pins one release. */
async function openSuitesOfOneOrigin(
  sources: readonly ArchiveSource[],
  options: SuiteOptions,
  say: (text: string) => void,
): Promise<readonly Suite[]> {
  const suites = await openSuites(sources, options);
  const origin = suites[0]?.release.origin;
  return suites.filter(({ source, release }) => {
    if (release.origin === origin) return true;
    say(`leaving out '${source.uri}', whose origin is '${release.origin}' and not '${origin}'`);
    return false;
  });
}

async function openSuites(sources: readonly ArchiveSource[], options: SuiteOptions): Promise<readonly Suite[]> {
  const suites: Suite[] = [];
  for (const source of sources) {
    if (source.architectures.length > 0 && !source.architectures.includes(options.architecture)) continue;
    suites.push(await openSuite(source, options));
  }
  return suites;
}

async function collectPackages(suites: readonly Suite[], options: SuiteOptions, say: (text: string) => void) {
  const packages = new Map<string, ArchivePackage>();
  const sources = new Map<string, ArchiveSourcePackage>();
  for (const suite of suites) {
    for (const component of suite.source.components) {
      say(`reading ${suite.source.suite}/${component} of '${suite.source.uri}'`);
      const [newPackages, newSources] = await Promise.all([
        readPackages(suite, component, options),
        readSources(suite, component, options),
      ]);
      for (const entry of newPackages) keepNewer(packages, entry);
      for (const entry of newSources) keepNewer(sources, entry);
    }
  }
  return { packages, sources };
}

function keepNewer<T extends { readonly name: string; readonly version: string }>(
  entries: Map<string, T>,
  entry: T,
): void {
  const present = entries.get(entry.name);
  if (present === undefined || compareDebVersions(entry.version, present.version) > 0) entries.set(entry.name, entry);
}

function resolveAll(packages: ReadonlyMap<string, ArchivePackage>) {
  const resolver = new Resolver(packages);
  const depends = new Map<string, Resolved>();
  for (const entry of packages.values()) depends.set(entry.name, resolver.resolve(entry));
  return { depends, virtuals: resolver.virtualNames() };
}

/** The named packages, the essential ones and what the builders run, each with all its dependencies. */
function closureOf(
  names: readonly string[],
  packages: ReadonlyMap<string, ArchivePackage>,
  depends: ReadonlyMap<string, Resolved>,
): ReadonlySet<string> {
  const kept = new Set<string>();
  const essential = [...packages.values()].filter((entry) => entry.essential).map(({ name }) => name);
  const pending = [...essential, ...builderPackages.filter((name) => packages.has(name))];
  for (const name of names) {
    if (!packages.has(name)) throw packageUnknown(name, suggestNames(name, packages.keys()));
    pending.push(name);
  }
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (kept.has(name)) continue;
    kept.add(name);
    pending.push(...(depends.get(name)?.depends ?? []));
  }
  return kept;
}

function lockPackage(
  entry: ArchivePackage,
  links: Resolved,
  archives: readonly string[],
  group: string | undefined,
): LockedPackage {
  const provides = parseRelations(entry.provides)
    .flat()
    .map(({ name }) => name);
  return {
    version: entry.version,
    upstreamVersion: upstreamVersion(entry.version),
    archive: archives.indexOf(entry.uri),
    file: entry.file,
    sha256: entry.sha256,
    size: entry.size,
    depends: links.depends,
    ...(links.unsatisfied.length > 0 ? { unsatisfied: links.unsatisfied } : {}),
    ...(provides.length > 0 ? { provides } : {}),
    ...(group === undefined ? {} : { group }),
    ...(entry.essential ? { essential: true as const } : {}),
    ...(entry.multiArch === undefined ? {} : { multiArch: entry.multiArch }),
    ...(entry.source === entry.name ? {} : { source: entry.source }),
    priority: entry.priority,
    section: entry.section,
    description: entry.description,
    ...(entry.homepage === undefined ? {} : { homepage: entry.homepage }),
  };
}

function lockSource(entry: ArchiveSourcePackage, archives: readonly string[]): LockedSource {
  return {
    version: entry.version,
    upstreamVersion: upstreamVersion(entry.version),
    archive: archives.indexOf(entry.uri),
    directory: entry.directory,
    files: entry.files.filter(({ name }) => !name.endsWith(".dsc")),
  };
}

async function fetchBootstrap(
  packages: ReadonlyMap<string, ArchivePackage>,
  mirror: MirrorOptions,
): Promise<ReadonlyMap<string, Buffer>> {
  const entry = packages.get(bootstrapPackage);
  if (entry === undefined) throw packageUnknown(bootstrapPackage, []);
  const url = `${entry.uri}/${entry.file}`;
  const deb = await download(url, entry, mirror);
  const busybox = readDebData(url, deb).find(({ path, type }) => type === "file" && bootstrapFile.test(path));
  if (busybox === undefined) throw debCorrupt(url, "it has no busybox");
  return new Map([["busybox", busybox.bytes]]);
}

function newestDate(suites: readonly Suite[]): string {
  const dates = suites.map(({ release }) => Date.parse(release.date)).filter((date) => !Number.isNaN(date));
  return dates.length === 0 ? "" : new Date(Math.max(...dates)).toISOString();
}

function membersByGroup(groups: ReadonlyMap<string, string>): Readonly<Record<string, readonly string[]>> {
  const members: Record<string, string[]> = {};
  for (const [name, group] of [...groups].toSorted((a, b) => (a[0] < b[0] ? -1 : 1)))
    (members[group] ??= []).push(name);
  return members;
}
