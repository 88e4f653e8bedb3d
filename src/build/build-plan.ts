// Which derivations have to be built for what is wanted, and in which order: a graph of them with a rank for each, the
// longest chain of builds that wait for it. Starting the highest rank first keeps the critical path moving.

import { derivationOutputPath, FirnError, printStorePath } from "#formats";
import type { Derivation, StorePath } from "#formats";
import type { Store } from "#store";
import type { DerivedPath } from "./derived-path.ts";

export interface BuildNode {
  readonly path: StorePath;
  readonly derivation: Derivation;
  /** Whether the user asked for it himself. */
  wanted: boolean;
  readonly dependencies: Set<BuildNode>;
  readonly dependents: Set<BuildNode>;
  /** Input sources that are not valid, and that nobody here can make. */
  readonly missingSources: readonly StorePath[];
  /** The number of builds that follow it on the longest way to something wanted. */
  rank: number;
}

export interface BuildPlan {
  /** Every derivation to build, dependencies first. */
  readonly nodes: ReadonlyMap<StorePath, BuildNode>;
  /** Wanted derivations that are not in the store, and wanted paths that are not valid and that nothing builds. */
  readonly unknown: ReadonlySet<StorePath>;
}

export interface PlanOptions {
  /** Called with each output before it is asked whether that is valid, so that no collection takes it afterwards. */
  readonly protect: (path: StorePath) => void;
  /** Builds what the user asked for although it is valid: to compare it, or to repair it. */
  readonly rebuildWanted: boolean;
}

/** Reads the derivations that it meets; cheap where outputs are valid, as nothing below them is looked at. */
export function planBuilds(store: Store, wanted: readonly DerivedPath[], options: PlanOptions): BuildPlan {
  const nodes = new Map<StorePath, BuildNode>();
  const unknown = new Set<StorePath>();
  const todo: BuildNode[] = [];
  const visit = (path: StorePath, outputs: "all" | readonly string[], wantedByUser: boolean): BuildNode | undefined => {
    const known = nodes.get(path);
    if (known !== undefined) {
      known.wanted ||= wantedByUser;
      return known;
    }
    if (!store.isValidPath(path)) {
      unknown.add(path);
      return undefined;
    }
    const derivation = store.readDerivation(path);
    const rebuild = wantedByUser && options.rebuildWanted;
    if (!rebuild && outputsAreValid(store, path, derivation, outputs, options.protect)) return undefined;
    const missingSources = derivation.inputSources.filter((source) => !store.isValidPath(source));
    const node: BuildNode = {
      path,
      derivation,
      wanted: wantedByUser,
      dependencies: new Set(),
      dependents: new Set(),
      missingSources,
      rank: 0,
    };
    nodes.set(path, node);
    todo.push(node);
    return node;
  };
  for (const path of wanted) {
    if (path.kind === "built") visit(path.derivation, path.outputs, true);
    else if (!store.isValidPath(path.path)) unknown.add(path.path);
  }
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    for (const [input, { outputs }] of node.derivation.inputDerivations) {
      const dependency = visit(input, outputs, false);
      if (dependency === undefined) continue;
      node.dependencies.add(dependency);
      dependency.dependents.add(node);
    }
  }
  return { nodes: rankNodes(nodes), unknown };
}

/** Whether every wanted output is valid; throws for an output that the derivation does not have. */
export function outputsAreValid(
  store: Store,
  path: StorePath,
  derivation: Derivation,
  outputs: "all" | readonly string[],
  protect: (path: StorePath) => void = () => {},
): boolean {
  let valid = true;
  for (const name of outputs === "all" ? derivation.outputs.keys() : outputs) {
    if (!derivation.outputs.has(name)) throw noSuchOutput(printStorePath(store.storeDir, path), name);
    const output = derivationOutputPath(store.storeDir, derivation, name);
    if (output === undefined) throw contentAddressingOff();
    protect(output);
    valid &&= store.isValidPath(output);
  }
  return valid;
}

/** Sets the ranks, and puts dependencies first. References among derivations have no circles, as each names its inputs' hashes. */
function rankNodes(nodes: ReadonlyMap<StorePath, BuildNode>): Map<StorePath, BuildNode> {
  const waiting = new Map([...nodes.values()].map((node) => [node, node.dependents.size]));
  const dependentsFirst = [...nodes.values()].filter((node) => node.dependents.size === 0);
  for (const node of dependentsFirst) {
    for (const dependency of node.dependencies) {
      dependency.rank = Math.max(dependency.rank, node.rank + 1);
      const left = (waiting.get(dependency) ?? 0) - 1;
      waiting.set(dependency, left);
      if (left === 0) dependentsFirst.push(dependency);
    }
  }
  return new Map(dependentsFirst.toReversed().map((node) => [node.path, node]));
}

function noSuchOutput(derivation: string, output: string): FirnError {
  return new FirnError("no-such-output", `derivation '${derivation}' does not have output '${output}'`);
}

/** What Nix says while the feature is off; Firn does not have it. */
function contentAddressingOff(): FirnError {
  return new FirnError(
    "experimental-feature-off",
    "experimental Nix feature 'ca-derivations' is disabled; add '--extra-experimental-features ca-derivations' to enable it",
  );
}
