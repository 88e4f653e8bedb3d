// Makes the outputs of one derivation whose inputs are valid: decides whether this machine may build it, waits for the
// locks on its outputs, looks again whether somebody else built it meanwhile, and builds (Nix's DerivationBuildingGoal).
// Substitution from binary caches will be a step before the locks.

import { setTimeout as sleep } from "node:timers/promises";
import { derivationOutputPath, hashesEqual, printStorePath } from "#formats";
import type { Derivation, Emit, StorePath } from "#formats";
import { deleteTree } from "#host";
import { archivePath } from "#store";
import type { LocalStore, PathLocks } from "#store";
import { createHasher, FirnError } from "#formats";
import { buildDerivation } from "./build-derivation.ts";
import { BuildError } from "./build-result.ts";
import type { BuildSuccessStatus } from "./build-result.ts";
import { acquireBuildUser } from "./build-users.ts";
import type { BuildUser } from "./build-users.ts";
import { readDerivationOptions } from "./derivation-options.ts";
import type { DerivationOptions } from "./derivation-options.ts";
import type { BuildMode, BuildSettings } from "./settings.ts";

export interface DerivationGoalRequest {
  readonly store: LocalStore;
  readonly settings: BuildSettings;
  readonly derivationPath: StorePath;
  readonly derivation: Derivation;
  readonly mode: BuildMode;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly newActivity: () => number;
}

export interface GoalSuccess {
  readonly status: BuildSuccessStatus;
  /** Seconds since the epoch. */
  readonly startTime: number;
  readonly stopTime: number;
}

/** Milliseconds between looks at a lock that another process holds. */
const lockPollInterval = 100;

export class DerivationGoal {
  readonly #request: DerivationGoalRequest;
  readonly #name: string;
  readonly #outputs: readonly StorePath[];

  constructor(request: DerivationGoalRequest) {
    const { store, derivation, derivationPath } = request;
    this.#request = request;
    this.#name = printStorePath(store.storeDir, derivationPath);
    this.#outputs = [...derivation.outputs.keys()]
      .map((name) => derivationOutputPath(store.storeDir, derivation, name))
      .filter((path) => path !== undefined);
  }

