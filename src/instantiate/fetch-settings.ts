// The settings that fetching and flakes obey, by the names of nix.conf turned into camel case, and where they keep things.

import { byteStringOfHostText, homeFolder } from "#host";

export interface FetchSettings {
  /** Whether a working tree that differs from its commit may be used. */
  readonly allowDirty: boolean;
  readonly warnDirty: boolean;
  /** Lets lock files have inputs that only their content's hash identifies. */
  readonly allowDirtyLocks: boolean;
  readonly useRegistries: boolean;
  /** Path or URL of the global registry; empty for none. */
  readonly flakeRegistry: string;
  /** Seconds for which what was downloaded is taken to be what the server has. */
  readonly tarballTtl: number;
  readonly acceptFlakeConfig: boolean;
  /** The first line of the message under which a lock file is committed; empty for one that says what was done. */
  readonly commitLockFileSummary: string;
  /** `~/.cache/nix`, `~/.config/nix`, `~/.local/share/nix` and `/etc/nix`; byte strings. */
  readonly cacheFolder: string;
  readonly configFolder: string;
  readonly dataFolder: string;
  readonly systemConfigFolder: string;
}

/** From the variables that say where a user's files are. */
export function userFolders(
  environment: Readonly<Record<string, string | undefined>>,
): Pick<FetchSettings, "cacheFolder" | "configFolder" | "dataFolder" | "systemConfigFolder"> {
  const home = environment["HOME"] || homeFolder();
  const folder = (own: string, shared: string, below: string): string =>
    byteStringOfHostText(
      environment[own] ?? (environment[shared] ? `${environment[shared]}/nix` : `${home}/${below}/nix`),
    );
  return {
    cacheFolder: folder("NIX_CACHE_HOME", "XDG_CACHE_HOME", ".cache"),
    configFolder: folder("NIX_CONFIG_HOME", "XDG_CONFIG_HOME", ".config"),
    dataFolder: folder("NIX_DATA_HOME", "XDG_DATA_HOME", ".local/share"),
    systemConfigFolder: byteStringOfHostText(environment["NIX_CONF_DIR"] || "/etc/nix"),
  };
}

export function defaultFetchSettings(): FetchSettings {
  return {
    allowDirty: true,
    warnDirty: true,
    allowDirtyLocks: false,
    useRegistries: true,
    flakeRegistry: "",
    tarballTtl: 3600,
    acceptFlakeConfig: false,
    commitLockFileSummary: "",
    ...userFolders(process.env),
  };
}
