// The door of store: the Store interface, and the local store of SQLite and disk.

export * from "./store.ts";
export * from "./settings.ts";
export * from "./binary-cache/binary-cache.ts";
export * from "./binary-cache/cache-files.ts";
export type { AddedObject } from "./objects/add-object.ts";
export { computeSourcePath } from "./objects/add-source.ts";
export { buildLogPath } from "./build-logs.ts";
export { canonicalisePathMetadata, type CanonicaliseOptions, storeModificationTime } from "./objects/canonicalise.ts";
export * from "./database/closure.ts";
export { ModuloHasher } from "./objects/hash-modulo.ts";
export { DummyStore } from "./dummy-store.ts";
export * from "./layout.ts";
export * from "./local-store.ts";
export * from "./open-local-store.ts";
export type { OptimiseResults } from "./objects/optimise.ts";
export { HashingSink, TeeSink } from "./objects/nar-sinks.ts";
export { lockPaths, PathLocks, type PathLocksOptions } from "./path-locks.ts";
export { archivePath, feedTree, readTree } from "./objects/read-tree.ts";
export * from "./database/registration.ts";
export { renderSize } from "./render-size.ts";
export * from "./resolve-store.ts";
export { absolutePath } from "./garbage/roots.ts";
export * from "./objects/scan-references.ts";
export * from "./signatures.ts";
export { pathNotValid } from "./store-errors.ts";
export { makeTemporaryFolder, moveTree, replaceTree } from "./objects/temporary-folder.ts";
export { TreeWriter } from "./objects/write-tree.ts";
