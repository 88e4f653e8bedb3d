// Brings a path of a binary cache into the store, with all that it refers to: as it is, or made anew so that its name
// says what it contains (copyClosure, makeContentAddressed). Runs in the helper process.

import { closeSync, mkdtempSync, openSync, readFileSync, readSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildSettings, HttpCacheFiles } from "#build";
import {
  type Emit,
  hashBytes,
  makeFixedOutputPath,
  type NarInfo,
  parseUrl,
  printStorePath,
  type StorePath,
  storePathHashPart,
  storePathName,
  urlPathToPath,
  type ValidPathInfo,
} from "#formats";
import { byteStringOfHostText, deleteTree, hostPath } from "#host";
import { BinaryCache, type CacheFiles, LocalCacheFiles, type LocalStore, ModuloHasher } from "#store";

export interface CopyRequest {
  /** `http://…`, `https://…` or `file://…`. */
  readonly from: string;
  readonly path: StorePath;
  /** Gives every path of the closure a name that its content decides. */
  readonly rewrite: boolean;
  readonly build: BuildSettings;
}

/** Gives the path, or the one that it became. */
export async function copyFromCache(store: LocalStore, request: CopyRequest, emit: Emit): Promise<StorePath> {
  const cache = await BinaryCache.open(cacheFiles(request, emit), store.storeDir);
  const folder = byteStringOfHostText(mkdtempSync(join(tmpdir(), "firn-cache-")));
  try {
    const copy = { cache, store, emit, file: `${folder}/archive` };
    if (request.rewrite) return await rewriteClosure(copy, request.path);
    await copyClosure(copy, request.path);
    return request.path;
  } finally {
    deleteTree(folder);
  }
}

function cacheFiles({ from, build }: CopyRequest, emit: Emit): CacheFiles {
  const url = parseUrl(from, { warn: () => undefined });
  if (url.scheme === "file") return new LocalCacheFiles(urlPathToPath(url.path));
  return new HttpCacheFiles(from, {
    attempts: build.downloadAttempts,
    connectTimeout: build.connectTimeout,
    environment: build.environment,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    warn: (text) => emit({ kind: "message", level: "warn", text: `warning: ${text}` }),
  });
}

interface Copy {
  readonly cache: BinaryCache;
  readonly store: LocalStore;
  readonly emit: Emit;
  /** Where archives are written in between. */
  readonly file: string;
}

async function copyClosure({ cache, store, emit, file }: Copy, path: StorePath): Promise<void> {
  const say = (text: string): void => emit({ kind: "message", level: "info", text });
  const missing = (await cache.computeClosure(path)).filter((info) => !store.isValidPath(info.path));
  say(`copying ${missing.length} paths...`);
  for (const info of missing) {
    store.addTempRoot(info.path);
    // Nothing is fetched that would not be taken.
    store.checkSignatures(info);
    say(`copying path '${printStorePath(store.storeDir, info.path)}' from '${cache.uri}'...`);
    await cache.saveArchive(info, file);
    store.addNarToStore(pathInfo(info), readChunks(file));
  }
}

/** Without what only a cache says of a path. */
function pathInfo({
  url: _url,
  compression: _compression,
  fileHash: _hash,
  fileSize: _size,
  ...info
}: NarInfo): ValidPathInfo {
  return info;
}

const chunkSize = 1024 * 1024;

function* readChunks(file: string): Generator<Uint8Array, void> {
  const descriptor = openSync(hostPath(file), "r");
  try {
    for (;;) {
      const chunk = Buffer.alloc(chunkSize);
      const size = readSync(descriptor, chunk);
      if (size === 0) return;
      yield chunk.subarray(0, size);
    }
  } finally {
    closeSync(descriptor);
  }
}

async function rewriteClosure(copy: Copy, path: StorePath): Promise<StorePath> {
  const rewritten = new Map<StorePath, StorePath>();
  for (const info of await copy.cache.computeClosure(path)) {
    rewritten.set(info.path, await rewritePath(copy, info, rewritten));
  }
  return rewritten.get(path) ?? path;
}

/** As in Nix, an archive is held in memory while it is rewritten. */
async function rewritePath(
  { cache, store, emit, file }: Copy,
  info: NarInfo,
  rewritten: ReadonlyMap<StorePath, StorePath>,
): Promise<StorePath> {
  const { storeDir } = store;
  await cache.saveArchive(info, file);
  let archive = readFileSync(hostPath(file));
  const others: StorePath[] = [];
  for (const reference of info.references) {
    if (reference === info.path) continue;
    const replacement = rewritten.get(reference) ?? reference;
    others.push(replacement);
    archive = replaceAll(archive, printStorePath(storeDir, reference), printStorePath(storeDir, replacement));
  }
  const self = others.length < info.references.length;
  const ownHash = storePathHashPart(info.path);
  const hasher = new ModuloHasher("sha256", ownHash);
  hasher.update(archive);
  const address = { method: "nar", hash: hasher.digest() } as const;
  const references = { others: others.toSorted(), self };
  const path = makeFixedOutputPath(storeDir, storePathName(info.path), address, references);
  const text = `rewriting '${printStorePath(storeDir, info.path)}' to '${printStorePath(storeDir, path)}'`;
  emit({ kind: "message", level: "info", text });
  archive = replaceAll(archive, ownHash, storePathHashPart(path));
  const added: ValidPathInfo = {
    path,
    narHash: hashBytes("sha256", archive),
    narSize: archive.length,
    references: [...others, ...(self ? [path] : [])].toSorted(),
    signatures: [],
    registrationTime: 0,
    ultimate: false,
    ca: address,
  };
  store.addTempRoot(path);
  if (!store.isValidPath(path)) store.addNarToStore(added, [archive]);
  return path;
}

/** Both texts have the same length. */
function replaceAll(bytes: Buffer<ArrayBuffer>, from: string, to: string): Buffer<ArrayBuffer> {
  for (let at = bytes.indexOf(from, 0, "latin1"); at >= 0; at = bytes.indexOf(from, at + from.length, "latin1")) {
    bytes.write(to, at, "latin1");
  }
  return bytes;
}
