// The graph that a lock file describes: nodes for the flake and each of its inputs, whose edges lead to nodes or follow the
// input of another. Two nodes are the same when they are the same object.

import type { FlakeReference } from "#formats";

/** Names of inputs from the flake at the top: `["nixops", "nixpkgs"]`. */
export type InputPath = readonly string[];

/** Leads to a node, or to whatever the input at `follows` leads to, which is counted from the top. */
export type LockEdge =
  | { readonly kind: "node"; readonly node: LockedNode }
  | { readonly kind: "follows"; readonly follows: InputPath };

export interface LockNode {
  readonly inputs: Map<string, LockEdge>;
}

export interface LockedNode extends LockNode {
  readonly locked: FlakeReference;
  readonly original: FlakeReference;
  readonly isFlake: boolean;
  /** Of an input that lies relative to another flake: that flake. */
  readonly parent: InputPath | undefined;
}

export function isLockedNode(node: LockNode): node is LockedNode {
  return "locked" in node;
}

/** The edges of a node in the order in which they are written. */
export function sortedInputs(node: LockNode): (readonly [name: string, edge: LockEdge])[] {
  return [...node.inputs].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

export function printInputPath(path: InputPath): string {
  return path.join("/");
}
