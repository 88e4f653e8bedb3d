import type { Value } from "#language";
import { readFlakeReference } from "../../evaluation/flake-reference.ts";
import type { EvaluationSession } from "../../evaluation/session.ts";

/** What `:load-flake` adds to the scope. */
export function evaluateFlake({ flakes }: EvaluationSession, text: string): Value {
  return flakes.evaluate(readFlakeReference(flakes, text, { mayBeMissing: true }));
}
