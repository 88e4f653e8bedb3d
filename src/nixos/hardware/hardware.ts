// What a configuration has to know of the machine that it is for.

export interface Hardware {
  /** Modules without which the root file system cannot be reached, or the keyboard not be used. */
  readonly initrdModules: readonly string[];
  /** Modules that nothing loads by itself. */
  readonly kernelModules: readonly string[];
  /** Whether it is a guest of QEMU's. */
  readonly isQemuGuest: boolean;
  readonly startsByEfi: boolean;
  readonly hasArrays: boolean;
  readonly fileSystems: readonly FoundFileSystem[];
  /** Devices or files. */
  readonly swaps: readonly string[];
  /** Encrypted volumes on which file systems or swap lie: their names, and the devices that they are on. */
  readonly luks: ReadonlyMap<string, string>;
}

export interface FoundFileSystem {
  /** In the installed system. */
  readonly mountPoint: string;
  readonly device: string;
  readonly type: string;
  /** Those that must be said. */
  readonly options: readonly string[];
}