  /** Throws a BuildError when the derivation cannot be built. */
  async run(): Promise<GoalSuccess> {
    const { store, derivation, derivationPath, mode } = this.#request;
    store.addTempRoot(derivationPath);
    for (const output of this.#outputs) store.addTempRoot(output);
    if (mode === "check") this.#assertAllValid();
    const options = readDerivationOptions(store.storeDir, derivation);
    this.#assertBuildable(options);
    const locks = await this.#takeLocks();
    try {
      const valid = this.#goodOutputs();
      if (mode !== "check" && valid.size === this.#outputs.length) {
        return { status: "AlreadyValid", startTime: 0, stopTime: 0 };
      }
      // What lies at these paths is the rest of an earlier try; no process can be at work on it.
      for (const output of this.#outputs) if (!store.isValidPath(output)) deleteTree(store.realPath(output));
      return await this.#build(options, valid);
    } finally {
      locks.release({ deleteFiles: true });
    }
  }

  async #build(options: DerivationOptions, validOutputs: ReadonlySet<StorePath>): Promise<GoalSuccess> {
    const { mode, emit, derivationPath, newActivity } = this.#request;
    const user = await this.#takeBuildUser();
    const activity = newActivity();
    const text = `${describeMode(mode)} '${this.#name}'`;
    emit({ kind: "start", id: activity, type: "build", text, path: derivationPath });
    const startTime = nowInSeconds();
    let failed = true;
    try {
      await buildDerivation({ ...this.#request, options, validOutputs, user, activity });
      failed = false;
      return { status: "Built", startTime, stopTime: nowInSeconds() };
    } catch (error) {
      throw this.#asBuildError(error);
    } finally {
      user?.release();
      emit({ kind: "stop", id: activity, failed });
    }
  }

  /** What went wrong with this derivation only should not end the other builds. */
  #asBuildError(error: unknown): unknown {
    if (error instanceof BuildError || !(error instanceof FirnError)) return error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return new BuildError("MiscFailure", error.message, { cause: error, ...hint });
  }

  #assertAllValid(): void {
    const { store } = this.#request;
    if (this.#outputs.every((output) => store.isValidPath(output))) return;
    throw new BuildError(
      "MiscFailure",
      `some outputs of '${this.#name}' are not valid, so checking is not possible\n` +
        "Hint: --rebuild and --check error if the derivation was not previously built and cannot be substituted.\n" +
        "      Remove it to perform a fresh build, or use --repair to rewrite missing or corrupted builds in the store.",
    );
  }

  #assertBuildable(options: DerivationOptions): void {
    const { derivation, settings } = this.#request;
    let message = "";
    if (settings.maxJobs === 0) {
      message +=
        "\nReason: local builds are disabled (max-jobs = 0)\nHint: set 'max-jobs' to a non-zero value to enable " +
        "local builds, or configure remote builders via 'builders'";
    }
    const { system } = derivation;
    if (system !== settings.system && system !== "builtin" && !settings.extraPlatforms.includes(system)) {
      message += `\nReason: platform mismatch\nRequired system: '${system}'\nCurrent system: '${settings.system}'`;
    }
    const required = [...options.requiredSystemFeatures].toSorted();
    const available = [...settings.systemFeatures].toSorted();
    if (required.some((feature) => !available.includes(feature))) {
      message +=
        `\nReason: missing system features\nRequired features: {${required.join(", ")}}` +
        `\nAvailable features: {${available.join(", ")}}`;
    }
    if (message !== "") throw new BuildError("InputRejected", `Cannot build '${this.#name}'.${message}`);
  }

  /** The outputs that are valid and, when repairing, also have the contents that they should. */
  #goodOutputs(): Set<StorePath> {
    const { store, mode } = this.#request;
    const valid = this.#outputs.filter((output) => store.isValidPath(output));
    return new Set(mode === "repair" ? valid.filter((output) => this.#contentsAreGood(output)) : valid);
  }

  #contentsAreGood(path: StorePath): boolean {
    const { store, emit } = this.#request;
    const name = printStorePath(store.storeDir, path);
    emit({ kind: "message", level: "info", text: `checking path '${name}'...` });
    const info = store.queryPathInfo(path);
    let good = false;
    try {
      const hasher = createHasher("sha256");
      for (const chunk of archivePath(store.realPath(path))) hasher.update(chunk);
      good = hashesEqual(hasher.digest(), info.narHash);
    } catch {
      // Missing or unreadable is as bad as altered.
    }
    if (!good) emit({ kind: "message", level: "error", text: `path '${name}' is corrupted or missing!` });
    return good;
  }

  /** Waits for other processes that make the same outputs; two goals of this process never do. */
  async #takeLocks(): Promise<PathLocks> {
    const { store, emit, newActivity, signal } = this.#request;
    const paths = [...this.#outputs].toSorted();
    let locks = store.makePathLocks(paths, { wait: false });
    if (locks !== undefined) return locks;
    const id = newActivity();
    const list = paths.map((path) => `'${store.realPath(path)}'`).join(", ");
    emit({ kind: "start", id, type: "buildWaiting", text: `waiting for lock on ${list}` });
    try {
      while (locks === undefined) {
        await sleep(lockPollInterval, undefined, { signal });
        locks = store.makePathLocks(paths, { wait: false });
      }
      return locks;
    } finally {
      emit({ kind: "stop", id });
    }
  }

  async #takeBuildUser(): Promise<BuildUser | undefined> {
    const { store, settings, emit, newActivity, signal } = this.#request;
    if (settings.buildUsersGroup === "" || process.getuid?.() !== 0) return undefined;
    let user = acquireBuildUser(store.layout.stateDir, settings.buildUsersGroup);
    if (user !== undefined) return user;
    const id = newActivity();
    const text = `waiting for a free build user ID for '${this.#name}'`;
    emit({ kind: "start", id, type: "buildWaiting", text });
    try {
      while (user === undefined) {
        await sleep(lockPollInterval, undefined, { signal });
        user = acquireBuildUser(store.layout.stateDir, settings.buildUsersGroup);
      }
      return user;
    } finally {
      emit({ kind: "stop", id });
    }
  }
}

function describeMode(mode: BuildMode): string {
  switch (mode) {
    case "normal":
      return "building";
    case "check":
      return "checking outputs of";
    case "repair":
      return "repairing outputs of";
  }
}

const nowInSeconds = (): number => Math.floor(Date.now() / 1000);
