// `import` and `scopedImport`. Importing a .drv file of the store gives the derivation that it describes.

import {
  derivationNameFromPath,
  derivationOutputPath,
  isDerivationPath,
  parseStorePathIfValid,
  type StorePath,
} from "#formats";
import type { Evaluator } from "../machine/evaluator.ts";
import { AttrsBuilder } from "../values/attrs.ts";
import { StringContext } from "../values/context.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { type Slot, stringValue, type Value } from "../values/value.ts";
import { outputValue } from "./derivation/output-value.ts";
import { importedDerivationPath } from "./derivation/wrapper.ts";
import { withLanguageErrors } from "./foreign-error.ts";
import { realisePath } from "./realise.ts";

function importPath(evaluator: Evaluator, slot: Slot, scope: Slot | undefined): Value {
  const path = realisePath(evaluator, slot, "none");
  const derivation = validDerivation(evaluator, path);
  if (derivation !== undefined) return importDerivation(evaluator, path, derivation);
  if (scope === undefined) return evaluator.evalFile(path);
  const frame = "while evaluating the first argument passed to builtins.scopedImport";
  return evaluator.evalFileWithScope(path, evaluator.forceAttrs(scope, frame));
}

function validDerivation(evaluator: Evaluator, path: string): StorePath | undefined {
  const storePath = parseStorePathIfValid(evaluator.io.storeDir, path);
  if (storePath === undefined || !isDerivationPath(storePath)) return undefined;
  return withLanguageErrors(() => evaluator.io.isValidPath(storePath)) ? storePath : undefined;
}

function importDerivation(evaluator: Evaluator, path: string, storePath: StorePath): Value {
  const { io } = evaluator;
  const derivation = withLanguageErrors(() => io.readDerivation(storePath));
  const attrs = new AttrsBuilder();
  const name = derivation.env.get("name") ?? "";
  const outputs = [...derivation.outputs.keys()].toSorted();
  attrs.set(evaluator.symbol("drvPath"), stringValue(path, StringContext.of([{ kind: "drvDeep", drv: storePath }])));
  attrs.set(evaluator.symbol("name"), name);
  attrs.set(evaluator.symbol("outputs"), outputs);
  const drvName = derivationNameFromPath(storePath);
  for (const output of outputs) {
    const known = derivationOutputPath(io.storeDir, { ...derivation, name: drvName }, output);
    attrs.set(evaluator.symbol(output), outputValue(evaluator, storePath, output, known));
  }
  return evaluator.call1(evaluator.evalFile(importedDerivationPath), attrs.build());
}

export const importBuiltins: readonly PrimOpDefinition[] = [
  {
    name: "import",
    arity: 1,
    argumentNames: ["path"],
    isGlobal: true,
    impl: (evaluator, path) => importPath(evaluator, path, undefined),
  },
  {
    name: "scopedImport",
    arity: 2,
    argumentNames: ["scope", "path"],
    isGlobal: true,
    impl: (evaluator, scope, path) => importPath(evaluator, path, scope),
  },
];
