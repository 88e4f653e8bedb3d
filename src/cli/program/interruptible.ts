// Work that Ctrl-C ends in order: builders are told to stop and temporary things go. A second Ctrl-C ends at once. While
// no such work runs the signal keeps its usual effect, because a JavaScript handler cannot run during evaluation.

import { FirnError } from "#formats";
import type { Context } from "../command.ts";

export async function interruptible<T>(context: Context, work: () => Promise<T>): Promise<T> {
  let interrupted = false;
  const stop = (signal: NodeJS.Signals) => {
    if (interrupted) process.exit(signal === "SIGTERM" ? 143 : 130);
    interrupted = true;
    context.abort();
  };
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, stop);
  try {
    const result = await work();
    if (interrupted) throw interruptedByUser();
    return result;
  } catch (error) {
    throw interrupted ? interruptedByUser() : error;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

function interruptedByUser(): FirnError {
  return new FirnError("interrupted", "interrupted by the user");
}
