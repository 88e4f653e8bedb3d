// The door of build: realising derivations on this machine.

export type { DerivedPath } from "./derived-path.ts";
export { printDerivedPath } from "./derived-path.ts";
export { buildCores, currentSystem, defaultBuildSettings } from "./settings.ts";
export type { BuildMode, BuildSettings } from "./settings.ts";
export { BuildError, combineExitStatuses, failingExitStatus } from "./build-result.ts";
export type { BuildFailed, BuildFailureStatus, BuildResult, BuildSuccess, BuildSuccessStatus } from "./build-result.ts";
export { realise, throwFailures } from "./worker.ts";
export { queryMissing } from "./query-missing.ts";
export type { MissingPaths } from "./query-missing.ts";
export { buildEnvironmentTree } from "./builtin-buildenv.ts";
export type { EnvironmentOptions, EnvironmentPackage } from "./builtin-buildenv.ts";
export { readDerivationOptions } from "./derivation-options.ts";
export type { DerivationOptions } from "./derivation-options.ts";
export { parseStructuredAttributes, printJson, printShellDeclarations } from "./structured-attributes.ts";
export type { Json, JsonObject } from "./structured-attributes.ts";
export { download } from "./download.ts";
export { HttpCacheFiles } from "./http-cache-files.ts";
export type { DownloadOptions } from "./download.ts";
