// `derivationStrict`: from a set of attributes to a store derivation, its file and its output paths.

import {
  checkStorePathName,
  type Derivation,
  type DerivationModulo,
  type DerivationOutput,
  derivationOutputPath,
  FirnError,
  hashDerivationModulo,
  instantiateDerivation,
  outputPlaceholder,
  printStorePath,
  type StorePath,
} from "#formats";
import { BaseError, hint, literalHint, printPosition, uncolored } from "../../errors/index.ts";
import type { Evaluator } from "../../machine/evaluator.ts";
import { type Attrs, AttrsBuilder } from "../../values/attrs.ts";
import { printContextElement, StringContext } from "../../values/context.ts";
import type { PrimOpDefinition } from "../../values/prim-op.ts";
import { type Slot, stringValue, type Value } from "../../values/value.ts";
import { evalError } from "../define.ts";
import { parseExpectedHash } from "../empty-hash.ts";
import { withLanguageErrors } from "../foreign-error.ts";
import { type DerivationAttributes, readAttributes } from "./attributes.ts";
import { inputsOfContext } from "./inputs.ts";
import { outputValue } from "./output-value.ts";

/** Hashes of the derivations that this evaluation has made or read. */
type ModuloCache = Map<StorePath, DerivationModulo>;

function derivationStrict(evaluator: Evaluator, slot: Slot, modulos: ModuloCache): Value {
  const attrs = evaluator.forceAttrs(slot, "while evaluating the argument passed to builtins.derivationStrict");
  const nameSymbol = evaluator.symbols.known.name;
  const where = "in the attrset passed as argument to builtins.derivationStrict";
  const nameSlot = evaluator.requireAttr(attrs, nameSymbol, where);
  const namePosition = evaluator.position(attrs.positionOf(nameSymbol));
  let drvName: string;
  try {
    const frame = "while evaluating the `name` attribute passed to builtins.derivationStrict";
    drvName = evaluator.forceStringNoContext(nameSlot, frame);
  } catch (error) {
    if (error instanceof BaseError) error.addTrace(namePosition, "while evaluating the derivation attribute 'name'");
    throw error;
  }
  try {
    return instantiate(evaluator, drvName, attrs, modulos);
  } catch (error) {
    if (error instanceof BaseError) {
      // The place is written out, so that no source lines are shown beneath it.
      const place = namePosition === undefined ? "\xc2\xabnone\xc2\xbb:0" : printPosition(namePosition);
      error.addTrace(
        undefined,
        hint`while evaluating derivation '${drvName}'\n  whose name attribute is located at ${place}`,
      );
    }
    throw error;
  }
}

function instantiate(evaluator: Evaluator, drvName: string, attrs: Attrs, modulos: ModuloCache): Value {
  const { io } = evaluator;
  checkDerivationName(drvName);
  const attributes = readAttributes(evaluator, drvName, attrs);
  const masked = makeDerivation(evaluator, drvName, attributes);
  const queryModulo = (path: StorePath): DerivationModulo => {
    let known = modulos.get(path);
    if (known === undefined) {
      known = hashDerivationModulo(io.storeDir, io.readDerivation(path), queryModulo);
      modulos.set(path, known);
    }
    return known;
  };
  const { derivation, drvPath } = withLanguageErrors(() => {
    const made = instantiateDerivation(io.storeDir, masked, queryModulo);
    const path = io.writeDerivation(made.derivation, made.file);
    modulos.set(path, made.modulo);
    return { derivation: made.derivation, drvPath: path };
  });
  const result = new AttrsBuilder();
  const drvPathText = printStorePath(io.storeDir, drvPath);
  const deep = new StringContext([printContextElement({ kind: "drvDeep", drv: drvPath })]);
  result.set(evaluator.symbols.known.drvPath, stringValue(drvPathText, deep));
  for (const output of derivation.outputs.keys()) {
    const path = derivationOutputPath(io.storeDir, derivation, output);
    result.set(evaluator.symbol(output), outputValue(evaluator, drvPath, output, path));
  }
  return result.build();
}

