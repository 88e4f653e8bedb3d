// Says what is about to be built or fetched (Nix's printMissing).

import { printStorePath, storePathName, type StorePath, type Verbosity } from "#formats";
import { queryMissing, type DerivedPath, type MissingPaths } from "#build";
import { renderSize, topologicalSort, type LocalStore } from "#store";
import type { Context } from "../command.ts";
import type { Session } from "../evaluation/session.ts";

export function printMissing(session: Session, wanted: readonly DerivedPath[], level: Verbosity = "info"): void {
  const { context, store } = session;
  printMissingPaths(context, store, queryMissing(store, wanted), level);
}

export function printMissingPaths(
  context: Context,
  store: LocalStore,
  missing: MissingPaths,
  level: Verbosity = "info",
): void {
  const { willBuild, willSubstitute, unknown } = missing;
  const say = (text: string) => context.log.message(level, text);
  const list = (paths: readonly StorePath[]) => {
    for (const path of paths) say(`  ${printStorePath(store.storeDir, path)}`);
  };
  if (willBuild.length > 0) {
    say(
      willBuild.length === 1
        ? "this derivation will be built:"
        : `these ${willBuild.length} derivations will be built:`,
    );
    list(topologicalSort(store, willBuild).toReversed());
  }
  if (willSubstitute.length > 0) {
    const sizes = `(${renderSize(missing.downloadSize)} download, ${renderSize(missing.narSize)} unpacked)`;
    const what = willSubstitute.length === 1 ? "this path" : `these ${willSubstitute.length} paths`;
    say(`${what} will be fetched ${sizes}:`);
    list(willSubstitute.toSorted(compareByName));
  }
  if (unknown.length > 0) {
    const reason = context.switches.readOnly ? " (may be caused by read-only store access)" : "";
    say(`don't know how to build these paths${reason}:`);
    list(unknown.toSorted());
  }
}

function compareByName(a: StorePath, b: StorePath): number {
  const [first, second] = [storePathName(a), storePathName(b)];
  return first < second ? -1 : first > second ? 1 : a < b ? -1 : 1;
}
