// The settings that a local store obeys, by the names of nix.conf turned into camel case, with Nix's defaults.

export interface StoreSettings {
  /** Outputs stay as long as their derivation does. */
  readonly keepOutputs: boolean;
  /** Derivations stay as long as one of their outputs does. */
  readonly keepDerivations: boolean;
  readonly requireSignatures: boolean;
  /** `name:base64`. */
  readonly trustedPublicKeys: readonly string[];
  readonly autoOptimiseStore: boolean;
  /** Bytes kept in db/reserved, given free before a collection so that it works on a full disk. */
  readonly gcReservedSpace: number;
  readonly fsyncMetadata: boolean;
  readonly fsyncStorePaths: boolean;
  readonly syncBeforeRegistering: boolean;
  readonly useSqliteWal: boolean;
  readonly allowSymlinkedStore: boolean;
  /** Extended attributes that stay on store paths. */
  readonly ignoredAcls: readonly string[];
  /** The group whose members run builds when root builds; "" for none. */
  readonly buildUsersGroup: string;
  readonly compressBuildLog: boolean;
  readonly keepBuildLog: boolean;
}

export const defaultStoreSettings: StoreSettings = {
  keepOutputs: false,
  keepDerivations: true,
  requireSignatures: true,
  trustedPublicKeys: ["cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY="],
  autoOptimiseStore: false,
  gcReservedSpace: 8 * 1024 * 1024,
  fsyncMetadata: true,
  fsyncStorePaths: false,
  syncBeforeRegistering: false,
  useSqliteWal: true,
  allowSymlinkedStore: false,
  ignoredAcls: ["security.csm", "security.selinux", "system.nfs4_acl"],
  buildUsersGroup: "",
  compressBuildLog: true,
  keepBuildLog: true,
};
