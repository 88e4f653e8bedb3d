// Where the archive is, as apt's configuration says it: the one-line format (`deb [options] uri suite components`) and the
// deb822 format (`Types:`, `URIs:`, `Suites:` …). Sources that Firn cannot fetch from (cdrom:, mirror+…) are left out.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parseStanzas } from "./control-stanzas.ts";
import { noSources, sourcesUnreadable } from "./errors.ts";

/** One suite at one mirror. `signedBy` are keyring files, or one armoured key block. */
export interface ArchiveSource {
  /** The mirror's base without a slash at the end, for example `http://mirror/debian`. */
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly signedBy: readonly string[];
  /** Empty: any. */
  readonly architectures: readonly string[];
}

/** All sources of the machine's apt, in apt's order. `root` is the folder that stands for `/`. */
export function readAptSources(root = "/"): readonly ArchiveSource[] {
  const main = join(root, "etc/apt/sources.list");
  const parts = join(root, "etc/apt/sources.list.d");
  const sources: ArchiveSource[] = [];
  const listed = readIfThere(main);
  if (listed !== undefined) sources.push(...parseOneLineSources(listed, main));
  for (const name of listIfThere(parts).toSorted()) {
    const file = join(parts, name);
    if (name.endsWith(".list")) sources.push(...parseOneLineSources(readFileSync(file, "utf8"), file));
    if (name.endsWith(".sources")) sources.push(...parseDeb822Sources(readFileSync(file, "utf8"), file));
  }
  if (sources.length === 0) throw noSources([main, parts]);
  return sources;
}

export function parseOneLineSources(text: string, file: string): readonly ArchiveSource[] {
  const sources: ArchiveSource[] = [];
  text.split("\n").forEach((line, index) => {
    const plain = line.replace(/#.*/, "").trim();
    if (plain === "") return;
    const match = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+\S+)*)$/.exec(plain);
    if (match === null) throw sourcesUnreadable(file, index + 1, "expected `deb [options] uri suite component…`");
    if (match[1] === "deb-src") return;
    const options = new Map((match[2] ?? "").split(/\s+/).filter(Boolean).map(splitOption));
    sources.push(
      ...expandSource({
        uris: [match[3] ?? ""],
        suites: [match[4] ?? ""],
        components: (match[5] ?? "").split(/\s+/).filter(Boolean),
        signedBy: words(options.get("signed-by"), ","),
        architectures: words(options.get("arch"), ","),
      }),
    );
  });
  return sources;
}

export function parseDeb822Sources(text: string, file: string): readonly ArchiveSource[] {
  const sources: ArchiveSource[] = [];
  try {
    for (const stanza of parseStanzas(text)) {
      if (stanza.get("enabled") === "no" || !words(stanza.get("types")).includes("deb")) continue;
      const signedBy = stanza.get("signed-by") ?? "";
      sources.push(
        ...expandSource({
          uris: words(stanza.get("uris")),
          suites: words(stanza.get("suites")),
          components: words(stanza.get("components")),
          signedBy: signedBy.includes("BEGIN PGP") ? [signedBy.replace(/^\s*\.$/gm, "").trim()] : words(signedBy),
          architectures: words(stanza.get("architectures")),
        }),
      );
    }
  } catch (error) {
    throw sourcesUnreadable(file, 1, error instanceof Error ? error.message : String(error));
  }
  return sources;
}

interface ManySources {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: readonly string[];
  readonly architectures: readonly string[];
}

function expandSource({ uris, suites, ...rest }: ManySources): readonly ArchiveSource[] {
  return uris
    .filter((uri) => /^(?:https?|file):/.test(uri))
    .flatMap((uri) => suites.map((suite) => ({ uri: uri.replace(/\/+$/, ""), suite, ...rest })));
}

function splitOption(option: string): [string, string] {
  const equals = option.indexOf("=");
  return [option.slice(0, equals).toLowerCase(), option.slice(equals + 1)];
}

function words(value: string | undefined, separator: string | RegExp = /\s+/): readonly string[] {
  return (value ?? "").split(separator).filter(Boolean);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function listIfThere(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
