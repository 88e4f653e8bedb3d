// The last steps of everything that is added: temporary root, lock, a second look at whether it is valid, away with what an
// earlier try left, write, check, register. Whatever fails in between leaves nothing in the store.

import { fsyncSync, openSync, closeSync } from "node:fs";
import {
  createHasher,
  hashesEqual,
  type ContentAddress,
  type Hash,
  NarReader,
  type NarSink,
  narMagic,
  printHash,
  storePathHashPart,
  type StorePath,
  type ValidPathInfo,
} from "#formats";
import { deleteTree, hostPath, listExtendedAttributes } from "#host";
import { canonicalisePathMetadata } from "./canonicalise.ts";
import { ModuloHasher } from "./hash-modulo.ts";
import type { StoreLayout } from "../layout.ts";
import { optimisePath } from "./optimise.ts";
import { lockPaths } from "../path-locks.ts";
import { archivePath, readTree } from "./read-tree.ts";
import type { StoreSettings } from "../settings.ts";
import { narMismatch } from "../store-errors.ts";
import { replaceTree } from "./temporary-folder.ts";
import { TreeWriter } from "./write-tree.ts";

/** What adding needs of the store. */
export interface AddingContext {
  readonly layout: StoreLayout;
  readonly settings: StoreSettings;
  isValidPath(path: StorePath): boolean;
  addTempRoot(path: StorePath): void;
  register(info: ValidPathInfo): void;
}

export interface AddedObject {
  readonly info: ValidPathInfo;
  readonly repair?: boolean;
  /** Makes the tree at `realPath`, where nothing is; throws when it turns out not to be what `info` says. */
  readonly write: (realPath: string) => void;
}

/** Adds `object` unless it is valid. */
export function addObject(context: AddingContext, object: AddedObject): void {
  const { info, repair = false } = object;
  context.addTempRoot(info.path);
  if (!repair && context.isValidPath(info.path)) return;
  const realPath = `${context.layout.realStoreDir}/${info.path}`;
  const locks = lockPaths([realPath]);
  try {
    const isValid = context.isValidPath(info.path);
    if (!repair && isValid) return;
    if (isValid) {
      replaceTree(context.layout, realPath, object.write);
      finishTree(context, realPath);
      context.register(info);
      return;
    }
    deleteTree(realPath);
    try {
      object.write(realPath);
      finishTree(context, realPath);
      context.register(info);
    } catch (error) {
      deleteTree(realPath);
      throw error;
    }
  } finally {
    locks?.release({ deleteFiles: true });
  }
}

/** What TreeWriter leaves to do: attributes that a folder handed down, sharing of files, the folder's own entry on disk. */
function finishTree({ layout, settings }: AddingContext, realPath: string): void {
  const inherited = listExtendedAttributes(realPath).filter((name) => !settings.ignoredAcls.includes(name));
  if (inherited.length > 0) canonicalisePathMetadata(realPath, { ignoredAcls: settings.ignoredAcls });
  if (settings.autoOptimiseStore) optimisePath(layout, realPath);
  if (settings.fsyncStorePaths) {
    const folder = openSync(hostPath(layout.realStoreDir), "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}

/** Writes a tree to `realPath` with `feed` telling what is in it. */
export function writeTree(settings: StoreSettings, realPath: string, feed: (sink: NarSink) => void): void {
  const writer = new TreeWriter(realPath, { sync: settings.fsyncStorePaths });
  try {
    feed(writer);
  } finally {
    writer.close();
  }
}

/** Restores `nar` as `info.path` (LocalStore::addToStore of a NAR), checking everything that `info` claims. */
export function addNar(
  context: AddingContext,
  info: ValidPathInfo,
  nar: Iterable<Uint8Array>,
  options: { readonly repair: boolean },
): void {
  const printed = `${context.layout.storeDir}/${info.path}`;
  addObject(context, {
    info,
    repair: options.repair,
    write: (realPath) => {
      const hasher = createHasher("sha256");
      let size = 0;
      writeTree(context.settings, realPath, (sink) => {
        const reader = new NarReader(sink);
        for (const chunk of nar) {
          const used = reader.push(chunk);
          hasher.update(used === chunk.length ? chunk : chunk.subarray(0, used));
          size += used;
          if (reader.done) break;
        }
        reader.finish();
      });
      const hash = hasher.digest();
      if (!hashesEqual(hash, info.narHash)) throw hashMismatch("hash", printed, info.narHash, hash);
      if (size !== info.narSize) throw narMismatch("size", printed, String(info.narSize), String(size));
      if (info.ca !== undefined) checkContentAddress(printed, realPath, info, info.ca, hash);
    },
  });
}

function hashMismatch(what: "hash" | "ca hash", path: string, specified: Hash, got: Hash): Error {
  return narMismatch(what, path, printNix32(specified), printNix32(got));
}

function printNix32(hash: Hash): string {
  return printHash(hash, "nix32", { prefix: true });
}

function checkContentAddress(
  printed: string,
  realPath: string,
  info: ValidPathInfo,
  ca: ContentAddress,
  narHash: Hash,
): void {
  const actual = hashContent(realPath, info, ca, narHash);
  if (!hashesEqual(actual, ca.hash)) throw hashMismatch("ca hash", printed, ca.hash, actual);
}

/** The hash of what is at `realPath` by the method of `ca`, occurrences of its own hash part counting as zeros. */
function hashContent(realPath: string, info: ValidPathInfo, ca: ContentAddress, narHash: Hash): Hash {
  const { algorithm } = ca.hash;
  const refersToItself = info.references.includes(info.path);
  if (ca.method === "nar" && algorithm === "sha256" && !refersToItself) return narHash;
  const hasher = new ModuloHasher(algorithm, storePathHashPart(info.path));
  for (const chunk of contentChunks(realPath, ca)) hasher.update(chunk);
  return hasher.digest();
}

function contentChunks(realPath: string, ca: ContentAddress): Iterable<Uint8Array> {
  switch (ca.method) {
    case "nar":
      return archivePath(realPath);
    case "flat":
    case "text": {
      const node = readTree(realPath);
      return node.type === "regular" ? node.contents : archivePath(realPath);
    }
    case "git":
      throw new RangeError(`content addresses by git are not supported (${narMagic} only)`);
  }
}
