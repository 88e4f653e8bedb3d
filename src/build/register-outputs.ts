// From what a builder left behind to valid store paths: existence and ownership, canonical metadata, hash and references,
// the derivation's own checks, and only then the move into the store and the registration, all outputs in one
// transaction (DerivationBuilderImpl::registerOutputs). Fixed outputs are copied first: their builder had the network, so
// somebody outside may still hold one of its files open for writing, and must not hold what becomes valid.

import { lstatSync, mkdirSync } from "node:fs";
import type { Stats } from "node:fs";
import {
  derivationOutputPath,
  hashesEqual,
  makeFixedOutputPath,
  NarWriter,
  outputPathName,
  printStorePath,
  storePathHashPart,
} from "#formats";
import type { ContentAddress, Derivation, Hash, StorePath, ValidPathInfo } from "#formats";
import { deleteTree, hostPath } from "#host";
import {
  canonicalisePathMetadata,
  feedTree,
  HashingSink,
  moveTree,
  readTree,
  ReferenceScanner,
  TeeSink,
  TreeWriter,
} from "#store";
import type { LocalStore } from "#store";
import { BuildError } from "./build-result.ts";
import type { DerivationOptions } from "./derivation-options.ts";
import { checkOutputs } from "./output-checks.ts";
import { rewriteHashes } from "./rewrite-hashes.ts";
import type { BuildMode } from "./settings.ts";

/** What was in the way of an output before the build, and where the builder made it. */
export interface OutputState {
  readonly name: string;
  /** What the output will be called. */
  readonly path: StorePath;
  /** What the builder was told it is called; differs from `path` only where a valid path could not be hidden. */
  readonly scratchPath: StorePath;
  /** Where it lies now, on this machine. */
  readonly actualPath: string;
  readonly valid: boolean;
}

export interface RegistrationRequest {
  readonly store: LocalStore;
  readonly derivationPath: StorePath;
  readonly derivation: Derivation;
  readonly options: DerivationOptions;
  readonly mode: BuildMode;
  /** Sorted by name. */
  readonly outputs: readonly OutputState[];
  readonly inputPaths: ReadonlySet<StorePath>;
  /** The user that ran the builder, when it was not this process's own. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  /** A folder on the store's file system that no builder ever reached. */
  readonly privateDir: string;
  readonly keepFailed: boolean;
}

/** An output that is hashed and scanned, and lies at `actualPath` out of everybody's reach. */
interface Measured {
  readonly output: OutputState;
  readonly actualPath: string;
  readonly info: ValidPathInfo;
}

/** Registers all outputs that are not valid yet, or compares them in check mode. Throws a BuildError and leaves nothing valid. */
export function registerOutputs(request: RegistrationRequest): void {
  const { store, mode } = request;
  const made = request.outputs.filter((output) => mode === "check" || !output.valid);
  const seen = new Set<string>();
  const statuses = new Map(made.map((output) => [output.name, secureOutput(request, output, seen)]));
  const rewrites = new Map(
    request.outputs
      .filter((output) => output.scratchPath !== output.path)
      .map((output) => [storePathHashPart(output.scratchPath), storePathHashPart(output.path)]),
  );
  const measured = made.map((output) => measureOutput(request, output, statuses.get(output.name) as Stats, rewrites));
  assertNoCycle(request, measured);
  const rejected = findRejection(request, measured);
  if (mode === "check") {
    if (rejected !== undefined) throw rejected;
    for (const one of measured) compareWithValid(request, one);
    return;
  }
  if (rejected !== undefined) {
    // A wrong hash costs no second download once it is corrected: the object is valid under its own name.
    if (rejected.status === "HashMismatch") keepUnderOwnName(request, measured);
    throw rejected;
  }
  try {
    for (const one of measured) moveIntoStore(store, one, mode);
    store.registerValidPaths(measured.map(({ info }) => info));
  } catch (error) {
    for (const { info } of measured) if (!store.isValidPath(info.path)) deleteTree(store.realPath(info.path));
    throw error;
  }
}

