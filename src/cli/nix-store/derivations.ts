// nix-store --read-log and --print-env: what a build said, and what it was given.

import { FirnError, parseStorePath, printStorePath } from "#formats";
import { followLinksToStorePath } from "../stores/follow-links.ts";
import { shellQuote } from "../text/shell-quote.ts";
import { UsageError } from "../program/usage-error.ts";
import { refuseFlags } from "./operation-flags.ts";
import type { StoreRequest } from "./request.ts";

export function readLog(request: StoreRequest): void {
  refuseFlags(request);
  const store = request.openStore();
  for (const word of request.words) {
    const path = followLinksToStorePath(store, word);
    const log = store.buildLog(path);
    if (log === undefined) throw logMissing(printStorePath(store.storeDir, path));
    request.context.output.writeBytes(log);
  }
}

/** The environment of a derivation, to be sourced by a shell. */
export function printEnvironment(request: StoreRequest): void {
  refuseFlags(request);
  const [word] = request.words;
  if (word === undefined || request.words.length !== 1) {
    throw new UsageError("'--print-env' requires one derivation store path");
  }
  const store = request.openStore();
  const derivation = store.readDerivation(parseStorePath(store.storeDir, word));
  const { output } = request.context;
  // Nix ends each of these with an empty line: its logger adds one to that of the format.
  for (const [name, value] of derivation.env) output.write(`export ${name}; ${name}=${shellQuote(value)}\n\n`);
  output.writeLine(`export _args; _args=${shellQuote(derivation.args.join(" "))}`);
}

function logMissing(path: string): FirnError {
  return new FirnError("build-log-missing", `build log of derivation '${path}' is not available`);
}
