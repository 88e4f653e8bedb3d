// Experimental features that parts of a builtin need.

import { BaseError, hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";

/** Throws when the feature is off; `reason` is what wanted it (ExperimentalFeatureSettings::require). */
export function requireFeature(evaluator: Evaluator, feature: string, reason = ""): void {
  if (evaluator.settings.experimentalFeatures.has(feature)) return;
  throw missingFeature(feature, reason);
}

function missingFeature(feature: string, reason: string): BaseError {
  const because = reason === "" ? "" : ` (${reason})`;
  return new BaseError(
    hint`experimental Nix feature '${feature}' is disabled${because}; add '--extra-experimental-features ${feature}' to enable it`,
  );
}
