// A download that was made a short while ago is not made again (`tarball-ttl`); an older one stands in where the server
// cannot be reached. Files are remembered as Nix remembers them, so that each finds what the other has fetched; a tarball
// is in Nix's cache a tree of its own repository, and here the store object that was made of it.

import type { FetcherCache } from "#fetch";
import { type InputAttribute, numberAttribute } from "#formats";
import { BaseError } from "#language";
import type { EvaluationStore } from "#store";
import type { Fetched } from "./fetch-to-store.ts";

interface Surroundings {
  readonly store: EvaluationStore;
  readonly cache: FetcherCache;
  readonly warn: (text: string) => void;
}

interface Wanted {
  readonly name: string;
  readonly unpack: boolean;
  readonly fetch: () => Fetched;
}

export function downloadOnce(
  { store, cache, warn }: Surroundings,
  url: string,
  { name, unpack, fetch }: Wanted,
): Fetched {
  const domain = unpack ? "firnTarball" : "file";
  const key = new Map([
    ["url", url],
    ["name", name],
  ]);
  const known = cache.lookUpPath(store, domain, key);
  const cached = known === undefined ? undefined : fromEntry(known);
  if (cached !== undefined && known?.isExpired === false) return cached;
  let fetched: Fetched;
  try {
    fetched = fetch();
  } catch (error) {
    if (cached === undefined || !(error instanceof BaseError)) throw error;
    warn(`${error.message}; using cached version`);
    return cached;
  }
  const value = new Map<string, InputAttribute>([
    ["etag", ""],
    ["url", url],
  ]);
  if (fetched.lastModified !== undefined) value.set("lastModified", BigInt(fetched.lastModified));
  cache.putPath(store, { domain, key, value, path: fetched.path });
  return fetched;
}

function fromEntry({ path, value }: NonNullable<ReturnType<FetcherCache["lookUpPath"]>>): Fetched {
  const modified = numberAttribute(value, "lastModified");
  return modified === undefined ? { path } : { path, lastModified: Number(modified) };
}
