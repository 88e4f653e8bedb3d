// Realises a plan: starts builds as their inputs become valid and slots become free, carries failures to what depends on
// them, and ends when nothing is left to do. Without keep-going the first failure ends everything, as in Nix.

import { derivationOutputPath, printStorePath } from "#formats";
import type { Emit, FirnErrorOptions, StorePath } from "#formats";
import type { LocalStore } from "#store";
import { DerivationGoal } from "./derivation-goal.ts";
import type { GoalSuccess } from "./derivation-goal.ts";
import { outputsAreValid, planBuilds } from "./build-plan.ts";
import type { BuildNode, BuildPlan } from "./build-plan.ts";
import { BuildError, combineExitStatuses, failingExitStatus } from "./build-result.ts";
import type { BuildResult } from "./build-result.ts";
import { printDerivedPath } from "./derived-path.ts";
import type { DerivedPath } from "./derived-path.ts";
import { describeOutputPaths } from "./run-builder.ts";
import type { BuildSettings } from "./settings.ts";

/**
 * Makes everything `wanted` valid, and says for each, in the same order, how that went. Throws only when the machine
 * fails, or the signal's reason when that is aborted; then no builder runs any more.
 */
export async function realise(
  store: LocalStore,
  wanted: readonly DerivedPath[],
  settings: BuildSettings,
  emit: Emit,
  signal: AbortSignal = new AbortController().signal,
): Promise<BuildResult[]> {
  signal.throwIfAborted();
  for (const path of wanted) store.addTempRoot(path.kind === "built" ? path.derivation : path.path);
  const plan = planBuilds(store, wanted, {
    rebuildWanted: settings.mode !== "normal",
    protect: (path) => store.addTempRoot(path),
  });
  const worker = new Worker(store, plan, settings, emit, signal);
  await worker.run();
  return wanted.map((path) => worker.resultOf(path));
}

/**
 * What a command does with results that failed (Store::buildPaths): shows all but the last error, and throws that, or one
 * that names everything that failed.
 */
export function throwFailures(store: LocalStore, results: readonly BuildResult[], emit: Emit): void {
  const failed = results.filter((result) => !result.success);
  const first = failed[0];
  if (first === undefined) return;
  const named = new Set(failed.map(({ path }) => nameOfFailed(store, path)));
  const exitStatus = combineExitStatuses(failed.map(({ error }) => error.exitStatus));
  if (named.size === 1)
    throw new BuildError(first.status, first.error.message, { ...optionsOf(first.error), exitStatus });
  for (const { error } of failed) {
    if (error !== cancelled) emit({ kind: "message", level: "error", text: error.message });
  }
  const list = [...named]
    .toSorted()
    .map((name) => `'${name}'`)
    .join(", ");
  throw new BuildError("MiscFailure", `build of ${list} failed`, { exitStatus });
}

function optionsOf({ hint, cause }: BuildError): FirnErrorOptions {
  return { ...(hint === undefined ? {} : { hint }), ...(cause === undefined ? {} : { cause }) };
}

type Outcome =
  | { readonly success: true; readonly built: GoalSuccess }
  | { readonly success: false; readonly error: BuildError };

class Worker {
  readonly #store: LocalStore;
  readonly #plan: BuildPlan;
  readonly #settings: BuildSettings;
  readonly #emit: Emit;
  readonly #outcomes = new Map<BuildNode, Outcome>();
  readonly #waitingFor = new Map<BuildNode, number>();
  /** Builds whose inputs are there and that wait for a slot. */
  readonly #ready = new Set<BuildNode>();
  readonly #running = new Set<Promise<void>>();
  readonly #cancellation = new AbortController();
  readonly #signal: AbortSignal;
  readonly #newActivity = makeActivityNumbers();
  readonly #buildsActivity = this.#newActivity();
  #freeSlots: number;
  #wakeUp: () => void = () => {};
  #fault: { readonly error: unknown } | undefined;

  constructor(store: LocalStore, plan: BuildPlan, settings: BuildSettings, emit: Emit, signal: AbortSignal) {
    this.#store = store;
    this.#plan = plan;
    this.#settings = settings;
    this.#emit = emit;
    this.#freeSlots = settings.maxJobs;
    this.#signal = AbortSignal.any([signal, this.#cancellation.signal]);
  }

