// Under which names a builder makes its outputs. In a sandbox these are the final ones, because what is valid already can
// be hidden there. Without one a valid output is in the way; the builder gets another name then, and the hash parts are
// put right afterwards (DerivationBuilderImpl::makeFallbackPath).

import { derivationOutputPath, hashSizes, makeStorePath, storePathName } from "#formats";
import type { StorePath } from "#formats";
import { deleteTree } from "#host";
import type { DerivationBuild } from "./build-derivation.ts";
import type { OutputState } from "./register-outputs.ts";

/** `sandboxRoot` is undefined for a build without sandbox. Sorted by name. */
export function makeScratchOutputs(
  { store, derivation, derivationPath, mode, validOutputs }: DerivationBuild,
  sandboxRoot: string | undefined,
): OutputState[] {
  return [...derivation.outputs.keys()].toSorted().map((name) => {
    const path = derivationOutputPath(store.storeDir, derivation, name);
    if (path === undefined) throw new TypeError(`the output '${name}' has no path yet`);
    const valid = validOutputs.has(path);
    const hidden = sandboxRoot !== undefined || !(valid || (mode === "repair" && store.isValidPath(path)));
    const scratchPath = hidden ? path : fallbackPath(store.storeDir, derivationPath, path);
    const actualPath =
      sandboxRoot === undefined ? store.realPath(scratchPath) : `${sandboxRoot}${store.storeDir}/${scratchPath}`;
    if (!hidden) deleteTree(actualPath);
    return { name, path, scratchPath, actualPath, valid };
  });
}

/** Of a type that no other store path has, so that it collides with none. */
function fallbackPath(storeDir: string, derivation: StorePath, path: StorePath): StorePath {
  const zeros = { algorithm: "sha256", bytes: new Uint8Array(hashSizes.sha256) } as const;
  return makeStorePath(storeDir, `rewrite:${derivation}:${path}`, zeros, storePathName(path));
}