function checkDerivationName(name: string): void {
  try {
    checkStorePathName(name);
  } catch (error) {
    if (!(error instanceof FirnError)) throw error;
    throw evalError(hint`invalid derivation name: ${uncolored(error.message)}. Please pass a different '${"name"}'.`);
  }
}

/** The derivation before its output paths are computed. */
function makeDerivation(evaluator: Evaluator, name: string, attributes: DerivationAttributes): Derivation {
  const { derivations, sources } = inputsOfContext(evaluator, attributes.context.context);
  const { builder, system, args } = attributes;
  if (builder === "") throw evalError("required attribute 'builder' missing");
  if (system === "") throw evalError("required attribute 'system' missing");
  checkExtension(name, attributes);
  const outputs = outputsOf(evaluator, attributes);
  const env = new Map(attributes.env);
  for (const [output, { kind }] of outputs) {
    // Output paths are filled in once they are known.
    env.set(output, kind === "floating" || kind === "impure" ? outputPlaceholder(output) : "");
  }
  const derivation: Derivation = {
    name,
    outputs,
    inputDerivations: derivations,
    inputSources: sources,
    system,
    builder,
    args,
    env: new Map([...env].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    ...(attributes.structured === undefined ? {} : { structuredAttributes: attributes.structured }),
  };
  return withFixedPath(evaluator, derivation);
}

/** The path of a fixed output follows from its hash alone. */
function withFixedPath(evaluator: Evaluator, derivation: Derivation): Derivation {
  if (derivation.outputs.get("out")?.kind !== "fixed") return derivation;
  return withLanguageErrors(() => {
    const path = derivationOutputPath(evaluator.io.storeDir, derivation, "out") as StorePath;
    const env = new Map(derivation.env);
    env.set("out", printStorePath(evaluator.io.storeDir, path));
    return { ...derivation, env };
  });
}

function checkExtension(name: string, { method, outputs }: DerivationAttributes): void {
  if (!name.endsWith(".drv")) return;
  if (method === "text" && outputs.length === 1 && outputs[0] === "out") return;
  throw evalError(
    hint`derivation names are allowed to end in '${".drv"}' only if they produce a single derivation file`,
  );
}

function outputsOf(evaluator: Evaluator, attributes: DerivationAttributes): ReadonlyMap<string, DerivationOutput> {
  const { outputs, outputHash, outputHashAlgorithm, method } = attributes;
  if (outputHash !== undefined) {
    if (outputs.length !== 1 || outputs[0] !== "out") {
      throw evalError("multiple outputs are not supported in fixed-output derivations");
    }
    const hash = parseExpectedHash(evaluator, outputHash, outputHashAlgorithm);
    return new Map([["out", { kind: "fixed", ca: { method: method ?? "flat", hash } }]]);
  }
  return new Map(outputs.map((output) => [output, outputKind(attributes)]));
}

function outputKind(attributes: DerivationAttributes): DerivationOutput {
  const { isContentAddressed, isImpure } = attributes;
  if (!isContentAddressed && !isImpure) return { kind: "deferred" };
  if (isContentAddressed && isImpure) {
    throw evalError(literalHint("derivation cannot be both content-addressed and impure"));
  }
  const method = attributes.method ?? "nar";
  const algorithm = attributes.outputHashAlgorithm ?? "sha256";
  return { kind: isImpure ? "impure" : "floating", method, algorithm };
}

export function makeDerivationBuiltins(): readonly PrimOpDefinition[] {
  const modulos: ModuloCache = new Map();
  return [
    {
      name: "derivationStrict",
      arity: 1,
      argumentNames: ["attrs"],
      isGlobal: true,
      impl: (evaluator, attrs) => derivationStrict(evaluator, attrs, modulos),
    },
    {
      name: "placeholder",
      arity: 1,
      argumentNames: ["output"],
      isGlobal: true,
      impl: (evaluator, slot) => {
        const frame = "while evaluating the first argument passed to builtins.placeholder";
        return outputPlaceholder(evaluator.forceStringNoContext(slot, frame));
      },
    },
  ];
}
