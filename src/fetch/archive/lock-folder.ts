// The lock's folder: `index.json` (what was pinned), `hashes.json` (of all other files), `names.json` (name → version),
// `virtuals.json` (name → the provider that a dependency gets), and `packages/HHH.json`, `sources/HHH.json`, where HHH are the first three base-16 digits of the SHA-256 hash
// of the package's name, so that evaluating one package reads few and small files. Writing replaces a whole lock or nothing.

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { lockNotAFolder, lockUnreadable, packageUnknown } from "./errors.ts";
import { suggestNames } from "./suggest-names.ts";

const lockFormat = 1;

export interface LockedPackage {
  /** Debian's. */
  readonly version: string;
  readonly upstreamVersion: string;
  /** Which of the index's archives carries the file. */
  readonly archive: number;
  readonly file: string;
  readonly sha256: string;
  readonly size: number;
  readonly depends: readonly string[];
  readonly unsatisfied?: readonly string[];
  readonly provides?: readonly string[];
  readonly group?: string;
  readonly essential?: true;
  readonly multiArch?: string;
  readonly source?: string;
  readonly priority: string;
  readonly section: string;
  readonly description: string;
  readonly homepage?: string;
}

export interface LockedSource {
  readonly version: string;
  readonly upstreamVersion: string;
  readonly archive: number;
  readonly directory: string;
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly size: number }[];
}

export interface LockIndex {
  readonly format: number;
  readonly release: string;
  readonly releaseVersion: string;
  readonly architecture: string;
  /** Of the newest suite's release file, ISO 8601. */
  readonly date: string;
  readonly archives: readonly { readonly uri: string }[];
  readonly suites: readonly {
    readonly archive: number;
    readonly suite: string;
    readonly components: readonly string[];
    readonly date: string;
  }[];
  readonly essential: readonly string[];
  /** Members by group. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** SHA-256, base 16, of `hashes.json`. */
  readonly hashes: string;
}

export interface LockContents {
  readonly index: Omit<LockIndex, "format" | "hashes">;
  readonly packages: ReadonlyMap<string, LockedPackage>;
  readonly sources: ReadonlyMap<string, LockedSource>;
  readonly virtuals: ReadonlyMap<string, string>;
  /** Executables for the bootstrap, by name. */
  readonly bootstrap: ReadonlyMap<string, Buffer>;
}

/** The shard that holds a name. The Nix side computes the same. */
export function shardOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 3);
}

