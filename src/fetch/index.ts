// The door of fetch: from the outside world into the store's terms: the archive of debs with its lock, folders and repositories.

export { parseDeb822Sources, parseOneLineSources, readAptSources } from "./archive/apt-sources.ts";
export type { ArchiveSource } from "./archive/apt-sources.ts";
export { compareDebVersions, upstreamVersion } from "./archive/deb-version.ts";
export { Lock, openLock } from "./archive/lock-folder.ts";
export type { LockedPackage, LockedSource, LockIndex } from "./archive/lock-folder.ts";
export { makeLock } from "./archive/make-lock.ts";
export type { LockOptions, LockSummary } from "./archive/make-lock.ts";
export type { MirrorOptions } from "./archive/mirror.ts";
export { suggestNames } from "./archive/suggest-names.ts";
export { describeTree } from "./tree/fetched-tree.ts";
export type { FetchedTree } from "./tree/fetched-tree.ts";
export { fetchGitTree } from "./tree/git-tree.ts";
export type { GitOptions } from "./tree/git-tree.ts";
export { fetchPathTree } from "./tree/path-tree.ts";
