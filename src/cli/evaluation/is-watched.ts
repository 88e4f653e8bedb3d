// Whether anything wants to see how an evaluation goes. Asked before any of it is loaded: an answer from the cache shows
// nothing.

import type { EvalFlags } from "../arguments/eval-flags.ts";
import type { Context } from "../command.ts";

export function isWatched({ settings, environment }: Context, flags: EvalFlags): boolean {
  return (
    settings.boolean("trace-function-calls") ||
    settings.text("eval-profiler") === "flamegraph" ||
    isAskedFor(environment["NIX_SHOW_STATS"]) ||
    flags.debugSession !== undefined
  );
}

/** A variable that is set to anything but `0`. */
export function isAskedFor(variable: string | undefined): boolean {
  return (variable ?? "0") !== "0";
}
