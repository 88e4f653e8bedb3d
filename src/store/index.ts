// The door of store: the Store interface, and the local store of SQLite and disk.

export * from "./store.ts";
export * from "./settings.ts";
export type { AddedObject } from "./add-object.ts";
export { computeSourcePath } from "./add-source.ts";
export { buildLogPath } from "./build-logs.ts";
export { canonicalisePathMetadata, type CanonicaliseOptions, storeModificationTime } from "./canonicalise.ts";
export * from "./closure.ts";
export { ModuloHasher } from "./hash-modulo.ts";
export { DummyStore } from "./dummy-store.ts";
export * from "./layout.ts";
export * from "./local-store.ts";
export * from "./open-local-store.ts";
export type { OptimiseResults } from "./optimise.ts";
export { HashingSink, TeeSink } from "./nar-sinks.ts";
export { lockPaths, PathLocks, type PathLocksOptions } from "./path-locks.ts";
export { archivePath, feedTree, readTree } from "./read-tree.ts";
export * from "./registration.ts";
export { renderSize } from "./render-size.ts";
export * from "./resolve-store.ts";
export { absolutePath } from "./roots.ts";
export * from "./scan-references.ts";
export * from "./signatures.ts";
export { pathNotValid } from "./store-errors.ts";
export { makeTemporaryFolder, moveTree, replaceTree } from "./temporary-folder.ts";
export { TreeWriter } from "./write-tree.ts";