export async function writeLock(directory: string, contents: LockContents): Promise<void> {
  const target = resolve(directory);
  const staging = join(dirname(target), `.${basename(target)}.new-${process.pid}`);
  const replaced = join(dirname(target), `.${basename(target)}.old-${process.pid}`);
  await mkdir(dirname(target), { recursive: true });
  await refuseToReplaceOtherThings(target);
  try {
    await fillFolder(staging, contents);
    await renameIfThere(target, replaced);
    await rename(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  await rm(replaced, { recursive: true, force: true });
}

async function refuseToReplaceOtherThings(target: string): Promise<void> {
  try {
    await readFile(join(target, "index.json"));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT") throw lockNotAFolder(target);
    try {
      await rmdir(target);
    } catch (removal) {
      if (!(removal instanceof Error && "code" in removal && removal.code === "ENOENT")) throw lockNotAFolder(target);
    }
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}

async function fillFolder(folder: string, contents: LockContents): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const part of ["packages", "sources", "bootstrap"]) await mkdir(join(folder, part), { recursive: true });
  const files: Record<string, string> = {};
  const write = async (path: string, bytes: string | Buffer, mode = 0o644): Promise<void> => {
    files[path] = sha256(bytes);
    await writeFile(join(folder, path), bytes, { mode });
  };
  const names = [...contents.packages].map(([name, locked]) => [name, locked.version] as const);
  await write("names.json", printJson(Object.fromEntries(names.toSorted(byName))));
  await write("virtuals.json", printJson(Object.fromEntries([...contents.virtuals].toSorted(byName))));
  for (const [name, bytes] of contents.bootstrap) await write(`bootstrap/${name}`, bytes, 0o755);
  for (const [id, text] of intoShards(contents.packages)) await write(`packages/${id}.json`, text);
  for (const [id, text] of intoShards(contents.sources)) await write(`sources/${id}.json`, text);
  const hashes = printJson(files);
  await writeFile(join(folder, "hashes.json"), hashes);
  const index: LockIndex = { format: lockFormat, ...contents.index, hashes: sha256(hashes) };
  await writeFile(join(folder, "index.json"), printJson(index));
}

/** The shards' texts, in order. */
function intoShards<T>(entries: ReadonlyMap<string, T>): readonly (readonly [string, string])[] {
  const shards = new Map<string, [string, T][]>();
  for (const entry of entries) {
    const id = shardOf(entry[0]);
    const list = shards.get(id) ?? [];
    list.push(entry);
    shards.set(id, list);
  }
  return [...shards].toSorted(byName).map(([id, list]) => [id, printJson(Object.fromEntries(list.toSorted(byName)))]);
}

function byName(a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function printJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** A lock, opened for look-ups from TypeScript (search, suggestions); the language reads the same files by itself. */
export class Lock {
  readonly directory: string;
  readonly index: LockIndex;
  /** SHA-256, base 16, by path below the folder. */
  readonly #hashes: Readonly<Record<string, string>>;

  constructor(directory: string, index: LockIndex) {
    this.directory = directory;
    this.index = index;
    this.#hashes = this.#read("hashes.json", index.hashes) as Record<string, string>;
  }

  /** Name → Debian version, for every package. */
  versions(): Readonly<Record<string, string>> {
    return this.#read("names.json") as Readonly<Record<string, string>>;
  }

  /** Throws packageUnknown, with suggestions. */
  package(name: string): LockedPackage {
    const path = `packages/${shardOf(name)}.json`;
    const found = path in this.#hashes ? (this.#read(path) as Record<string, LockedPackage>)[name] : undefined;
    if (found === undefined) throw packageUnknown(name, suggestNames(name, Object.keys(this.versions())));
    return found;
  }

  source(name: string): LockedSource | undefined {
    const path = `sources/${shardOf(name)}.json`;
    return path in this.#hashes ? (this.#read(path) as Record<string, LockedSource>)[name] : undefined;
  }

  /** Reads every file, and throws on the first whose hash is not the index's. */
  verify(): void {
    for (const [path, hash] of Object.entries(this.#hashes)) this.#readBytes(path, hash);
  }

  #read(path: string, hash = this.#hashes[path]): unknown {
    const bytes = this.#readBytes(path, hash);
    try {
      return JSON.parse(bytes.toString("utf8"));
    } catch (error) {
      throw lockUnreadable(join(this.directory, path), "it is no JSON", error);
    }
  }

  #readBytes(path: string, hash: string | undefined): Buffer {
    const file = join(this.directory, path);
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      throw lockUnreadable(file, error instanceof Error ? error.message : String(error), error);
    }
    if (sha256(bytes) !== hash) {
      throw lockUnreadable(file, "its hash is not the one in the lock's index");
    }
    return bytes;
  }
}

export async function openLock(directory: string): Promise<Lock> {
  const file = join(directory, "index.json");
  let index: LockIndex;
  try {
    index = JSON.parse(await readFile(file, "utf8")) as LockIndex;
  } catch (error) {
    throw lockUnreadable(file, error instanceof Error ? error.message : String(error), error);
  }
  if (index === null || typeof index !== "object" || index.format !== lockFormat || typeof index.hashes !== "string") {
    throw lockUnreadable(file, `it is not of format ${lockFormat}`);
  }
  return new Lock(directory, index);
}
