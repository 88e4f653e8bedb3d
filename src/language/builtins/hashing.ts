// Hashes of strings and files, and conversion between their notations.

import {
  hashByteString,
  type HashAlgorithm,
  parseHash,
  parseHashAlgorithm,
  parseHashFormat,
  printHash,
} from "#formats";
import type { Evaluator } from "../machine/evaluator.ts";
import { isInternalPath } from "../machine/internal-paths.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import type { Slot } from "../values/value.ts";
import { requireFeature } from "./features.ts";
import { withLanguageErrors } from "./foreign-error.ts";
import { realisePath } from "./realise.ts";

/** Throws for unknown names, and for blake3 while it is experimental. */
function hashAlgorithm(evaluator: Evaluator, name: string): HashAlgorithm {
  const algorithm = withLanguageErrors(() => parseHashAlgorithm(name));
  if (algorithm === "blake3") requireFeature(evaluator, "blake3-hashes");
  return algorithm;
}

function hashString(evaluator: Evaluator, nameSlot: Slot, slot: Slot): string {
  const first = "while evaluating the first argument passed to builtins.hashString";
  const algorithm = hashAlgorithm(evaluator, evaluator.forceStringNoContext(nameSlot, first));
  const second = "while evaluating the second argument passed to builtins.hashString";
  return printHash(hashByteString(algorithm, evaluator.forceString(slot, second)), "base16");
}

function hashFile(evaluator: Evaluator, nameSlot: Slot, slot: Slot): string {
  const first = "while evaluating the first argument passed to builtins.hashFile";
  const algorithm = hashAlgorithm(evaluator, evaluator.forceStringNoContext(nameSlot, first));
  const path = realisePath(evaluator, slot);
  const hash = isInternalPath(path)
    ? hashByteString(algorithm, evaluator.files.internalFile(path))
    : withLanguageErrors(() => evaluator.io.hashFile(algorithm, path));
  return printHash(hash, "base16");
}

function convertHash(evaluator: Evaluator, slot: Slot): string {
  const args = evaluator.forceAttrs(slot, "while evaluating the first argument passed to builtins.convertHash");
  const required = (name: string): string =>
    evaluator.forceStringNoContext(
      evaluator.requireAttr(args, evaluator.symbol(name), `while locating the attribute '${name}'`),
      `while evaluating the attribute '${name}'`,
    );
  const text = required("hash");
  const algorithmSlot = args.get(evaluator.symbol("hashAlgo"));
  const algorithm =
    algorithmSlot === undefined
      ? undefined
      : hashAlgorithm(
          evaluator,
          evaluator.forceStringNoContext(algorithmSlot, "while evaluating the attribute 'hashAlgo'"),
        );
  const formatName = required("toHashFormat");
  if (formatName === "base32") {
    evaluator.io.emitMessage("warn", `"base32" is a deprecated alias for hash format "nix32".`);
  }
  return withLanguageErrors(() => {
    const format = parseHashFormat(formatName);
    return printHash(parseHash(text, algorithm), format);
  });
}

export const hashBuiltins: readonly PrimOpDefinition[] = [
  { name: "hashString", arity: 2, argumentNames: ["type", "s"], impl: hashString },
  { name: "hashFile", arity: 2, argumentNames: ["type", "p"], impl: hashFile },
  { name: "convertHash", arity: 1, argumentNames: ["args"], impl: convertHash },
];
