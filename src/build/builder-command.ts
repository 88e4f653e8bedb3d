// Turns a derivation into the command that runs its builder, with or without a sandbox, as settings and derivation say.

import { existsSync } from "node:fs";
import { derivationOutputPath, derivationType, FirnError, isInStore, parsePathInStore, printStorePath } from "#formats";
import type { Derivation, StorePath } from "#formats";
import { computeClosure } from "#store";
import type { BuildDirectory } from "./build-directory.ts";
import type { DerivationBuild } from "./build-derivation.ts";
import type { BuildEnvironment } from "./build-environment.ts";
import type { BuilderCommand } from "./builder-process.ts";
import { bubblewrapMounts } from "./prepare-process.ts";
import type { InputMount, Preparation } from "./prepare-process.ts";
import {
  bubblewrapVersion,
  mountsOfInputs,
  networkPaths,
  parseSandboxPath,
  parseShmSize,
  sandboxOptions,
} from "./sandbox.ts";
import type { SandboxPath } from "./sandbox.ts";
import { seccompFilter } from "./seccomp-filter.ts";

export interface BuilderSurroundings {
  readonly root: string;
  readonly sandboxed: boolean;
  readonly directory: BuildDirectory;
  readonly inputPaths: ReadonlySet<StorePath>;
  readonly environment: BuildEnvironment;
  /** Puts the outputs' paths in the place of placeholders. */
  readonly replace: (text: string) => string;
}

/** Fixed-output and impure builders see the network. */
export function hasNetwork(derivation: Derivation): boolean {
  const { kind } = derivationType(derivation);
  return kind === "fixed" || kind === "impure";
}

/** Throws where the settings forbid what the derivation asks, and where no sandbox can be made (makeDerivationBuilder). */
export function usesSandbox({ store, derivation, derivationPath, options, settings }: DerivationBuild): boolean {
  const { sandbox } = settings;
  if (sandbox === true && options.noChroot) {
    throw noChrootForbidden(printStorePath(store.storeDir, derivationPath));
  }
  const diverted = store.layout.realStoreDir !== store.storeDir;
  const wanted = diverted || (sandbox === "relaxed" ? !hasNetwork(derivation) && !options.noChroot : sandbox);
  if (!wanted) return false;
  try {
    bubblewrapVersion();
    return true;
  } catch (error) {
    if (settings.sandboxFallback && !diverted) return false;
    throw error;
  }
}

export function assembleCommand(build: DerivationBuild, surroundings: BuilderSurroundings): BuilderCommand {
  const { store, derivation, settings } = build;
  const { root, sandboxed, directory, environment, replace } = surroundings;
  const variables = new Map([...environment.variables].map(([name, value]) => [name, replace(value)]));
  const storeInRoot = `${root}${store.storeDir}`;
  const inputs = sandboxed ? mountsOfInputs(storeInRoot, inputsInSandbox(build, surroundings.inputPaths)) : [];
  const filter = settings.filterSyscalls && sandboxed ? requireFilter() : undefined;
  return {
    sandboxOptions: sandboxed
      ? sandboxOptions({
          root,
          buildDir: directory.path,
          buildDirInside: settings.sandboxBuildDir,
          paths: sandboxPaths(build),
          inputs,
          network: hasNetwork(derivation),
          kvm: settings.systemFeatures.includes("kvm") && existsSync("/dev/kvm"),
          shmSize: parseShmSize(settings.sandboxDevShmSize),
          environment: variables,
        })
      : undefined,
    program: derivation.builder,
    argv0: derivation.builder.slice(derivation.builder.lastIndexOf("/") + 1),
    args: derivation.args.map(replace),
    cwd: directory.path,
    environment: variables,
    seccompFilter: filter,
    user: build.user,
    thirtyTwoBit: process.arch === "x64" && derivation.system === "i686-linux",
    preparation: sandboxed ? preparationFor(inputs, storeInRoot, hasNetwork(derivation)) : undefined,
    canSetArgv0: sandboxed && knowsArgv0(),
  };
}

/** The input closure and those of configured paths, but none of the outputs, which the builder is about to make. */
function inputsInSandbox(
  { store, derivation, settings }: DerivationBuild,
  inputPaths: ReadonlySet<StorePath>,
): { readonly name: string; readonly source: string }[] {
  const inputs = new Set(inputPaths);
  for (const entry of settings.sandboxPaths) {
    const { source } = parseSandboxPath(store.storeDir, entry);
    if (!isInStore(store.storeDir, source)) continue;
    const { path } = parsePathInStore(store.storeDir, source);
    if (store.isValidPath(path)) for (const member of computeClosure(store, [path])) inputs.add(member);
  }
  for (const output of derivation.outputs.keys()) {
    const path = derivationOutputPath(store.storeDir, derivation, output);
    if (path !== undefined) inputs.delete(path);
  }
  return [...inputs].toSorted().map((path) => ({ name: path, source: store.realPath(path) }));
}

/** The configured paths, and what a builder with network needs. */
function sandboxPaths(build: DerivationBuild): SandboxPath[] {
  const { store, derivation, options, settings } = build;
  const paths = new Map<string, SandboxPath>();
  const add = (path: SandboxPath): void => void paths.set(path.target, path);
  for (const entry of settings.sandboxPaths) {
    const path = parseSandboxPath(store.storeDir, entry);
    if (!isInStore(store.storeDir, path.source)) {
      add(path);
    } else if (path.target !== path.source) {
      const { path: storePath, rest } = parsePathInStore(store.storeDir, path.source);
      add({ ...path, source: store.realPath(storePath, rest) });
    }
  }
  for (const path of options.impureHostDeps) {
    if (!settings.allowedImpureHostDeps.some((allowed) => path === allowed || path.startsWith(`${allowed}/`))) {
      throw impurePathForbidden(printStorePath(store.storeDir, build.derivationPath), path);
    }
    add({ target: path, source: path, optional: true, writable: true });
  }
  if (hasNetwork(derivation)) networkPaths(settings.sslCertFile).forEach(add);
  return [...paths.values()].toSorted((a, b) => (a.target < b.target ? -1 : 1));
}

function preparationFor(inputs: readonly InputMount[], storeInRoot: string, network: boolean): Preparation | undefined {
  const tooMany = inputs.length > bubblewrapMounts;
  if (!tooMany && !network) return undefined;
  return { inputs: tooMany ? inputs : [], storeInRoot, withoutOuterSockets: network };
}

function knowsArgv0(): boolean {
  const [major = 0, minor = 0] = bubblewrapVersion();
  return major > 0 || minor >= 9;
}

function requireFilter(): Uint8Array {
  const filter = seccompFilter(process.arch);
  if (filter === undefined) throw filterUnknown();
  return filter;
}

function noChrootForbidden(derivation: string): FirnError {
  return new FirnError(
    "no-chroot-forbidden",
    `derivation '${derivation}' has '__noChroot' set, but that's not allowed when 'sandbox' is 'true'`,
  );
}

function impurePathForbidden(derivation: string, path: string): FirnError {
  return new FirnError(
    "impure-path-forbidden",
    `derivation '${derivation}' requested impure path '${path}', but it was not in allowed-impure-host-deps`,
  );
}

function filterUnknown(): FirnError {
  return new FirnError(
    "seccomp-unknown",
    `seccomp is not supported on this platform (${process.arch}); you can bypass this error by setting the option ` +
      `'filter-syscalls' to false, but note that untrusted builds can then create setuid binaries!`,
  );
}
