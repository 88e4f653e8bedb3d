// What a profile has installed: the list of derivations that its manifest.nix evaluates to (Nix's queryInstalled).

import { emptyAttrs, type Evaluator } from "#language";
import type { Store } from "#store";
import { getDerivations } from "./get-derivations.ts";
import type { PackageInfo } from "./package-info.ts";
import { incompatibleProfile } from "./profile-errors.ts";
import { followIntoStore, followToFile } from "./profile-link.ts";

/** Empty for a profile that does not exist; throws for one that belongs to `nix profile`. */
export function queryInstalled(evaluator: Evaluator, store: Store, profile: string): PackageInfo[] {
  const environment = followIntoStore(store, profile);
  if (followToFile(store, `${environment}/manifest.json`) !== undefined) throw incompatibleProfile(profile);
  const manifest = followToFile(store, `${environment}/manifest.nix`);
  if (manifest === undefined) return [];
  return getDerivations(evaluator, evaluator.evalFile(manifest), {
    autoArguments: emptyAttrs,
    ignoreAssertionFailures: false,
  });
}
