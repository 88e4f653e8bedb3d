// The hashes that derivations have: the path of the .drv file itself, and the hash modulo fixed outputs, from which the
// paths of input-addressed outputs are made. In the latter each input stands for its own hash, and a fixed output for its
// content alone, so that another way to fetch the same file changes nothing downstream.

import { printMethodAndAlgorithm } from "./content-address.ts";
import {
  printDerivation,
  printDerivationMasked,
  printDerivationModulo,
  printForInstantiation,
} from "./derivation-aterm.ts";
import { derivationOutputPath, derivationType, sortedEntries } from "./derivation.ts";
import type { Derivation, DerivationOutput } from "./derivation.ts";
import { FirnError } from "./error.ts";
import { hashByteString, printHash } from "./hash.ts";
import type { Hash } from "./hash.ts";
import { makeOutputPath, makeTextPath } from "./make-store-path.ts";
import { derivationExtension, printStorePath } from "./store-path.ts";
import type { StoreDir, StorePath } from "./store-path.ts";

/**
 * `deferred`: it depends on outputs whose paths only a build will tell. Then the hashes still name the outputs (for
 * realisations), but no path may be made of them. Nix's DrvHash.
 */
export interface DerivationModulo {
  readonly kind: "outputs" | "deferred";
  readonly hashes: ReadonlyMap<string, Hash>;
}

export type QueryModulo = (derivation: StorePath) => DerivationModulo;

/** What a derivation file is and refers to, for adding it to a store. */
export interface DerivationFile {
  readonly path: StorePath;
  /** A byte string. */
  readonly contents: string;
  readonly references: readonly StorePath[];
}

/** The path that the .drv file has (computeStorePath). */
export function computeDerivationPath(storeDir: StoreDir, derivation: Derivation): StorePath {
  return makeDerivationFile(storeDir, derivation).path;
}

/** The .drv file with its references: the input derivations and sources, but not the outputs (infoForDerivation). */
export function makeDerivationFile(storeDir: StoreDir, derivation: Derivation): DerivationFile {
  return derivationFile(storeDir, derivation, printDerivation(storeDir, derivation));
}

function derivationFile(storeDir: StoreDir, derivation: Derivation, contents: string): DerivationFile {
  const references = [...new Set([...derivation.inputDerivations.keys(), ...derivation.inputSources])].toSorted();
  const path = makeTextPath(storeDir, derivation.name + derivationExtension, contents, references);
  return { path, contents, references };
}

/** What a derivation counts for in those that have it as an input (hashDerivationModulo without masking). */
export function hashDerivationModulo(
  storeDir: StoreDir,
  derivation: Derivation,
  queryModulo: QueryModulo,
): DerivationModulo {
  return hashWith(storeDir, derivation, queryModulo, printDerivationModulo);
}

/** The same with the output paths left out, as the output paths themselves are made of (hashDerivationModulo, masking). */
export function hashDerivationModuloMasked(
  storeDir: StoreDir,
  derivation: Derivation,
  queryModulo: QueryModulo,
): DerivationModulo {
  return hashWith(storeDir, derivation, queryModulo, printDerivationMasked);
}

export interface Instantiation {
  /** With the output paths filled in. */
  readonly derivation: Derivation;
  readonly file: DerivationFile;
  /** As derivations that have it as an input need it. */
  readonly modulo: DerivationModulo;
}

/**
 * All that `derivationStrict` makes of an evaluated derivation: its output paths where they can be known, its file, and its
 * hash modulo. The same as fillOutputPaths, makeDerivationFile and hashDerivationModulo after each other, in less time.
 */
export function instantiateDerivation(
  storeDir: StoreDir,
  derivation: Derivation,
  queryModulo: QueryModulo,
): Instantiation {
  const type = derivationType(derivation);
  const hasVariables = [...derivation.outputs.keys()].every((name) => derivation.env.has(name));
  if (type.kind !== "input-addressed" || !hasVariables) {
    const filled = fillOutputPaths(storeDir, derivation, queryModulo);
    const file = makeDerivationFile(storeDir, filled);
    return { derivation: filled, file, modulo: hashDerivationModulo(storeDir, filled, queryModulo) };
  }
  const { kind, inputs } = hashInputs(derivation, queryModulo);
  const printed = printForInstantiation(storeDir, derivation, inputs, (masked) =>
    fillWith(storeDir, derivation, () => moduloOf(derivation, kind, masked)),
  );
  return {
    derivation: printed.derivation,
    file: derivationFile(storeDir, printed.derivation, printed.contents),
    modulo: moduloOf(printed.derivation, kind, printed.modulo),
  };
}

/**
 * The derivation with the paths of its deferred outputs computed and in its environment, where that is possible
 * (Derivation::fillInOutputPaths). Throws when a path that is there already is another one.
 */
export function fillOutputPaths(storeDir: StoreDir, derivation: Derivation, queryModulo: QueryModulo): Derivation {
  return fillWith(storeDir, derivation, () => hashDerivationModuloMasked(storeDir, derivation, queryModulo));
}

