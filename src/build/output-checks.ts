// The checks that a derivation asks for on its outputs before they are registered: hashes of fixed outputs, allowed and
// disallowed references, sizes (Nix's checkOutputs).

import { hashesEqual, printHash, printStorePath } from "#formats";
import type { Derivation, StorePath, ValidPathInfo } from "#formats";
import type { Store } from "#store";
import { BuildError } from "./build-result.ts";
import type { DerivationOptions, OutputChecks, ReferenceSpecifier } from "./derivation-options.ts";

export interface OutputCheckRequest {
  readonly store: Store;
  readonly derivationPath: StorePath;
  readonly derivation: Derivation;
  readonly options: DerivationOptions;
  /** By output name; these need not be valid yet. */
  readonly outputs: ReadonlyMap<string, ValidPathInfo>;
}

/** Throws a BuildError at the first output that is not as the derivation wants it. */
export function checkOutputs(request: OutputCheckRequest): void {
  for (const [outputName, info] of [...request.outputs].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    checkFixedOutput(request, outputName, info);
    const checks = request.options.outputChecks(outputName);
    if (checks !== undefined) checkOutput(request, outputName, info, checks);
  }
}

function checkFixedOutput(
  { store, derivationPath, derivation }: OutputCheckRequest,
  outputName: string,
  info: ValidPathInfo,
): void {
  const output = derivation.outputs.get(outputName);
  if (output?.kind !== "fixed" || info.ca === undefined) return;
  const derivationName = printStorePath(store.storeDir, derivationPath);
  if (!hashesEqual(output.ca.hash, info.ca.hash)) {
    throw new BuildError(
      "HashMismatch",
      `hash mismatch in fixed-output derivation '${derivationName}':\n` +
        `  specified: ${printHash(output.ca.hash, "sri")}\n` +
        `     got:    ${printHash(info.ca.hash, "sri")}`,
    );
  }
  const example = info.references[0];
  if (example !== undefined) {
    throw new BuildError(
      "HashMismatch",
      `fixed-output derivations must not reference store paths: '${derivationName}' references ` +
        `${info.references.length} distinct paths, e.g. '${printStorePath(store.storeDir, example)}'`,
    );
  }
}

function checkOutput(request: OutputCheckRequest, outputName: string, info: ValidPathInfo, checks: OutputChecks): void {
  const { store } = request;
  const name = printStorePath(store.storeDir, info.path);
  if (checks.maxSize !== undefined && info.narSize > checks.maxSize) {
    throw rejected(`path '${name}' is too large at ${info.narSize} bytes; limit is ${checks.maxSize} bytes`);
  }
  if (checks.maxClosureSize !== undefined) {
    let closureSize = 0;
    for (const member of closureOf(request, info.path).values()) closureSize += member.narSize;
    if (closureSize > checks.maxClosureSize) {
      throw rejected(
        `closure of path '${name}' is too large at ${closureSize} bytes; limit is ${checks.maxClosureSize} bytes`,
      );
    }
  }
  const used = (recursive: boolean): Set<StorePath> => {
    const paths = new Set(recursive ? closureOf(request, info.path).keys() : info.references);
    if (recursive && checks.ignoreSelfReferences) paths.delete(info.path);
    return paths;
  };
  const check = (specifiers: readonly ReferenceSpecifier[], allowed: boolean, recursive: boolean): void => {
    const spec = new Set(specifiers.map((specifier) => resolveSpecifier(request, outputName, specifier)));
    const bad = [...used(recursive)].filter((path) => spec.has(path) !== allowed).toSorted();
    if (bad.length === 0) return;
    const list = bad.map((path) => `\n  ${printStorePath(store.storeDir, path)}`).join("");
    throw rejected(`output '${name}' is not allowed to refer to the following paths:${list}`);
  };
  if (checks.allowedReferences !== undefined) check(checks.allowedReferences, true, false);
  if (checks.allowedRequisites !== undefined) check(checks.allowedRequisites, true, true);
  if (checks.disallowedReferences.length > 0) check(checks.disallowedReferences, false, false);
  if (checks.disallowedRequisites.length > 0) check(checks.disallowedRequisites, false, true);
}

function resolveSpecifier(
  { store, derivationPath, outputs }: OutputCheckRequest,
  outputName: string,
  specifier: ReferenceSpecifier,
): StorePath {
  switch (specifier.kind) {
    case "path":
      return specifier.path;
    case "output": {
      const output = outputs.get(specifier.name);
      if (output !== undefined) return output.path;
      const valid = [...outputs.keys()].toSorted().join(", ");
      throw rejected(
        `derivation '${printStorePath(store.storeDir, derivationPath)}' output check for '${outputName}' contains ` +
          `output name '${specifier.name}', but this is not a valid output of this derivation. (Valid outputs are [${valid}].)`,
      );
    }
  }
}

/** The closure of an output, where other outputs of the same build may not be valid yet. */
function closureOf({ store, outputs }: OutputCheckRequest, start: StorePath): Map<StorePath, ValidPathInfo> {
  const built = new Map([...outputs.values()].map((info) => [info.path, info]));
  const closure = new Map<StorePath, ValidPathInfo>();
  const left = [start];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (closure.has(path)) continue;
    const info = built.get(path) ?? store.queryPathInfo(path);
    closure.set(path, info);
    left.push(...info.references);
  }
  return closure;
}

function rejected(message: string): BuildError {
  return new BuildError("OutputRejected", message);
}