  async run(): Promise<void> {
    const { nodes } = this.#plan;
    if (nodes.size === 0) return;
    this.#emit({ kind: "start", id: this.#buildsActivity, type: "builds", text: "" });
    for (const node of nodes.values()) {
      this.#waitingFor.set(node, node.dependencies.size);
      if (node.dependencies.size === 0) this.#ready.add(node);
    }
    try {
      this.#startReady();
      while (this.#running.size > 0) await new Promise<void>((resolve) => (this.#wakeUp = resolve));
    } finally {
      this.#emit({ kind: "stop", id: this.#buildsActivity });
    }
    if (this.#fault !== undefined) throw this.#fault.error;
    // A failure without keep-going cancels by itself; any other abort came from outside.
    if (this.#signal.aborted && !this.#cancellation.signal.aborted) throw this.#signal.reason;
  }

  resultOf(path: DerivedPath): BuildResult {
    const nothingRan = { startTime: 0, stopTime: 0 };
    if (path.kind === "opaque") {
      if (!this.#store.isValidPath(path.path)) return failure(path, pathUnavailable(this.#store, path.path));
      return { success: true, status: "AlreadyValid", builtOutputs: new Map(), path, ...nothingRan };
    }
    if (this.#plan.unknown.has(path.derivation)) return failure(path, derivationUnavailable(this.#store, path));
    const node = this.#plan.nodes.get(path.derivation);
    const outcome = node === undefined ? undefined : this.#outcomes.get(node);
    if (outcome?.success === false) return failure(path, outcome.error);
    const derivation = this.#store.readDerivation(path.derivation);
    if (
      node !== undefined &&
      outcome === undefined &&
      !outputsAreValid(this.#store, path.derivation, derivation, path.outputs)
    ) {
      return failure(path, cancelled);
    }
    const builtOutputs = new Map<string, StorePath>();
    for (const name of path.outputs === "all" ? derivation.outputs.keys() : path.outputs) {
      const output = derivationOutputPath(this.#store.storeDir, derivation, name);
      if (output !== undefined) builtOutputs.set(name, output);
    }
    return { success: true, ...(outcome?.built ?? { status: "AlreadyValid", ...nothingRan }), builtOutputs, path };
  }

  #startReady(): void {
    while (this.#ready.size > 0 && (this.#freeSlots > 0 || this.#settings.maxJobs === 0)) {
      if (this.#signal.aborted) return;
      const node = this.#takeMostUrgent();
      this.#freeSlots--;
      const running = this.#runNode(node).finally(() => {
        this.#running.delete(running);
        this.#freeSlots++;
        this.#startReady();
        this.#tellProgress();
        this.#wakeUp();
      });
      this.#running.add(running);
    }
    this.#tellProgress();
  }

  #takeMostUrgent(): BuildNode {
    let best: BuildNode | undefined;
    for (const node of this.#ready) if (best === undefined || isMoreUrgent(node, best)) best = node;
    this.#ready.delete(best as BuildNode);
    return best as BuildNode;
  }

  async #runNode(node: BuildNode): Promise<void> {
    try {
      const goal = new DerivationGoal({
        store: this.#store,
        settings: this.#settings,
        derivationPath: node.path,
        derivation: node.derivation,
        mode: node.wanted || this.#settings.mode === "repair" ? this.#settings.mode : "normal",
        emit: this.#emit,
        signal: this.#signal,
        newActivity: this.#newActivity,
      });
      if (node.missingSources.length > 0) throw sourcesMissing(this.#store, node);
      this.#settle(node, { success: true, built: await goal.run() });
    } catch (error) {
      if (error instanceof BuildError) this.#settle(node, { success: false, error });
      else if (!this.#signal.aborted) this.#stopForFault(error);
    }
  }

  #settle(node: BuildNode, outcome: Outcome): void {
    // After the failure that ended everything, others no longer count.
    if (this.#signal.aborted) return;
    this.#outcomes.set(node, outcome);
    if (!outcome.success) {
      if (node.dependents.size > 0) this.#emit({ kind: "message", level: "error", text: outcome.error.message });
      if (!this.#settings.keepGoing) {
        this.#failDependents(node);
        this.#cancellation.abort(outcome.error);
        return;
      }
    }
    for (const dependent of node.dependents) {
      const left = (this.#waitingFor.get(dependent) ?? 0) - 1;
      this.#waitingFor.set(dependent, left);
      if (left > 0) continue;
      const failed = [...dependent.dependencies].filter((other) => this.#outcomes.get(other)?.success === false).length;
      if (failed === 0) this.#ready.add(dependent);
      else this.#settle(dependent, { success: false, error: this.#dependenciesFailed(dependent, failed) });
    }
  }

  /** Fails all that depends on `node`, nearest first; each counts the one failure that it heard of. */
  #failDependents(node: BuildNode): void {
    const affected = new Set(node.dependents);
    for (const dependent of affected) {
      const error = this.#dependenciesFailed(dependent, 1);
      this.#outcomes.set(dependent, { success: false, error });
      if (dependent.dependents.size > 0) this.#emit({ kind: "message", level: "error", text: error.message });
      for (const other of dependent.dependents) affected.add(other);
    }
  }

  /** The exit status of a command tells what failed first, not that something depended on it. */
  #dependenciesFailed(node: BuildNode, count: number): BuildError {
    const name = printStorePath(this.#store.storeDir, node.path);
    const noun = count === 1 ? "dependency" : "dependencies";
    const paths = describeOutputPaths({ store: this.#store, derivation: node.derivation });
    const statuses = [...this.#outcomes.values()].flatMap((outcome) => (outcome.success ? [] : outcome.error.status));
    return new BuildError("DependencyFailed", `Cannot build '${name}'.\nReason: ${count} ${noun} failed.${paths}`, {
      exitStatus: failingExitStatus(statuses),
    });
  }

  #stopForFault(error: unknown): void {
    this.#fault ??= { error };
    this.#cancellation.abort(error);
  }

  #tellProgress(): void {
    const outcomes = [...this.#outcomes.values()];
    this.#emit({
      kind: "progress",
      id: this.#buildsActivity,
      done: outcomes.filter(({ success }) => success).length,
      expected: this.#plan.nodes.size,
      running: this.#running.size,
      failed: outcomes.filter((outcome) => !outcome.success && outcome.error.status !== "DependencyFailed").length,
    });
  }
}

function isMoreUrgent(a: BuildNode, b: BuildNode): boolean {
  return a.rank !== b.rank ? a.rank > b.rank : nameOf(a) < nameOf(b);
}

/** By name first, as Nix orders its goals. */
const nameOf = (node: BuildNode): string => `${node.derivation.name}${node.path}`;

/** Numbers for activities that do not meet those of other runs in the same log. */
function makeActivityNumbers(): () => number {
  let next = Math.floor(Math.random() * 2 ** 32) * 2 ** 20;
  return () => next++;
}

const cancelled = new BuildError("MiscFailure", "the build was cancelled because another one failed");

function failure(path: DerivedPath, error: BuildError): BuildResult {
  return { success: false, status: error.status, error, path };
}

function nameOfFailed(store: LocalStore, path: DerivedPath): string {
  return printStorePath(store.storeDir, path.kind === "built" ? path.derivation : path.path);
}

function sourcesMissing(store: LocalStore, node: BuildNode): BuildError {
  const name = printStorePath(store.storeDir, node.path);
  const source = printStorePath(store.storeDir, node.missingSources[0] as StorePath);
  return new BuildError("MiscFailure", `dependency '${source}' of '${name}' does not exist, and no substituter has it`);
}

function pathUnavailable(store: LocalStore, path: StorePath): BuildError {
  const name = printStorePath(store.storeDir, path);
  return new BuildError("NoSubstituters", `path '${name}' is required, but there is no substituter that can build it`);
}

function derivationUnavailable(store: LocalStore, path: DerivedPath & { readonly kind: "built" }): BuildError {
  return new BuildError(
    "DependencyFailed",
    `failed to obtain derivation of '${printDerivedPath(store.storeDir, path)}'`,
  );
}
