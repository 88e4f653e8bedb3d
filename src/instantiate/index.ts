// The door of instantiate: the evaluator with a store behind it.

import { type BuildSettings, defaultBuildSettings } from "#build";
import type { Emit } from "#formats";
import type { CopiedTrees, FactRecorder } from "#facts";
import { byteStringOfHostText } from "#host";
import {
  type BuiltinTable,
  createBuiltins,
  createEvaluator as createLanguageEvaluator,
  createObservedEvaluator,
  defaultEvalSettings,
  type EvalSettings,
  type Evaluator,
  type Instruments,
  requireFeature,
} from "#language";
import type { EvaluationStore } from "#store";
import { defaultFetchSettings, type FetchSettings } from "./fetch-settings.ts";
import { callFlakePath, callFlakeText } from "./flake/call-flake-text.ts";
import { Flakes } from "./flake/flakes.ts";
import { getFlakeBuiltin } from "./flake/get-flake.ts";
import type { ParsedFiles } from "./parsed-files.ts";
import { RecordingIO } from "./recording-io.ts";
import { Registries } from "./registries.ts";
import { createStoreIO } from "./store-io.ts";

export interface EvaluatorOptions {
  readonly store: EvaluationStore;
  readonly settings?: Partial<EvalSettings>;
  readonly fetchSettings?: FetchSettings;
  /** Takes over a setting of a flake's `nixConfig`; it is for the receiver to say whether that is allowed. */
  readonly applySetting?: (name: string, value: string) => void;
  /** Computes the names of store objects and writes none. */
  readonly readOnly?: boolean;
  /** How import from derivation builds, and what `builtins.currentSystem` is. */
  readonly buildSettings?: BuildSettings;
  /** Where traces and warnings go. */
  readonly emit: Emit;
  /** What earlier evaluations parsed. */
  readonly parsedFiles?: ParsedFiles | undefined;
  /** What earlier evaluations copied into the store. */
  readonly copiedTrees?: CopiedTrees | undefined;
  /** What watches the evaluation, if anything does. */
  readonly instruments?: Instruments | undefined;
  /** Takes down what the evaluation sees. */
  readonly recording?: { readonly recorder: FactRecorder; readonly tarballTtl: number } | undefined;
}

export interface Evaluation {
  readonly evaluator: Evaluator;
  readonly flakes: Flakes;
}

export function createEvaluator(options: EvaluatorOptions): Evaluator {
  return createEvaluation(options).evaluator;
}

/** The evaluator with the flakes that it can reach. */
export function createEvaluation(options: EvaluatorOptions): Evaluation {
  const workingDirectory = byteStringOfHostText(process.cwd());
  const settings = { ...defaultEvalSettings, workingDirectory, ...options.settings };
  const { store, recording, readOnly = false } = options;
  const fetchSettings = options.fetchSettings ?? defaultFetchSettings();
  const registries = new Registries({
    settings: fetchSettings,
    context: {
      requireFeature: (feature) => requireFeature(evaluator, feature),
      warn: (text) => io.emitMessage("warn", text),
    },
    download: (url) => {
      const path = io.fetchUrl({ url, name: "flake-registry.json", unpack: false });
      store.addPermanentRoot(path, `${fetchSettings.cacheFolder}/flake-registry.json`);
      return io.realPath(path);
    },
  });
  const isLimited = settings.pureEval || settings.restrictEval;
  // Where not all may be read, every copy says what it lets be read.
  const copiedTrees = isLimited ? undefined : options.copiedTrees;
  const storeIO = createStoreIO({
    store,
    settings,
    fetchSettings,
    registries,
    readOnly,
    buildSettings: options.buildSettings ?? defaultBuildSettings,
    emit: options.emit,
    parsedFiles: options.parsedFiles,
    copiedTrees,
  });
  const io =
    recording === undefined
      ? storeIO
      : new RecordingIO(storeIO, {
          ...recording,
          store,
          readOnly: readOnly || store.readOnly,
          isLimited,
          copiedTrees,
        });
  const readFlakes = (): Flakes => {
    // What a flake is made of is looked at past the window.
    recording?.recorder.giveUp("the program reads a flake");
    return flakes;
  };
  const parts = { io, builtins: builtinsWithFlakes(readFlakes), settings };
  const { instruments } = options;
  const evaluator =
    instruments === undefined ? createLanguageEvaluator(parts) : createObservedEvaluator(parts, instruments);
  const flakes: Flakes = new Flakes({
    evaluator,
    store,
    settings: fetchSettings,
    registries,
    applySetting: options.applySetting ?? (() => undefined),
  });
  return { evaluator, flakes };
}

function builtinsWithFlakes(flakes: () => Flakes): BuiltinTable {
  const table = createBuiltins();
  return {
    ...table,
    primOps: [...table.primOps, getFlakeBuiltin(flakes)],
    internalFiles: new Map([...(table.internalFiles ?? []), [callFlakePath, callFlakeText]]),
  };
}

export { openParsedFiles, type ParsedFiles } from "./parsed-files.ts";
export { createStoreIO, type StoreIOOptions } from "./store-io.ts";
export { defaultFetchSettings, type FetchSettings, userFolders } from "./fetch-settings.ts";
export type { Flake, FlakeInput, FlakeInputs } from "./flake/flake.ts";
export { cloneInput } from "./flake/clone-input.ts";
export { Flakes } from "./flake/flakes.ts";
export type { LockedFlake } from "./flake/lock-flake.ts";
export { InputPathMap, type InputOverride, type LockFlags } from "./flake/lock-flags.ts";
export { Registries, type UseRegistries } from "./registries.ts";
export { lockedFingerprint } from "./flake/fingerprint.ts";
