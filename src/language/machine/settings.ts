// What an evaluation may do and how far it may go, named as Nix's settings. Experimental features are names, so that a
// message can say which one is missing.

import type { Lints } from "../syntax/index.ts";

/** One entry of the search path: `<prefix/…>` is looked up in `path`; an empty prefix matches everything. */
export interface SearchPathEntry {
  readonly prefix: string;
  /** A folder, a file, or a URL or `channel:` of a tarball. */
  readonly path: string;
}

export interface EvalSettings {
  readonly pureEval: boolean;
  readonly restrictEval: boolean;
  readonly allowedUris: readonly string[];
  readonly allowImportFromDerivation: boolean;
  readonly traceImportFromDerivation: boolean;
  readonly maxCallDepth: number;
  /** Adds the frames that Nix collects only with `--show-trace` ("while calling 'f'"). */
  readonly showTrace: boolean;
  readonly traceVerbose: boolean;
  readonly abortOnWarn: boolean;
  readonly experimentalFeatures: ReadonlySet<string>;
  /** `builtins.nixPath`, in order. */
  readonly searchPath: readonly SearchPathEntry[];
  /** Where relative entries of the search path begin. */
  readonly workingDirectory: string;
  /** What `~/` stands for; absent, such a path is an error. */
  readonly home: string | undefined;
  readonly allowUnsafeNativeCode: boolean;
  /** What to say about literals that are better written otherwise. */
  readonly lints: Lints;
  /** After how many calls a function's body is generated as JavaScript; 0: never. */
  readonly generateAfter: number;
  /** Is called now and then during an evaluation; throws Interrupted when the user wants it to stop. */
  readonly checkInterrupt: (() => void) | undefined;
}

export const defaultEvalSettings: EvalSettings = {
  pureEval: false,
  restrictEval: false,
  allowedUris: [],
  allowImportFromDerivation: true,
  traceImportFromDerivation: false,
  maxCallDepth: 10000,
  showTrace: false,
  traceVerbose: false,
  abortOnWarn: false,
  experimentalFeatures: new Set(),
  searchPath: [],
  workingDirectory: "/",
  home: undefined,
  allowUnsafeNativeCode: false,
  lints: {},
  generateAfter: 1000,
  checkInterrupt: undefined,
};

/** `name=path` or `path`, as in NIX_PATH and -I. */
export function parseSearchPathEntry(text: string): SearchPathEntry {
  const equals = text.indexOf("=");
  return equals < 0 ? { prefix: "", path: text } : { prefix: text.slice(0, equals), path: text.slice(equals + 1) };
}