function fillWith(storeDir: StoreDir, derivation: Derivation, computeModulo: () => DerivationModulo): Derivation {
  const outputs = new Map<string, DerivationOutput>();
  const env = new Map(derivation.env);
  let modulo: DerivationModulo | undefined;
  const setVariable = (outputName: string, path: StorePath): void => {
    const printed = printStorePath(storeDir, path);
    const present = env.get(outputName) ?? "";
    if (present === "") env.set(outputName, printed);
    else if (present !== printed) {
      throw invalidDerivation(
        `derivation has incorrect environment variable '${outputName}', should be '${printed}' but is actually '${present}'`,
      );
    }
  };
  for (const [outputName, output] of sortedEntries(derivation.outputs)) {
    switch (output.kind) {
      case "input-addressed":
      case "deferred": {
        modulo ??= computeModulo();
        const filled = fillOutput(storeDir, derivation, outputName, output, modulo);
        outputs.set(outputName, filled);
        if (filled.kind === "input-addressed") setVariable(outputName, filled.path);
        break;
      }
      case "fixed":
        outputs.set(outputName, output);
        setVariable(outputName, derivationOutputPath(storeDir, derivation, outputName) as StorePath);
        break;
      case "floating":
      case "impure":
        outputs.set(outputName, output);
        break;
    }
  }
  derivationType(derivation);
  const grown = env.size > derivation.env.size;
  return { ...derivation, outputs, env: grown ? new Map(sortedEntries(env)) : env };
}

function fillOutput(
  storeDir: StoreDir,
  derivation: Derivation,
  outputName: string,
  output: DerivationOutput & { kind: "input-addressed" | "deferred" },
  modulo: DerivationModulo,
): DerivationOutput {
  if (modulo.kind === "deferred") {
    if (output.kind === "deferred") return output;
    throw invalidDerivation(
      `derivation has incorrect output '${printStorePath(storeDir, output.path)}', should be deferred`,
    );
  }
  const hash = modulo.hashes.get(outputName);
  if (hash === undefined) throw invalidDerivation(`derivation produced no hash for output '${outputName}'`);
  const path = makeOutputPath(storeDir, outputName, hash, derivation.name);
  if (output.kind === "input-addressed" && output.path !== path) {
    throw invalidDerivation(
      `derivation has incorrect output '${printStorePath(storeDir, output.path)}', ` +
        `should be '${printStorePath(storeDir, path)}'`,
    );
  }
  return { kind: "input-addressed", path };
}

type PrintModulo = typeof printDerivationModulo;

function hashWith(
  storeDir: StoreDir,
  derivation: Derivation,
  queryModulo: QueryModulo,
  print: PrintModulo,
): DerivationModulo {
  const type = derivationType(derivation);
  if (type.kind === "fixed") return hashFixedOutputs(storeDir, derivation);

  const { kind, inputs } = hashInputs(derivation, queryModulo);
  return moduloOf(derivation, type.kind === "input-addressed" ? kind : "deferred", print(storeDir, derivation, inputs));
}

/** The inputs by their hash modulo; outputs of inputs that share a hash come together. */
function hashInputs(
  derivation: Derivation,
  queryModulo: QueryModulo,
): { readonly kind: DerivationModulo["kind"]; readonly inputs: ReadonlyMap<string, readonly string[]> } {
  let kind: DerivationModulo["kind"] = "outputs";
  const inputs = new Map<string, string[]>();
  for (const [path, node] of derivation.inputDerivations) {
    const input = queryModulo(path);
    if (input.kind === "deferred") kind = "deferred";
    for (const outputName of node.outputs) {
      const hash = input.hashes.get(outputName);
      if (hash === undefined) {
        throw invalidDerivation(`no hash for output '${outputName}' of derivation '${derivation.name}'`);
      }
      const key = printHash(hash, "base16");
      const names = inputs.get(key);
      if (names === undefined) inputs.set(key, [outputName]);
      else names.push(outputName);
    }
  }
  return { kind, inputs };
}

function moduloOf(derivation: Derivation, kind: DerivationModulo["kind"], text: string): DerivationModulo {
  const hash = hashByteString("sha256", text);
  const hashes = new Map<string, Hash>();
  for (const outputName of derivation.outputs.keys()) hashes.set(outputName, hash);
  return { kind, hashes };
}

function hashFixedOutputs(storeDir: StoreDir, derivation: Derivation): DerivationModulo {
  const hashes = new Map<string, Hash>();
  for (const [outputName, output] of derivation.outputs) {
    if (output.kind !== "fixed") continue;
    const { method, hash } = output.ca;
    const path = derivationOutputPath(storeDir, derivation, outputName) as StorePath;
    const text =
      `fixed:out:${printMethodAndAlgorithm(method, hash.algorithm)}:${printHash(hash, "base16")}:` +
      printStorePath(storeDir, path);
    hashes.set(outputName, hashByteString("sha256", text));
  }
  return { kind: "outputs", hashes };
}

function invalidDerivation(message: string): FirnError {
  return new FirnError("invalid-derivation", message);
}
