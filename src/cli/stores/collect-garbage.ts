// What the commands that collect garbage share: running the collector so that Ctrl-C ends it well, and saying what it did.

import type { GcOptions, GcResults, LocalStore } from "#store";
import type { Context } from "../command.ts";
import { interruptible } from "../program/interruptible.ts";
import { renderSize } from "#store";
import { parseIntegerWithSuffix } from "../settings/settings.ts";
import { UsageError } from "../program/usage-error.ts";

export async function collect(context: Context, store: LocalStore, options: GcOptions): Promise<GcResults> {
  return await interruptible(context, () => store.collectGarbage(options, context.log.emit));
}

/** Deletes, and says what came free, also when it ends early: then as much as is known, which is nothing. */
export async function collectAndTell(context: Context, store: LocalStore, options: GcOptions): Promise<void> {
  let results: GcResults = { paths: [], garbage: [], bytesFreed: 0 };
  try {
    results = await collect(context, store, options);
  } finally {
    printFreed(context, results);
  }
}

function printFreed(context: Context, results: GcResults): void {
  const count = results.paths.length + results.garbage.length;
  context.output.writeLine(`${count} store paths deleted, ${renderSize(results.bytesFreed)} freed`);
}

export function printWouldFree(context: Context, results: GcResults): void {
  context.output.writeLine(`${results.paths.length + results.garbage.length} store paths would be deleted`);
}

/** Bytes; a negative number counts as 0. */
export function parseMaxFreed(flag: string, text: string): number {
  const bytes = parseIntegerWithSuffix(text);
  if (bytes === undefined) throw new UsageError(`'${flag}' requires an integer argument`);
  return Math.max(bytes, 0);
}
