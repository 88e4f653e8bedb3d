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
export { describeChanges } from "./flake/describe-changes.ts";
export { parseInputPath } from "./flake/input-path.ts";
export { locatePath } from "./flake/locate-path.ts";
export {
  allInputs,
  attributesToJson,
  checkFollows,
  compareInputPaths,
  emptyLockFile,
  findInput,
  findUnlocked,
  type LockFile,
  lockFileFromJson,
  lockFileToJson,
  printLockFile,
} from "./flake/lock-file.ts";
export {
  type InputPath,
  isLockedNode,
  type LockEdge,
  type LockedNode,
  type LockNode,
  printInputPath,
  sortedInputs,
} from "./flake/lock-node.ts";
export {
  lookUpInRegistries,
  readRegistry,
  type Registry,
  type RegistryEntry,
  type RegistryKind,
  type Resolved,
  writeRegistry,
} from "./flake/registry.ts";
export { addToGit, sourceFolderOf, writeFlakeFile } from "./flake/write-flake-file.ts";
export { FetcherCache } from "./fetcher-cache.ts";
export { checkMounted, completeTree } from "./tree/complete-tree.ts";
export { describeTree } from "./tree/fetched-tree.ts";
export type { FetchedTree } from "./tree/fetched-tree.ts";
export type { GitOptions } from "./tree/git-repository.ts";
export { cloneRepository, fetchGitTree } from "./tree/git-tree.ts";
export { fetchMercurialTree } from "./tree/mercurial-tree.ts";
export { unpackZip } from "./tree/unpack-zip.ts";
export { fetchPathTree } from "./tree/path-tree.ts";
