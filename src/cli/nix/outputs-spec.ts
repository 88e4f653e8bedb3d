// What stands behind a `^`: the outputs that are wanted (ExtendedOutputsSpec).

import { checkStorePathName, FirnError } from "#formats";

/** `all`, or names; undefined leaves it to the package. */
export type WantedOutputs = "all" | readonly string[] | undefined;

export interface WithOutputs {
  readonly text: string;
  readonly outputs: WantedOutputs;
}

export function parseWithOutputs(word: string): WithOutputs {
  const caret = word.lastIndexOf("^");
  if (caret < 0) return { text: word, outputs: undefined };
  const text = word.slice(0, caret);
  const spec = word.slice(caret + 1);
  if (spec === "*") return { text, outputs: "all" };
  const names = spec.split(",").filter((name) => name !== "");
  if (names.length === 0) throw badSpec(word);
  for (const name of names) checkOutputName(name, word);
  return { text, outputs: [...new Set(names)].toSorted() };
}

function checkOutputName(name: string, word: string): void {
  try {
    checkStorePathName(name);
  } catch {
    throw badSpec(word);
  }
}

function badSpec(word: string): FirnError {
  return new FirnError("outputs-spec", `invalid extended outputs specifier '${word}'`);
}
