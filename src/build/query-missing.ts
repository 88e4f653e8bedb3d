// What a build would do, without doing it: the data behind "these derivations will be built" (Store::queryMissing).

import type { StorePath } from "#formats";
import type { Store } from "#store";
import { planBuilds } from "./build-plan.ts";
import type { DerivedPath } from "./derived-path.ts";

export interface MissingPaths {
  /** Derivations, dependencies first. */
  readonly willBuild: readonly StorePath[];
  /** Paths that a binary cache has. */
  readonly willSubstitute: readonly StorePath[];
  /** Neither valid, nor to be built or substituted. */
  readonly unknown: readonly StorePath[];
  /** Bytes. */
  readonly downloadSize: number;
  readonly narSize: number;
}

export function queryMissing(store: Store, wanted: readonly DerivedPath[]): MissingPaths {
  const { nodes, unknown } = planBuilds(store, wanted, { rebuildWanted: false, protect: () => {} });
  return {
    willBuild: [...nodes.keys()],
    willSubstitute: [],
    unknown: [...unknown].toSorted(),
    downloadSize: 0,
    narSize: 0,
  };
}