/** Makes sure that an output is there and the builder's own, and gives it canonical metadata; its status from before. */
function secureOutput(request: RegistrationRequest, output: OutputState, seen: Set<string>): Stats {
  const { store, derivationPath, user } = request;
  const status = lstatSync(hostPath(output.actualPath), { throwIfNoEntry: false });
  if (status === undefined) {
    throw rejection(
      `builder for '${printStorePath(store.storeDir, derivationPath)}' failed to produce output path for output ` +
        `'${output.name}' at "${output.actualPath}"`,
    );
  }
  const othersMayWrite = !status.isSymbolicLink() && (status.mode & 0o022) !== 0;
  if (othersMayWrite || (user !== undefined && status.uid !== user.uid)) {
    throw rejection(
      `suspicious ownership or permission on "${output.actualPath}" for output '${output.name}'; rejecting this build output`,
    );
  }
  canonicalisePathMetadata(output.actualPath, {
    ignoredAcls: store.settings.ignoredAcls,
    seen,
    ...(user === undefined ? {} : { owners: { first: user.uid, last: user.uid } }),
  });
  return status;
}

function measureOutput(
  request: RegistrationRequest,
  output: OutputState,
  status: Stats,
  rewrites: ReadonlyMap<string, string>,
): Measured {
  const { store, derivation, derivationPath } = request;
  const spec = derivation.outputs.get(output.name);
  const fixed = spec?.kind === "fixed" ? spec.ca : undefined;
  if (fixed !== undefined) assertFlat(fixed, status, output.actualPath);
  const actualPath = fixed === undefined ? output.actualPath : copyAway(request, output);
  if (rewrites.size > 0) {
    rewriteHashes(actualPath, rewrites);
    canonicalisePathMetadata(actualPath, { ignoredAcls: store.settings.ignoredAcls });
  }
  const candidates = request.options.unsafeDiscardReferences.has(output.name) ? [] : referenceable(request);
  const { narHash, narSize, contentHash, references } = measureTree(actualPath, fixed, candidates);
  const ca: ContentAddress | undefined = fixed === undefined ? undefined : { method: fixed.method, hash: contentHash };
  const path =
    fixed === undefined || ca === undefined ? output.path : pathOfFixed(request, output, fixed, ca, references);
  return {
    output,
    actualPath,
    info: {
      path,
      narHash,
      narSize,
      references,
      deriver: derivationPath,
      registrationTime: Math.floor(Date.now() / 1000),
      ultimate: true,
      signatures: [],
      ...(ca === undefined ? {} : { ca }),
    },
  };
}

/** The path of a fixed output goes with the hash that it has, right or wrong; only one kind of hash allows references. */
function pathOfFixed(
  { store, derivation }: RegistrationRequest,
  output: OutputState,
  wanted: ContentAddress,
  got: ContentAddress,
  references: readonly StorePath[],
): StorePath {
  const nameable = references.length === 0 || (got.method === "nar" && got.hash.algorithm === "sha256");
  if (hashesEqual(wanted.hash, got.hash) || !nameable) return output.path;
  const name = outputPathName(derivation.name, output.name);
  return makeFixedOutputPath(store.storeDir, name, got, { others: references, self: false });
}

function assertFlat(ca: ContentAddress, status: Stats, path: string): void {
  if (ca.method !== "flat" && ca.method !== "text") return;
  if (status.isFile() && (status.mode & 0o100) === 0) return;
  throw rejection(
    `output path "${path}" should be a non-executable regular file since recursive hashing is not enabled ` +
      `(one of outputHashMode={flat,text} is true)`,
  );
}

/** A copy on new inodes, in a folder that the builder never reached. */
function copyAway({ privateDir }: RegistrationRequest, output: OutputState): string {
  mkdirSync(hostPath(privateDir), { recursive: true, mode: 0o700 });
  const copy = `${privateDir}/${output.name}`;
  const writer = new TreeWriter(copy);
  try {
    feedTree(readTree(output.actualPath), writer);
  } finally {
    writer.close();
  }
  return copy;
}

/** Everything that an output may refer to: inputs, and the outputs by their final names. */
function referenceable({ inputPaths, outputs }: RegistrationRequest): StorePath[] {
  return [...inputPaths, ...outputs.map((output) => output.path)];
}

