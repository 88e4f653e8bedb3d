// Opens the store that --store, the settings or NIX_REMOTE name, with the settings that concern it.

import { fromByteString } from "#formats";
import { resolveStore, type LocalStore, type StoreSettings } from "#store";
import type { Context } from "./command.ts";

/** The store is closed when the program ends. */
export function openLocalStoreOf(context: Context): LocalStore {
  const { settings, environment, log } = context;
  const named = settings.text("store");
  const uri = named === "auto" ? environment["NIX_REMOTE"] || "auto" : named;
  const store = resolveStore(fromByteString(uri), {
    environment,
    settings: storeSettings(context),
    warn: (text) => log.message("warn", text),
  });
  context.cleanups.push(() => store.close());
  return store;
}

function storeSettings({ settings }: Context): Partial<StoreSettings> {
  return {
    keepOutputs: settings.boolean("keep-outputs"),
    keepDerivations: settings.boolean("keep-derivations"),
    requireSignatures: settings.boolean("require-sigs"),
    trustedPublicKeys: settings.list("trusted-public-keys"),
    autoOptimiseStore: settings.boolean("auto-optimise-store"),
    gcReservedSpace: settings.integer("gc-reserved-space"),
    fsyncMetadata: settings.boolean("fsync-metadata"),
    fsyncStorePaths: settings.boolean("fsync-store-paths"),
    syncBeforeRegistering: settings.boolean("sync-before-registering"),
    useSqliteWal: settings.boolean("use-sqlite-wal"),
    allowSymlinkedStore: settings.boolean("allow-symlinked-store"),
    ignoredAcls: settings.list("ignored-acls"),
    buildUsersGroup: settings.text("build-users-group"),
    compressBuildLog: settings.boolean("compress-build-log"),
    keepBuildLog: settings.boolean("keep-build-log"),
  };
}
