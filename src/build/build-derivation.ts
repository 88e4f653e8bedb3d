// One derivation from start to finish on this machine: environment, sandbox or builtin builder, log, outputs. Its inputs
// are valid, and the caller holds the locks on its outputs and a build slot (Nix's DerivationBuilder).

import { mkdirSync } from "node:fs";
import { derivationOutputPath, outputPlaceholder, printStorePath, storePathHashPart } from "#formats";
import type { Derivation, Emit, StorePath } from "#formats";
import { deleteTree, hostPath } from "#host";
import { computeClosure } from "#store";
import type { LocalStore, Store } from "#store";
import { BuildDirectory, makeGate } from "./build-directory.ts";
import { buildEnvironment, replacePlaceholders } from "./build-environment.ts";
import { BuildError } from "./build-result.ts";
import type { BuildUser } from "./build-users.ts";
import { assembleCommand, hasNetwork, usesSandbox } from "./builder-command.ts";
import { startBuilder } from "./builder-process.ts";
import type { RunningBuilder } from "./builder-process.ts";
import { findBuiltinBuilder, startBuiltin } from "./builtin-builders.ts";
import type { DerivationOptions } from "./derivation-options.ts";
import { registerOutputs } from "./register-outputs.ts";
import type { OutputState } from "./register-outputs.ts";
import { runBuilder } from "./run-builder.ts";
import { prepareSandboxRoot } from "./sandbox.ts";
import { makeScratchOutputs } from "./scratch-outputs.ts";
import type { BuildMode, BuildSettings } from "./settings.ts";

export interface DerivationBuild {
  readonly store: LocalStore;
  readonly derivationPath: StorePath;
  readonly derivation: Derivation;
  readonly options: DerivationOptions;
  readonly settings: BuildSettings;
  readonly mode: BuildMode;
  /** The outputs that are valid already and stay. */
  readonly validOutputs: ReadonlySet<StorePath>;
  /** Who runs the builder when it is not this process's own user. */
  readonly user: BuildUser | undefined;
  /** The activity "building '…'", and numbers for more of them. */
  readonly activity: number;
  readonly newActivity: () => number;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** Builds and registers. Throws a BuildError when the build fails; then nothing of it is valid or left in the store. */
export async function buildDerivation(build: DerivationBuild): Promise<void> {
  const { store, derivationPath, derivation, settings } = build;
  const builtin = findBuiltinBuilder(derivation);
  const sandboxed = builtin !== undefined || usesSandbox(build);
  const chroot = `${store.realPath(derivationPath)}.chroot`;
  deleteTree(chroot);
  let root = "";
  if (sandboxed) {
    mkdirSync(hostPath(chroot), { mode: 0o700 });
    root = `${makeGate(chroot, build.user)}/root`;
  }
  const directory = new BuildDirectory(settings.buildDir ?? `${store.layout.stateDir}/builds`, {
    owner: build.user,
    hidden: sandboxed,
  });
  const buildDirInside = sandboxed ? settings.sandboxBuildDir : directory.path;
  let keep = false;
  let outputs: readonly OutputState[] = [];
  try {
    const inputPaths = inputClosure(store, derivationPath, derivation);
    outputs = makeScratchOutputs(build, sandboxed ? root : undefined);
    const environment = buildEnvironment({ ...build, inputPaths, buildDirInside });
    const replace = replacePlaceholders(outputRewrites(store, outputs));
    for (const [name, contents] of environment.files) directory.writeFile(name, replace(contents));
    if (sandboxed) {
      const network = hasNetwork(derivation);
      prepareSandboxRoot(root, { storeDir: store.storeDir, buildDirInside, network, user: build.user });
    }
    const start = (onOutput: (bytes: Uint8Array) => void): RunningBuilder => {
      if (builtin !== undefined) return startBuiltin(builtin, build, { outputs, inputPaths }, onOutput);
      const surroundings = { root, sandboxed, directory, inputPaths, environment, replace };
      return startBuilder(assembleCommand(build, surroundings), onOutput);
    };
    await runBuilder(build, start, directory.path);
    registerOutputs({
      ...build,
      outputs,
      inputPaths,
      user: builtin === undefined ? build.user : undefined,
      privateDir: `${chroot}/private`,
      keepFailed: settings.keepFailed,
    });
  } catch (error) {
    keep = settings.keepFailed && builtin === undefined && error instanceof BuildError;
    if (keep) {
      directory.keep();
      const text = `note: keeping build directory "${directory.path}"`;
      build.emit({ kind: "message", level: "error", text });
    }
    throw error;
  } finally {
    if (!keep) directory.delete();
    if (!sandboxed) discardScratchOutputs(outputs, build.validOutputs, store);
    deleteTree(chroot);
  }
}

/** The input sources and the wanted outputs of input derivations, with all that they refer to. */
function inputClosure(store: Store, derivationPath: StorePath, derivation: Derivation): Set<StorePath> {
  const inputs: StorePath[] = [...derivation.inputSources];
  for (const [input, node] of derivation.inputDerivations) {
    const inputDerivation = store.readDerivation(input);
    for (const outputName of node.outputs) {
      const path = derivationOutputPath(store.storeDir, inputDerivation, outputName);
      if (path === undefined) throw outputMissing(store, derivationPath, outputName, input);
      inputs.push(path);
    }
  }
  return new Set(computeClosure(store, inputs));
}

/** Placeholders become the scratch paths, and so do final paths where they differ. */
function outputRewrites(store: Store, outputs: readonly OutputState[]): Map<string, string> {
  const rewrites = new Map<string, string>();
  for (const { name, path, scratchPath } of outputs) {
    rewrites.set(outputPlaceholder(name), printStorePath(store.storeDir, scratchPath));
    if (path !== scratchPath) rewrites.set(storePathHashPart(path), storePathHashPart(scratchPath));
  }
  return rewrites;
}

/** Without a sandbox the builder wrote into the store itself; what did not become valid goes. */
function discardScratchOutputs(
  outputs: readonly OutputState[],
  validBefore: ReadonlySet<StorePath>,
  store: LocalStore,
): void {
  for (const { path, scratchPath, actualPath } of outputs) {
    const kept = path === scratchPath && (validBefore.has(path) || store.isValidPath(path));
    if (!kept) deleteTree(actualPath);
  }
}

function outputMissing(store: Store, derivation: StorePath, output: string, input: StorePath): BuildError {
  return new BuildError(
    "MiscFailure",
    `derivation '${printStorePath(store.storeDir, derivation)}' requires non-existent output '${output}' from input ` +
      `derivation '${printStorePath(store.storeDir, input)}'`,
  );
}
