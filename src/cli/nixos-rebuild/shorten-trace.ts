// An error in a configuration, shown with the places that its author can change: frames that lie in Firn's own modules are left
// out of its trace unless all are asked for. The error itself stays as it is.

import { FirnError } from "#formats";
import type { BaseError } from "#language";
import { collectionFolder } from "../evaluation/collection.ts";

/** Does nothing to errors that are not of the language. */
export function shortenTrace(error: unknown): void {
  if (!isOfLanguage(error)) return;
  const folder = `${collectionFolder()}/`;
  const theirs = error.traces.filter(({ position }) => {
    const origin = position?.file.origin;
    return origin !== undefined && !(origin.kind === "path" && origin.path.startsWith(folder));
  });
  if (theirs.length === error.traces.length) return;
  error.traces = theirs;
  error.cause ??= new FirnError("trace-shortened", "the trace was shortened", {
    hint: "With --show-trace it says by which way through the modules it came to this.",
  });
}

/** Without loading it: where an error is of the language, that is loaded. */
function isOfLanguage(error: unknown): error is BaseError {
  return error instanceof Error && "traces" in error;
}
