// A suite's indices: downloads InRelease, Packages and Sources of each component, checks signature and hashes, and reads from
// them what a lock keeps.

import { decompress } from "./decompress.ts";
import type { ArchiveSource } from "./apt-sources.ts";
import { fieldRows, parseStanzas } from "./control-stanzas.ts";
import type { Stanza } from "./control-stanzas.ts";
import { fileGone, indexCorrupt, indexMissing, noKeyring } from "./errors.ts";
import { download } from "./mirror.ts";
import type { ExpectedFile, MirrorOptions } from "./mirror.ts";
import { parseRelease, readKeyring, verifyClearSigned } from "./release-file.ts";
import type { ReleaseFile } from "./release-file.ts";

/** A binary package as its index describes it. */
export interface ArchivePackage {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  /** The mirror's base that carries the file. */
  readonly uri: string;
  /** Below the mirror's base. */
  readonly file: string;
  readonly sha256: string;
  readonly size: number;
  readonly preDepends: string | undefined;
  readonly depends: string | undefined;
  readonly provides: string | undefined;
  readonly essential: boolean;
  readonly multiArch: string | undefined;
  readonly priority: string;
  readonly section: string;
  readonly description: string;
  readonly homepage: string | undefined;
}

interface SourceFile extends ExpectedFile {
  readonly name: string;
}

export interface ArchiveSourcePackage {
  readonly name: string;
  readonly version: string;
  readonly uri: string;
  readonly directory: string;
  readonly files: readonly SourceFile[];
}

export interface Suite {
  readonly source: ArchiveSource;
  readonly release: ReleaseFile;
  readonly releaseUrl: string;
}

export interface SuiteOptions {
  readonly architecture: string;
  /** Keyrings for sources that name none. */
  readonly keyrings: readonly string[];
  readonly now: number;
  readonly mirror: MirrorOptions;
}

/** The suite's release file, its signature checked. */
export async function openSuite(source: ArchiveSource, options: SuiteOptions): Promise<Suite> {
  const keyrings = source.signedBy.length > 0 ? source.signedBy : options.keyrings;
  if (keyrings.length === 0) throw noKeyring(source.uri);
  const releaseUrl = `${source.uri}/dists/${source.suite}/InRelease`;
  const signed = await download(releaseUrl, undefined, options.mirror);
  const text = await verifyClearSigned(releaseUrl, signed.toString("utf8"), await readKeyring(keyrings));
  return { source, releaseUrl, release: parseRelease(releaseUrl, text, options.now) };
}

const packageFields = new Set(
  "package version source filename sha256 size pre-depends depends provides essential multi-arch priority section description homepage".split(
    " ",
  ),
);

export async function readPackages(
  suite: Suite,
  component: string,
  options: SuiteOptions,
): Promise<readonly ArchivePackage[]> {
  const name = `${component}/binary-${options.architecture}/Packages`;
  return readIndex(suite, name, packageFields, options, (stanza, field) => ({
    name: field("package"),
    version: field("version"),
    source: (stanza.get("source") ?? field("package")).replace(/ .*/, ""),
    uri: suite.source.uri,
    file: field("filename"),
    sha256: field("sha256"),
    size: Number(field("size")),
    preDepends: stanza.get("pre-depends"),
    depends: stanza.get("depends"),
    provides: stanza.get("provides"),
    essential: stanza.get("essential") === "yes",
    multiArch: stanza.get("multi-arch"),
    priority: stanza.get("priority") ?? "optional",
    section: stanza.get("section") ?? "misc",
    description: (stanza.get("description") ?? "").replace(/\n.*/s, ""),
    homepage: stanza.get("homepage"),
  }));
}

const sourceFields = new Set("package version directory checksums-sha256 extra-source-only".split(" "));

export async function readSources(
  suite: Suite,
  component: string,
  options: SuiteOptions,
): Promise<readonly ArchiveSourcePackage[]> {
  return readIndex(suite, `${component}/source/Sources`, sourceFields, options, (stanza, field) => ({
    name: field("package"),
    version: field("version"),
    uri: suite.source.uri,
    directory: field("directory"),
    files: fieldRows(stanza.get("checksums-sha256")).map(([sha256 = "", size = "", file = ""]) => ({
      name: file,
      sha256,
      size: Number(size),
    })),
  }));
}

async function readIndex<T>(
  suite: Suite,
  name: string,
  fields: ReadonlySet<string>,
  options: SuiteOptions,
  read: (stanza: Stanza, field: (name: string) => string) => T,
): Promise<readonly T[]> {
  const { url, text } = await downloadIndex(suite, name, options.mirror);
  const entries: T[] = [];
  try {
    for (const stanza of parseStanzas(text, fields)) {
      entries.push(
        read(stanza, (field) => {
          const value = stanza.get(field);
          if (value === undefined || value === "")
            throw new Error(`stanza ${entries.length + 1} has no field '${field}'`);
          return value;
        }),
      );
    }
  } catch (error) {
    throw indexCorrupt(url, error instanceof Error ? error.message : String(error));
  }
  return entries;
}

async function downloadIndex(
  suite: Suite,
  name: string,
  mirror: MirrorOptions,
): Promise<{ url: string; text: string }> {
  const { files } = suite.release;
  for (const ending of [".xz", ".gz", ""]) {
    const expected = files.get(name + ending);
    if (expected === undefined) continue;
    const folder = `${suite.source.uri}/dists/${suite.source.suite}`;
    const url = `${folder}/${name}${ending}`;
    const bytes = await downloadByHash(suite, url, expected, mirror);
    try {
      return { url, text: decompress(url, bytes).toString("utf8") };
    } catch (error) {
      throw indexCorrupt(url, error instanceof Error ? error.message : String(error));
    }
  }
  throw indexMissing(suite.releaseUrl, name);
}

/** By the address that names the hash, where the mirror has it: it stays right while the mirror is updated. */
async function downloadByHash(
  suite: Suite,
  url: string,
  expected: ExpectedFile,
  mirror: MirrorOptions,
): Promise<Buffer> {
  if (suite.release.acquireByHash) {
    try {
      return await download(url.replace(/[^/]*$/, `by-hash/SHA256/${expected.sha256}`), expected, mirror);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === fileGone("").code)) throw error;
    }
  }
  return download(url, expected, mirror);
}
