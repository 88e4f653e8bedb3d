import type { Value } from "#language";
import { readFlakeReference } from "../../flake-reference.ts";
import type { EvaluationSession } from "../../session.ts";

/** What `:load-flake` adds to the scope. */
export function evaluateFlake({ flakes }: EvaluationSession, text: string): Value {
  return flakes.evaluate(readFlakeReference(flakes, text, { mayBeMissing: true }));
}
