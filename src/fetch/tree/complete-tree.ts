// What was fetched held against what was asked for: a final input has to be found as it was described, any other may have
// named a hash, a commit, a date (Input::checkLocks, EvalState::mountInput).

import {
  FirnError,
  hashesEqual,
  type InputAttributes,
  isFinalInput,
  narHashOf,
  numberAttribute,
  printAttributes,
  printHash,
  printInput,
  revisionOf,
} from "#formats";
import type { FetchedTree } from "./fetched-tree.ts";

/** The tree as it is given back; throws where it is not what was asked for. */
export function completeTree(asked: InputAttributes, tree: FetchedTree): FetchedTree {
  // Nix looks at the content of folders and repositories later, in `checkMounted`.
  const looksAtContent = asked.get("type") === "file" || asked.get("type") === "tarball";
  if (isFinalInput(asked)) {
    const attributes = withCanonicalHash(asked);
    for (const [name, value] of attributes) {
      const found = tree.attributes.get(name);
      if (name === "narHash" && !looksAtContent) continue;
      if (found !== undefined && found !== value) throw fieldMismatch(name, asked, tree.attributes);
    }
    return { ...tree, attributes: new Map([...attributes, ["narHash", tree.attributes.get("narHash") ?? ""]]) };
  }
  if (looksAtContent) checkHash(asked, tree.attributes);
  checkFacts(asked, tree.attributes);
  return { ...tree, attributes: new Map([...tree.attributes, ["__final", true]]) };
}

/** Old lock files have hashes without the `=` at their ends. */
function withCanonicalHash(input: InputAttributes): InputAttributes {
  const hash = narHashOf(input);
  return hash === undefined ? input : new Map([...input, ["narHash", printHash(hash, "sri")]]);
}

function checkHash(asked: InputAttributes, found: InputAttributes): void {
  const hash = narHashOf(asked);
  const got = narHashOf(found);
  if (hash !== undefined && got !== undefined && !hashesEqual(hash, got)) throw hashMismatch(asked, hash, got);
}

function checkFacts(asked: InputAttributes, found: InputAttributes): void {
  const modified = numberAttribute(asked, "lastModified");
  const foundModified = numberAttribute(found, "lastModified");
  if (modified !== undefined && foundModified !== modified) {
    const seconds = foundModified ?? -1n;
    throw mismatch(
      `'lastModified' attribute mismatch in input '${printInput(found)}', expected ${modified}, got ${seconds}`,
    );
  }
  const revision = revisionOf(asked);
  const foundRevision = revisionOf(found);
  if (revision !== undefined && (foundRevision === undefined || !hashesEqual(revision, foundRevision))) {
    const expected = printHash(revision, "base16");
    throw mismatch(`'rev' attribute mismatch in input '${printInput(found)}', expected ${expected}`);
  }
  const count = numberAttribute(asked, "revCount");
  if (count !== undefined && numberAttribute(found, "revCount") !== count) {
    throw mismatch(`'revCount' attribute mismatch in input '${printInput(found)}', expected ${count}`);
  }
}

/** Nix says it the other way round here. */
export function checkMounted(asked: InputAttributes, { attributes }: FetchedTree): void {
  const hash = narHashOf(asked);
  const got = narHashOf(attributes);
  if (hash !== undefined && got !== undefined && !hashesEqual(hash, got)) throw hashMismatch(asked, got, hash);
}

type Hash = NonNullable<ReturnType<typeof narHashOf>>;

function hashMismatch(asked: InputAttributes, expected: Hash, got: Hash): FirnError {
  const [wanted, found] = [printHash(expected, "sri"), printHash(got, "sri")];
  return mismatch(`NAR hash mismatch in input '${printInput(asked)}', expected '${wanted}' but got '${found}'`, 102);
}

function fieldMismatch(name: string, asked: InputAttributes, found: InputAttributes): FirnError {
  return mismatch(`mismatch in field '${name}' of input '${printAttributes(asked)}', got '${printAttributes(found)}'`);
}

function mismatch(message: string, exitStatus = 1): FirnError {
  return new FirnError("input-mismatch", message, { exitStatus });
}
