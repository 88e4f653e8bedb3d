// Watches a builder that runs: its log, its time limits, and its end, which becomes an error in Nix's words when it is a
// bad one.

import { statfsSync } from "node:fs";
import { derivationOutputPath, printStorePath } from "#formats";
import { diskFullHint, hostPath, isDiskFull, reasonOf } from "#host";
import type { DerivationBuild } from "./build-derivation.ts";
import { BuildLog } from "./build-log.ts";
import { BuildError } from "./build-result.ts";
import { hasNetwork } from "./builder-command.ts";
import { describeExit } from "./builder-process.ts";
import type { ExitStatus, RunningBuilder } from "./builder-process.ts";
import { LogFile } from "./log-file.ts";

/**
 * Resolves when the builder ended well. `start` gets the function that takes the builder's output. Throws a BuildError
 * when it failed, took too long or wrote too much, and the signal's reason when that was aborted.
 */
export async function runBuilder(
  build: DerivationBuild,
  start: (onOutput: (bytes: Uint8Array) => void) => RunningBuilder,
  buildDir: string,
): Promise<void> {
  const { store, settings, signal } = build;
  signal.throwIfAborted();
  const file = settings.keepBuildLog ? new LogFile(store.layout.logDir, build.derivationPath) : undefined;
  const log = new BuildLog(settings.logLines, build.activity, build.emit, build.newActivity);
  const limits = new Limits(build);
  let status: ExitStatus;
  try {
    const running = start((bytes) => {
      if (limits.exceeded !== undefined) return;
      limits.noteOutput(bytes.length);
      if (limits.exceeded !== undefined) return;
      log.write(bytes);
      try {
        file?.write(bytes);
      } catch (error) {
        limits.stop(logNotWritten(build, error));
      }
    });
    const cancel = (): void => running.kill();
    limits.startClocks(cancel);
    signal.addEventListener("abort", cancel);
    try {
      status = await running.finished;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  } finally {
    limits.stopClocks();
    log.flush();
    file?.close();
  }
  if (limits.exceeded !== undefined) throw limits.exceeded;
  signal.throwIfAborted();
  if (status.kind !== "exit" || status.code !== 0) throw builderFailed(build, status, log.tail, buildDir);
}

/** The limits on time, silence and size of the log. */
class Limits {
  exceeded: BuildError | undefined;
  readonly #build: DerivationBuild;
  #kill: () => void = () => {};
  #timeout: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #logSize = 0;

  constructor(build: DerivationBuild) {
    this.#build = build;
  }

  startClocks(kill: () => void): void {
    const { timeout, maxSilentTime } = this.#build.settings;
    this.#kill = kill;
    if (timeout > 0) this.#timeout = setTimeout(() => this.stop(timedOut(timeout)), timeout * 1000);
    if (maxSilentTime > 0) {
      this.#silence = setTimeout(() => this.stop(timedOut(maxSilentTime)), maxSilentTime * 1000);
    }
  }

  noteOutput(size: number): void {
    this.#silence?.refresh();
    this.#logSize += size;
    const limit = this.#build.settings.maxBuildLogSize;
    if (limit > 0 && this.#logSize > limit) this.stop(logTooLong(this.#build, limit));
  }

  stopClocks(): void {
    clearTimeout(this.#timeout);
    clearTimeout(this.#silence);
  }

  /** Ends the builder with `error`, unless another one was first. */
  stop(error: BuildError): void {
    this.exceeded ??= error;
    this.#kill();
  }
}

/** "\nOutput paths:" and the paths, as errors about a derivation end (showKnownOutputs). */
export function describeOutputPaths({ store, derivation }: Pick<DerivationBuild, "store" | "derivation">): string {
  const paths = [...derivation.outputs.keys()]
    .map((name) => derivationOutputPath(store.storeDir, derivation, name))
    .filter((path) => path !== undefined)
    .toSorted();
  if (paths.length === 0) return "";
  return `\nOutput paths:${paths.map((path) => `\n  ${printStorePath(store.storeDir, path)}`).join("")}`;
}

function builderFailed(
  build: DerivationBuild,
  status: ExitStatus,
  tail: readonly string[],
  buildDir: string,
): BuildError {
  const { store, settings } = build;
  const name = printStorePath(store.storeDir, build.derivationPath);
  const diskFull = isNearlyFull(store.layout.realStoreDir) || isNearlyFull(buildDir);
  let message = `Cannot build '${name}'.\nReason: builder ${describeExit(status)}.${describeOutputPaths(build)}`;
  if (!settings.printBuildLogs && tail.length > 0) {
    message += `\nLast ${tail.length} log lines:\n${tail.map((line) => `> ${line}\n`).join("")}`;
    message += `For full logs, run:\n  ${settings.logCommand} ${name}`;
  }
  if (diskFull) message += "\nnote: build failure may have been caused by lack of free disk space";
  const transient = hasNetwork(build.derivation) || diskFull;
  return new BuildError(
    transient ? "TransientFailure" : "PermanentFailure",
    message,
    diskFull ? { hint: diskFullHint } : {},
  );
}

const nearlyFull = 8 * 1024 * 1024;

function isNearlyFull(path: string): boolean {
  const { bavail, bsize } = statfsSync(hostPath(path));
  return bavail * bsize < nearlyFull;
}

function logNotWritten({ store, derivationPath }: DerivationBuild, cause: unknown): BuildError {
  const name = printStorePath(store.storeDir, derivationPath);
  return new BuildError("MiscFailure", `writing the log of '${name}': ${reasonOf(cause)}`, {
    cause,
    ...(isDiskFull(cause) ? { hint: diskFullHint } : {}),
  });
}

function timedOut(seconds: number): BuildError {
  return new BuildError("TimedOut", `timed out after ${seconds} seconds`);
}

function logTooLong({ store, derivationPath }: DerivationBuild, limit: number): BuildError {
  return new BuildError(
    "LogLimitExceeded",
    `building derivation '${printStorePath(store.storeDir, derivationPath)}' killed after writing more than ${limit} ` +
      `bytes of log output`,
  );
}
