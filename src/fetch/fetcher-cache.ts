// What was fetched before, in the file that Nix keeps it in: `fetcher-cache-v4.sqlite` of the user's cache. An entry is
// believed for a time; one that is older still says what to fall back on. A cache that cannot be used is none.

import { mkdirSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import {
  type InputAttribute,
  type InputAttributes,
  printAttributes,
  parseJson,
  parseStorePathBaseName,
  type StorePath,
  textAttribute,
} from "#formats";
import { hostPath } from "#host";
import type { EvaluationStore } from "#store";
import { readAttributes } from "./flake/lock-file.ts";

export interface CacheEntry {
  readonly value: InputAttributes;
  readonly isExpired: boolean;
}

export interface CachedPath extends CacheEntry {
  /** Valid, and protected while this process runs. */
  readonly path: StorePath;
}

const schema = `
  create table if not exists Cache (
    domain text not null,
    key text not null,
    value text not null,
    timestamp integer not null,
    primary key (domain, key)
  );
`;

export class FetcherCache {
  private readonly folder: string;
  /** Seconds for which an entry is believed. */
  private readonly lifetime: number;
  private opened: DatabaseSync | null | undefined;

  constructor(folder: string, lifetime: number) {
    this.folder = folder;
    this.lifetime = lifetime;
  }

  lookUp(domain: string, key: InputAttributes): CacheEntry | undefined {
    const row = this.database
      ?.prepare("select value, timestamp from Cache where domain = ? and key = ?")
      .get(domain, printAttributes(key));
    if (row === undefined) return undefined;
    const age = Date.now() / 1000 - Number(row["timestamp"]);
    return {
      value: readAttributes(parseJson(String(row["value"]))),
      isExpired: this.lifetime === 0 || age > this.lifetime,
    };
  }

  put(domain: string, key: InputAttributes, value: InputAttributes): void {
    this.database
      ?.prepare("insert or replace into Cache(domain, key, value, timestamp) values (?, ?, ?, ?)")
      .run(domain, printAttributes(key), printAttributes(value), Math.floor(Date.now() / 1000));
  }

  /** An entry for a store object that is still there. */
  lookUpPath(store: EvaluationStore, domain: string, key: InputAttributes): CachedPath | undefined {
    const entry = this.lookUp(domain, inStore(store, key));
    const name = entry === undefined ? undefined : textAttribute(entry.value, "storePath");
    if (entry === undefined || name === undefined) return undefined;
    const path = parseStorePathBaseName(name);
    store.addTempRoot(path);
    return store.isValidPath(path) ? { ...entry, path } : undefined;
  }

  putPath(
    store: EvaluationStore,
    entry: {
      readonly domain: string;
      readonly key: InputAttributes;
      readonly value: InputAttributes;
      readonly path: StorePath;
    },
  ): void {
    this.put(
      entry.domain,
      inStore(store, entry.key),
      new Map<string, InputAttribute>([...entry.value, ["storePath", entry.path]]),
    );
  }

  close(): void {
    this.opened?.close();
    this.opened = null;
  }

  private get database(): DatabaseSync | undefined {
    if (this.opened === undefined) this.opened = this.open();
    return this.opened ?? undefined;
  }

  private open(): DatabaseSync | null {
    try {
      mkdirSync(hostPath(this.folder), { recursive: true });
      // Loaded here, because loading it is felt at start-up.
      const sqlite = process.getBuiltinModule("node:sqlite");
      const database = new sqlite.DatabaseSync(Buffer.from(`${this.folder}/fetcher-cache-v4.sqlite`, "latin1"));
      database.exec("pragma synchronous = off; pragma busy_timeout = 10000; pragma journal_mode = wal;");
      database.exec(schema);
      return database;
    } catch {
      return null;
    }
  }
}

/** Stores with other folders have entries of their own. */
function inStore(store: EvaluationStore, key: InputAttributes): InputAttributes {
  return new Map([...key, ["store", store.storeDir]]);
}
