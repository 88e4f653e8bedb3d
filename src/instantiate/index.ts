// The door of instantiate: the evaluator with a store behind it.

import { type BuildSettings, defaultBuildSettings } from "#build";
import type { Emit } from "#formats";
import type { FactRecorder } from "#facts";
import { byteStringOfHostText } from "#host";
import {
  createBuiltins,
  createEvaluator as createLanguageEvaluator,
  createObservedEvaluator,
  defaultEvalSettings,
  type EvalSettings,
  type Evaluator,
  type Instruments,
} from "#language";
import type { EvaluationStore } from "#store";
import type { ParsedFiles } from "./parsed-files.ts";
import { RecordingIO } from "./recording-io.ts";
import { createStoreIO } from "./store-io.ts";

export interface EvaluatorOptions {
  readonly store: EvaluationStore;
  readonly settings?: Partial<EvalSettings>;
  /** Computes the names of store objects and writes none. */
  readonly readOnly?: boolean;
  /** How import from derivation builds, and what `builtins.currentSystem` is. */
  readonly buildSettings?: BuildSettings;
  /** Where traces and warnings go. */
  readonly emit: Emit;
  /** What earlier evaluations parsed. */
  readonly parsedFiles?: ParsedFiles | undefined;
  /** What watches the evaluation, if anything does. */
  readonly instruments?: Instruments | undefined;
  /** Takes down what the evaluation sees. */
  readonly recording?: { readonly recorder: FactRecorder; readonly tarballTtl: number } | undefined;
}

export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const workingDirectory = byteStringOfHostText(process.cwd());
  const settings = { ...defaultEvalSettings, workingDirectory, ...options.settings };
  const { store, recording, readOnly = false } = options;
  const storeIO = createStoreIO({
    store,
    settings,
    readOnly,
    buildSettings: options.buildSettings ?? defaultBuildSettings,
    emit: options.emit,
    parsedFiles: options.parsedFiles,
  });
  const io =
    recording === undefined
      ? storeIO
      : new RecordingIO(storeIO, {
          ...recording,
          store,
          readOnly: readOnly || store.readOnly,
          isLimited: settings.pureEval || settings.restrictEval,
        });
  const parts = { io, builtins: createBuiltins(), settings };
  const { instruments } = options;
  return instruments === undefined ? createLanguageEvaluator(parts) : createObservedEvaluator(parts, instruments);
}

export { openParsedFiles, type ParsedFiles } from "./parsed-files.ts";
export { createStoreIO, type StoreIOOptions } from "./store-io.ts";
