// The settings of fetching and of flakes, from nix.conf and the command line.

import { type FetchSettings, userFolders } from "#instantiate";
import type { Context } from "../command.ts";

export function fetchSettings({ settings, environment }: Context): FetchSettings {
  return {
    allowDirty: settings.boolean("allow-dirty"),
    warnDirty: settings.boolean("warn-dirty"),
    allowDirtyLocks: settings.boolean("allow-dirty-locks"),
    useRegistries: settings.boolean("use-registries"),
    flakeRegistry: settings.text("flake-registry"),
    tarballTtl: settings.integer("tarball-ttl"),
    acceptFlakeConfig: settings.boolean("accept-flake-config"),
    commitLockFileSummary: settings.text("commit-lock-file-summary"),
    ...userFolders(environment),
  };
}
