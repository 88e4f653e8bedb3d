// Where the parts of a local store lie. `storeDir` is what names are computed with; everything else is a real folder of
// this machine, so that a chroot store below DIR has `/nix/store` as its storeDir and `DIR/nix/store` as its real one.

import type { StoreDir } from "#formats";

export interface StoreLayout {
  readonly storeDir: StoreDir;
  readonly realStoreDir: string;
  readonly stateDir: string;
  readonly logDir: string;
  readonly linksDir: string;
  readonly databaseDir: string;
  readonly tempRootsDir: string;
  readonly gcRootsDir: string;
  readonly profilesDir: string;
  /** The chroot directory, when it is a chroot store. */
  readonly root: string | undefined;
}

export interface StoreLocation {
  /** The folder below which a chroot store has its /nix. */
  readonly root?: string;
  readonly storeDir?: StoreDir;
  readonly stateDir?: string;
  readonly logDir?: string;
  readonly realStoreDir?: string;
}

/** Fills in what is not said, as Nix's LocalFSStoreConfig does. Byte strings, absolute. */
export function resolveLayout(location: StoreLocation = {}): StoreLayout {
  const root = location.root === undefined ? undefined : location.root.replace(/\/+$/, "");
  const storeDir = location.storeDir ?? "/nix/store";
  const below = (path: string) => (root === undefined ? path : `${root}${path}`);
  const stateDir = location.stateDir ?? below("/nix/var/nix");
  const realStoreDir = location.realStoreDir ?? (root === undefined ? storeDir : below("/nix/store"));
  return {
    storeDir,
    realStoreDir,
    stateDir,
    logDir: location.logDir ?? below("/nix/var/log/nix"),
    linksDir: `${realStoreDir}/.links`,
    databaseDir: `${stateDir}/db`,
    tempRootsDir: `${stateDir}/temproots`,
    gcRootsDir: `${stateDir}/gcroots`,
    profilesDir: `${stateDir}/profiles`,
    root,
  };
}