function measureTree(
  path: string,
  fixed: ContentAddress | undefined,
  candidates: readonly StorePath[],
): { narHash: Hash; narSize: number; contentHash: Hash; references: StorePath[] } {
  const hashing = new HashingSink(
    fixed?.hash.algorithm ?? "sha256",
    fixed?.method === "flat" || fixed?.method === "text",
  );
  const byHashPart = new Map(candidates.map((candidate) => [storePathHashPart(candidate), candidate]));
  const scanner = new ReferenceScanner(byHashPart.keys());
  const archive = new NarWriter((chunk) => scanner.update(chunk));
  feedTree(readTree(path), new TeeSink([hashing, archive]));
  archive.finish();
  const references = [...scanner.found].flatMap((hashPart) => byHashPart.get(hashPart) ?? []).toSorted();
  return { ...hashing.result(), references };
}

/** Outputs of one build must not refer to each other in a circle; the words follow the walk of Nix's topoSort. */
function assertNoCycle({ store, derivationPath }: RegistrationRequest, measured: readonly Measured[]): void {
  const byPath = new Map(measured.map((one) => [one.info.path, one]));
  const done = new Set<Measured>();
  const above = new Set<Measured>();
  const visit = (one: Measured, parent: Measured | undefined): void => {
    if (above.has(one)) {
      throw rejection(
        `cycle detected in build of '${printStorePath(store.storeDir, derivationPath)}' in the references of output ` +
          `'${one.output.name}' from output '${parent?.output.name ?? ""}'`,
      );
    }
    if (done.has(one)) return;
    done.add(one);
    above.add(one);
    for (const reference of one.info.references) {
      const other = byPath.get(reference);
      if (other !== undefined && other !== one) visit(other, one);
    }
    above.delete(one);
  };
  for (const one of measured) visit(one, undefined);
}

function findRejection(request: RegistrationRequest, measured: readonly Measured[]): BuildError | undefined {
  try {
    checkOutputs({ ...request, outputs: new Map(measured.map(({ output, info }) => [output.name, info])) });
    return undefined;
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
}

function keepUnderOwnName({ store, derivation, inputPaths }: RegistrationRequest, measured: readonly Measured[]): void {
  for (const one of measured) {
    const { info, output } = one;
    if (info.path === derivationOutputPath(store.storeDir, derivation, output.name)) continue;
    if (store.isValidPath(info.path) || info.references.some((path) => !inputPaths.has(path))) continue;
    const locks = store.makePathLocks([info.path]);
    try {
      store.addTempRoot(info.path);
      if (store.isValidPath(info.path)) continue;
      moveIntoStore(store, one, "normal");
      store.registerValidPaths([info]);
    } finally {
      locks?.release({ deleteFiles: true });
    }
  }
}

function compareWithValid({ store, derivationPath, keepFailed }: RegistrationRequest, one: Measured): void {
  const old = store.queryPathInfoIfValid(one.info.path);
  if (old === undefined) return;
  if (hashesEqual(old.narHash, one.info.narHash)) {
    if (!old.ultimate) store.registerValidPaths([{ ...old, ultimate: true }]);
    return;
  }
  const real = store.realPath(one.info.path);
  let kept = "";
  if (keepFailed) {
    const copy = `${real}.check`;
    deleteTree(copy);
    moveTree(one.actualPath, copy);
    kept = ` from "${copy}"`;
  }
  throw new BuildError(
    "NotDeterministic",
    `derivation '${printStorePath(store.storeDir, derivationPath)}' may not be deterministic: output "${real}" differs${kept}`,
  );
}

function moveIntoStore(store: LocalStore, { info, actualPath }: Measured, mode: BuildMode): void {
  const destination = store.realPath(info.path);
  if (destination === actualPath) return;
  if (mode === "repair" && lstatSync(hostPath(destination), { throwIfNoEntry: false }) !== undefined) {
    replaceTree(destination, actualPath);
    return;
  }
  deleteTree(destination);
  moveTree(actualPath, destination);
  store.optimisePathIfWanted(destination);
}

/** Two directories cannot change places at once; between the two renames the path is missing. */
function replaceTree(destination: string, source: string): void {
  const old = `${destination}.old-${process.pid}`;
  deleteTree(old);
  moveTree(destination, old);
  try {
    moveTree(source, destination);
  } catch (error) {
    moveTree(old, destination);
    throw error;
  }
  deleteTree(old);
}

function rejection(message: string): BuildError {
  return new BuildError("OutputRejected", message);
}
