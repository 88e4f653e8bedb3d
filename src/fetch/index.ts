// The door of fetch: from the outside world into the store's terms. So far the archive of debs and its lock.

export { parseDeb822Sources, parseOneLineSources, readAptSources } from "./archive/apt-sources.ts";
export type { ArchiveSource } from "./archive/apt-sources.ts";
export { compareDebVersions, upstreamVersion } from "./archive/deb-version.ts";
export { Lock, openLock } from "./archive/lock-folder.ts";
export type { LockedPackage, LockedSource, LockIndex } from "./archive/lock-folder.ts";
export { makeLock } from "./archive/make-lock.ts";
export type { LockOptions, LockSummary } from "./archive/make-lock.ts";
export type { MirrorOptions } from "./archive/mirror.ts";
export { suggestNames } from "./archive/suggest-names.ts";
