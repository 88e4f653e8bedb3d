// Opening a local store: its folders and its database are made when they are not there.

import { statSync } from "node:fs";
import { hostPath, ifExists } from "#host";
import { resolveLayout, type StoreLayout, type StoreLocation } from "./layout.ts";
import { LocalStore } from "./local-store.ts";
import {
  canWriteDatabase,
  checkNoSymlinks,
  createDatabase,
  prepareDirectories,
  readSchemaVersion,
  reserveSpace,
} from "./database/prepare.ts";
import { defaultStoreSettings, type StoreSettings } from "./settings.ts";
import { storeIsReadOnly } from "./store-errors.ts";

export interface LocalStoreOptions extends StoreLocation {
  readonly settings?: Partial<StoreSettings>;
  /** Changes nothing on disk, not even folders that lack. */
  readonly readOnly?: boolean;
}

/** Opens a local store, making it when there is none. One that this user may not change is opened read-only. */
export function openLocalStore(options: LocalStoreOptions = {}): LocalStore {
  const layout = resolveLayout(options);
  const settings = { ...defaultStoreSettings, ...options.settings };
  const readOnly = options.readOnly === true || !canWriteDatabase(layout);
  if (!readOnly) prepareDirectories(layout, settings);
  if (!settings.allowSymlinkedStore) checkNoSymlinks(layout);
  if (!readOnly) reserveSpace(layout, settings.gcReservedSpace);
  if (readSchemaVersion(layout) === undefined) {
    if (readOnly) throw storeIsReadOnly("make the store's database");
    createDatabase(layout, settings);
  }
  return new LocalStore(layout, settings, readOnly ? readingMode(layout) : "read-write");
}

/** While others write, a reader has to look into their log too; else the file is read as it is, and nothing is made. */
function readingMode(layout: StoreLayout): "read-only" | "immutable" {
  const log = ifExists(() => statSync(hostPath(`${layout.databaseDir}/db.sqlite-wal`)));
  return log !== undefined && log.size > 0 ? "read-only" : "immutable";
}
