// Store derivations: what to run, with which inputs, for which outputs. All strings are byte strings. Every map and list
// that Nix keeps as a sorted set is sorted here too, by bytes, which is JavaScript's own order for byte strings.

import type { ContentAddress, ContentAddressMethod } from "./content-address.ts";
import { FirnError } from "./error.ts";
import type { HashAlgorithm } from "./hash.ts";
import { makeFixedOutputPath, outputPathName } from "./make-store-path.ts";
import type { StoreDir, StorePath } from "./store-path.ts";

export type DerivationOutput =
  | { readonly kind: "input-addressed"; readonly path: StorePath }
  | { readonly kind: "fixed"; readonly ca: ContentAddress }
  | { readonly kind: "floating"; readonly method: ContentAddressMethod; readonly algorithm: HashAlgorithm }
  /** Input-addressed, but the path is not known: an input is floating, or the path has not been computed yet. */
  | { readonly kind: "deferred" }
  | { readonly kind: "impure"; readonly method: ContentAddressMethod; readonly algorithm: HashAlgorithm };

/** Which outputs of an input derivation are wanted. */
export interface InputNode {
  readonly outputs: readonly string[];
  /** For outputs that are derivations themselves: which of *their* outputs are wanted. */
  readonly dynamic?: ReadonlyMap<string, InputNode>;
}

export interface Derivation {
  /** Without `.drv`. */
  readonly name: string;
  readonly outputs: ReadonlyMap<string, DerivationOutput>;
  readonly inputDerivations: ReadonlyMap<StorePath, InputNode>;
  readonly inputSources: readonly StorePath[];
  readonly system: string;
  readonly builder: string;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** JSON text; in the ATerm it is the environment variable `__json`, which `env` never has. */
  readonly structuredAttributes?: string;
}

export const structuredAttributesVariable = "__json";

/** What all outputs of a derivation have in common (DerivationType). */
export type DerivationType =
  | { readonly kind: "input-addressed"; readonly deferred: boolean }
  | { readonly kind: "fixed" }
  | { readonly kind: "floating" }
  | { readonly kind: "impure" };

/** Throws when the outputs do not go together (BasicDerivation::type). */
export function derivationType(derivation: Derivation): DerivationType {
  let type: DerivationType | undefined;
  let floatingAlgorithm: HashAlgorithm | undefined;
  for (const [name, output] of derivation.outputs) {
    const own = typeOfOutput(output);
    if (type === undefined) type = own;
    else if (!sameType(type, own)) throw invalidOutputs("can't mix derivation output types");
    else if (own.kind === "fixed") throw invalidOutputs("only one fixed output is allowed for now");
    if (output.kind === "fixed" && name !== "out") {
      throw invalidOutputs('single fixed output must be named "out"');
    }
    if (output.kind === "floating") {
      floatingAlgorithm ??= output.algorithm;
      if (floatingAlgorithm !== output.algorithm) {
        throw invalidOutputs("all floating outputs must use the same hash algorithm");
      }
    }
  }
  if (type === undefined) throw invalidOutputs("must have at least one output");
  return type;
}

/** The path of an output, or undefined where only the build will tell (DerivationOutput::path). */
export function derivationOutputPath(
  storeDir: StoreDir,
  derivation: Derivation,
  outputName: string,
): StorePath | undefined {
  const output = derivation.outputs.get(outputName);
  switch (output?.kind) {
    case "input-addressed":
      return output.path;
    case "fixed":
      return makeFixedOutputPath(storeDir, outputPathName(derivation.name, outputName), output.ca);
    case "floating":
    case "deferred":
    case "impure":
    case undefined:
      return undefined;
  }
}

/** Whether it needs an output of a derivation that is itself an output. */
export function hasDynamicInputs(derivation: Derivation): boolean {
  for (const node of derivation.inputDerivations.values()) {
    if (node.dynamic !== undefined && node.dynamic.size > 0) return true;
  }
  return false;
}

/** The entries in the order of their keys' bytes; no copy is made when they are in order already, as they mostly are. */
export function sortedEntries<K extends string, V>(map: ReadonlyMap<K, V>): Iterable<readonly [K, V]> {
  let previous: string | undefined;
  for (const key of map.keys()) {
    if (previous !== undefined && key < previous) {
      return [...map].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    }
    previous = key;
  }
  return map;
}

/** The strings in the order of their bytes, each once. */
export function sortedStrings<T extends string>(strings: readonly T[]): readonly T[] {
  for (let i = 1; i < strings.length; i++) {
    if ((strings[i] as T) <= (strings[i - 1] as T)) return [...new Set(strings)].toSorted();
  }
  return strings;
}

function typeOfOutput(output: DerivationOutput): DerivationType {
  switch (output.kind) {
    case "input-addressed":
      return { kind: "input-addressed", deferred: false };
    case "deferred":
      return { kind: "input-addressed", deferred: true };
    case "fixed":
    case "floating":
    case "impure":
      return { kind: output.kind };
  }
}

function sameType(a: DerivationType, b: DerivationType): boolean {
  return a.kind === "input-addressed" && b.kind === "input-addressed" ? a.deferred === b.deferred : a.kind === b.kind;
}

function invalidOutputs(message: string): FirnError {
  return new FirnError("invalid-derivation-outputs", message);
}
