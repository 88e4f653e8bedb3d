// Opens the store that --store, the settings or NIX_REMOTE name, with the settings that concern it.

import { FirnError, fromByteString } from "#formats";
import { DummyStore, resolveStore, type EvaluationStore, type LocalStore, type StoreSettings } from "#store";
import type { Context } from "../command.ts";
import { UsageError } from "../program/usage-error.ts";

/** The store for an evaluation, which also can do with `dummy://`. */
export function openStoreOf(context: Context): EvaluationStore {
  const dummy = /^dummy:\/\/([^?]*)(\?.*)?$/.exec(uriOf(context));
  if (dummy === null) return openLocalStoreOf(context);
  const [, authority = "", parameters = ""] = dummy;
  if (parameters.includes("read-only=false")) throw dummyKeepsNothing();
  if (authority !== "") throw new UsageError(`\`dummy\` store URIs must not contain an authority part ${authority}`);
  return new DummyStore(context.environment["NIX_STORE_DIR"] || context.environment["NIX_STORE"]);
}

function dummyKeepsNothing(): FirnError {
  return new FirnError("unknown-store", "the store 'dummy://' cannot be written to", {
    hint: "A folder as the store takes what is written, for instance --store /tmp/store.",
  });
}

/** The store is closed when the program ends. */
export function openLocalStoreOf(context: Context): LocalStore {
  return openStoreAt(context, uriOf(context));
}

/** Another store than the one of this run, closed likewise. */
export function openStoreAt(context: Context, uri: string): LocalStore {
  const { environment, log } = context;
  const store = resolveStore(fromByteString(uri), {
    environment,
    settings: storeSettings(context),
    warn: (text) => log.message("warn", text),
  });
  context.cleanups.push(() => store.close());
  return store;
}

function uriOf({ settings, environment }: Context): string {
  const named = settings.text("store");
  return named === "auto" ? environment["NIX_REMOTE"] || "auto" : named;
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
