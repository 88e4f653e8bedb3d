// A scene for tests of what recording sees: a folder with sources, a store, and an evaluation that is made anew or answered
// from the facts of an earlier one.

import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkFacts, CopiedTrees, type Facts, FactRecorder } from "#facts";
import { deleteTree } from "#host";
import { BaseError, type EvalSettings, printAmbiguous } from "#language";
import { type LocalStore, openLocalStore } from "#store";
import { createEvaluator } from "./index.ts";

export interface Remembered {
  readonly result: string;
  readonly facts: Facts | undefined;
  readonly refusal: string | undefined;
}

export interface EvaluationOptions {
  readonly settings?: Partial<EvalSettings>;
  readonly readOnly?: boolean;
  /** Where relative paths begin; the sources' when absent. */
  readonly folder?: string;
  /** What the clock says, beyond what it does: files then count as left alone for that long, in milliseconds. */
  readonly later?: number;
  readonly tarballTtl?: number;
}

export class Scene {
  readonly folder: string;
  readonly sources: string;
  readonly store: LocalStore;

  constructor(t: { after(undo: () => void): void }) {
    this.folder = mkdtempSync(join(tmpdir(), "firn-facts-"));
    this.sources = join(this.folder, "sources");
    mkdirSync(this.sources);
    this.store = openLocalStore({ root: join(this.folder, "root"), settings: { fsyncMetadata: false } });
    t.after(() => {
      this.store.close();
      deleteTree(this.folder);
    });
  }

  /** The value, or the error that there is instead. */
  evaluate(source: string, options: EvaluationOptions = {}, recorder?: FactRecorder): string {
    const { settings = {}, readOnly = false, tarballTtl = 3600 } = options;
    const evaluator = createEvaluator({
      store: this.store,
      settings,
      readOnly,
      copiedTrees: new CopiedTrees({
        folder: join(this.folder, "copies"),
        store: this.store,
        readOnly,
        now: Date.now() + (options.later ?? 0),
      }),
      emit: () => undefined,
      recording: recorder && { recorder, tarballTtl },
    });
    try {
      const value = evaluator.evalExpr(source, options.folder ?? this.sources);
      evaluator.forceDeep(value);
      return printAmbiguous(evaluator, value);
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      recorder?.giveUp("an error");
      return `error: ${error.message}`;
    }
  }

  remember(source: string, options: EvaluationOptions = {}): Remembered {
    const recorder = new FactRecorder(Date.now() + (options.later ?? 0));
    const result = this.evaluate(source, options, recorder);
    return { result, facts: recorder.finish(), refusal: recorder.refusal };
  }

  /** What does not hold any more of the facts; undefined when all does. */
  changed(facts: Facts, options: EvaluationOptions = {}): string | undefined {
    const verdict = checkFacts(facts, {
      store: this.store,
      variable: (name) => process.env[name],
      now: Date.now() + (options.later ?? 0),
    });
    return verdict.holds ? undefined : verdict.reason;
  }
}

/** Longer than the file system's clock stands still. */
export function waitForTick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 11);
}
