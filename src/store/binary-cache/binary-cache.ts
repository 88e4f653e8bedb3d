// A binary cache, for reading: `nix-cache-info`, `<hash>.narinfo`, and archives. It is no Store, which is synchronous, while
// what lies elsewhere is not; what is read from it goes into one by `addNarToStore`, which trusts neither hashes nor sizes.

import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import {
  FirnError,
  type NarInfo,
  parseNarInfo,
  printStorePath,
  type StoreDir,
  type StorePath,
  storePathHashPart,
} from "#formats";
import { hostPath } from "#host";
import { pathNotValid } from "../store-errors.ts";
import type { CacheFiles } from "./cache-files.ts";
import { decompress } from "./decompress.ts";

export interface CacheInfo {
  /** Lower comes first. */
  readonly priority: number;
  readonly wantMassQuery: boolean;
}

/** Much more than an archive should have is not written to disk. */
const mostExcess = 64 * 1024 * 1024;

export class BinaryCache {
  readonly info: CacheInfo;
  private readonly files: CacheFiles;
  private readonly storeDir: StoreDir;
  private readonly infos = new Map<StorePath, NarInfo | undefined>();

  private constructor(files: CacheFiles, storeDir: StoreDir, info: CacheInfo) {
    this.files = files;
    this.storeDir = storeDir;
    this.info = info;
  }

  /** Throws when the cache is for stores in another folder. */
  static async open(files: CacheFiles, storeDir: StoreDir): Promise<BinaryCache> {
    const text = (await readText(files, "nix-cache-info")) ?? "";
    const fields = new Map(
      text.split("\n").flatMap((line) => {
        const colon = line.indexOf(":");
        return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const];
      }),
    );
    const prefix = fields.get("StoreDir");
    if (prefix !== undefined && prefix !== storeDir) throw otherPrefix(files.uri, prefix, storeDir);
    if (text === "" && !files.uri.startsWith("file:")) throw noCache(files.uri);
    const priority = Number(fields.get("Priority") ?? 50);
    return new BinaryCache(files, storeDir, { priority, wantMassQuery: fields.get("WantMassQuery") === "1" });
  }

  get uri(): string {
    return this.files.uri;
  }

  /** Undefined when the cache does not have it. */
  async queryPathInfo(path: StorePath): Promise<NarInfo | undefined> {
    if (!this.infos.has(path)) this.infos.set(path, await this.readInfo(path));
    return this.infos.get(path);
  }

  private async readInfo(path: StorePath): Promise<NarInfo | undefined> {
    const name = `${storePathHashPart(path)}.narinfo`;
    const text = await readText(this.files, name);
    if (text === undefined) return undefined;
    const info = parseNarInfo(this.storeDir, text, name);
    return info.path === path ? info : undefined;
  }

  /** What a path needs and itself, what is referred to before what refers to it. Throws for what the cache lacks. */
  async computeClosure(start: StorePath): Promise<NarInfo[]> {
    const done = new Map<StorePath, NarInfo>();
    const open = new Set<StorePath>();
    const visit = async (path: StorePath): Promise<void> => {
      if (done.has(path)) return;
      if (open.has(path)) throw referenceCycle(printStorePath(this.storeDir, path));
      open.add(path);
      const info = await this.queryPathInfo(path);
      if (info === undefined) throw pathNotValid(this.storeDir, path);
      for (const reference of info.references) if (reference !== path) await visit(reference);
      open.delete(path);
      done.set(path, info);
    };
    await visit(start);
    return [...done.values()];
  }

  /** Writes the archive of a path to a file, decompressed; nothing about it is checked yet. `file` is a byte string. */
  async saveArchive(info: NarInfo, file: string): Promise<void> {
    const limit = info.narSize + mostExcess;
    const isThere = await this.files.read(info.url, async (body) => {
      await pipeline(bounded(decompress(info.compression, body), limit, info), createWriteStream(hostPath(file)));
    });
    if (!isThere) throw archiveMissing(info.url);
  }
}

async function* bounded(
  body: AsyncIterable<Uint8Array>,
  limit: number,
  info: NarInfo,
): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw tooLarge(info);
    yield chunk;
  }
}

async function readText(files: CacheFiles, name: string): Promise<string | undefined> {
  let text = "";
  const isThere = await files.read(name, async (body) => {
    text = "";
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString("latin1");
      if (text.length > 1024 * 1024) throw textTooLarge(name);
    }
  });
  return isThere ? text : undefined;
}

function otherPrefix(uri: string, prefix: string, storeDir: string): FirnError {
  return new FirnError(
    "cache-prefix",
    `binary cache '${uri}' is for Nix stores with prefix '${prefix}', not '${storeDir}'`,
  );
}

function noCache(uri: string): FirnError {
  return new FirnError("no-cache", `'${uri}' does not appear to be a binary cache`);
}

function archiveMissing(url: string): FirnError {
  return new FirnError("archive-missing", `file '${url}' does not exist in binary cache`);
}

function referenceCycle(path: string): FirnError {
  return new FirnError("reference-cycle", `cycle detected in the references of '${path}'`);
}

function tooLarge(info: NarInfo): FirnError {
  return new FirnError(
    "archive-too-large",
    `the archive '${info.url}' is much larger than the ${info.narSize} bytes that its cache says it has`,
  );
}

function textTooLarge(name: string): FirnError {
  return new FirnError("cache-file-too-large", `the file '${name}' of the binary cache is larger than a megabyte`);
}
