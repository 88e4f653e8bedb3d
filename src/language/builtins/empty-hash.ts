// Hashes that a program gives for what it fetches or copies; an empty one is taken for zeros, with a warning, so that the
// right one can be read off the complaint (newHashAllowEmpty).

import { FirnError, type Hash, type HashAlgorithm, hashSizes, parseHash, printHash } from "#formats";
import type { Evaluator } from "../machine/evaluator.ts";
import { requireFeature } from "./features.ts";
import { withLanguageErrors } from "./foreign-error.ts";

export function parseExpectedHash(evaluator: Evaluator, text: string, algorithm: HashAlgorithm | undefined): Hash {
  return withLanguageErrors(() => {
    if (text !== "") {
      const hash = parseHash(text, algorithm);
      if (hash.algorithm === "blake3") requireFeature(evaluator, "blake3-hashes");
      return hash;
    }
    if (algorithm === undefined) throw emptyHash();
    const zeros: Hash = { algorithm, bytes: new Uint8Array(hashSizes[algorithm]) };
    evaluator.io.emitMessage("warn", `found empty hash, assuming '${printHash(zeros, "sri")}'`);
    return zeros;
  });
}

function emptyHash(): FirnError {
  return new FirnError("empty-hash", "empty hash requires explicit hash algorithm");
}
