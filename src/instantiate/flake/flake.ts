// A flake as its flake.nix describes it, and as it was found: the references that led to it, what its inputs are, and how
// it wants Nix to be set up.

import type { FetchedTree, InputPath } from "#fetch";
import type { FlakeReference, InputAttributes } from "#formats";

export interface FlakeInput {
  readonly reference: FlakeReference | undefined;
  /** A source tree only, when false. */
  readonly isFlake: boolean;
  /** Another input that takes its place, from the flake at the top. */
  readonly follows: InputPath | undefined;
  /** What becomes of the inputs of this input. */
  readonly overrides: FlakeInputs;
}

export type FlakeInputs = ReadonlyMap<string, FlakeInput>;

/** A setting of `nixConfig`: its value as nix.conf would have it. */
export type FlakeConfig = ReadonlyMap<string, string>;

/** What flake.nix says. */
export interface FlakeDescription {
  readonly description: string | undefined;
  readonly inputs: FlakeInputs;
  /** `inputs.self`: how the flake itself wants to be fetched. */
  readonly selfAttributes: InputAttributes;
  readonly config: FlakeConfig;
}

/** Where a flake.nix lies: the store object, and the folder in it, without slashes at its ends. */
export interface FlakePlace {
  readonly tree: FetchedTree;
  readonly folder: string;
}

export interface Flake extends FlakeDescription {
  /** As it was asked for, as registries explain it, and as it was fetched. */
  readonly original: FlakeReference;
  readonly resolved: FlakeReference;
  readonly locked: FlakeReference;
  readonly place: FlakePlace;
  /** Says nothing of a commit, since what is evaluated is not what was committed. */
  readonly forceDirty: boolean;
}
