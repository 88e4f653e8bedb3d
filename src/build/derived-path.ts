// What a user asks to have: a store path as it is, or outputs of a derivation (Nix's DerivedPath). Dynamic derivations,
// whose derivation is itself an output, are not spoken of yet.

import { printStorePath } from "#formats";
import type { StoreDir, StorePath } from "#formats";

export type DerivedPath =
  | { readonly kind: "opaque"; readonly path: StorePath }
  | {
      readonly kind: "built";
      readonly derivation: StorePath;
      /** "all", or at least one output name. */
      readonly outputs: "all" | readonly string[];
    };

/** As Nix prints it: `/nix/store/…`, `/nix/store/….drv^*`, `/nix/store/….drv^dev,out`. */
export function printDerivedPath(storeDir: StoreDir, path: DerivedPath): string {
  switch (path.kind) {
    case "opaque":
      return printStorePath(storeDir, path.path);
    case "built": {
      const outputs = path.outputs === "all" ? "*" : [...path.outputs].toSorted().join(",");
      return `${printStorePath(storeDir, path.derivation)}^${outputs}`;
    }
  }
}
