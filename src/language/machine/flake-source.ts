// The source of a flake where a file is expected: `-I nixpkgs=flake:nixpkgs`, `nix-build flake:nixpkgs`.

import { parseFlakeReference } from "#formats";
import { requireFeature } from "../builtins/features.ts";
import { withLanguageErrors } from "../builtins/foreign-error.ts";
import { inputContext } from "../builtins/input-attributes.ts";
import type { Evaluator } from "./evaluator.ts";

/** Where the source is, as a store path; `text` stands behind `flake:`. */
export function fetchFlakeSource(evaluator: Evaluator, text: string): string {
  requireFeature(evaluator, "flakes");
  const { io } = evaluator;
  return withLanguageErrors(() => {
    const { input } = parseFlakeReference(text, inputContext(evaluator), { requireTree: false });
    const { path } = io.fetchTree(io.resolveInput?.(input, "all") ?? input);
    return `${io.storeDir}/${path}`;
  });
}
