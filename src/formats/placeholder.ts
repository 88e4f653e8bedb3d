// Placeholders: texts that stand for output paths which are not known yet, inside derivations, until a build or a
// resolution puts the paths in their place.

import { compressHash, hashByteString } from "./hash.ts";
import { outputPathName } from "./make-store-path.ts";
import { encodeNix32 } from "./nix32.ts";
import { derivationNameFromPath, storePathHashPart } from "./store-path.ts";
import type { StorePath } from "./store-path.ts";

/** Stands for an output inside its own derivation (hashPlaceholder). */
export function outputPlaceholder(outputName: string): string {
  return render(hashByteString("sha256", `nix-output:${outputName}`).bytes);
}

/**
 * Stands for an output of another derivation (DownstreamPlaceholder). With more than one output name, each but the last is
 * a derivation that the one before it produces.
 */
export function downstreamPlaceholder(
  derivation: StorePath,
  outputName: string,
  ...dynamic: readonly string[]
): string {
  const name = outputPathName(derivationNameFromPath(derivation), outputName);
  const text = `nix-upstream-output:${storePathHashPart(derivation)}:${name}`;
  let { bytes } = hashByteString("sha256", text);
  for (const next of dynamic) {
    const above = encodeNix32(compressHash(bytes, 20));
    ({ bytes } = hashByteString("sha256", `nix-computed-output:${above}:${next}`));
  }
  return render(bytes);
}

function render(bytes: Uint8Array): string {
  return `/${encodeNix32(bytes)}`;
}
