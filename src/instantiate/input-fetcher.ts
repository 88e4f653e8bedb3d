// Fetches inputs for one evaluation, each once. A final input that is in the store already is not fetched at all: its hash
// says where it would be.

import { completeTree, checkMounted, type FetchedTree } from "#fetch";
import {
  inputName,
  type InputAttributes,
  isFinalInput,
  makeFixedOutputPath,
  narHashOf,
  printAttributes,
  printInput,
  type StorePath,
} from "#formats";
import { BaseError, hint } from "#language";
import type { EvaluationStore } from "#store";
import { fetchInput, type FetchInputContext } from "./fetch-input.ts";
import { guarded } from "./guarded.ts";

export class InputFetcher {
  private readonly store: EvaluationStore;
  private readonly context: FetchInputContext;
  private readonly trees = new Map<string, FetchedTree>();
  /** By store path, for messages. */
  private readonly byPath = new Map<StorePath, FetchedTree>();

  constructor(context: FetchInputContext) {
    this.store = context.store;
    this.context = context;
  }

  /** Throws errors of the language, with a frame that says what was being fetched. */
  fetch(input: InputAttributes): FetchedTree {
    const key = printAttributes(input);
    let tree = this.trees.get(key);
    if (tree === undefined) {
      tree = this.fetchAnew(input);
      this.trees.set(key, tree);
      if (!this.byPath.has(tree.path) || tree.shownAs !== undefined) this.byPath.set(tree.path, tree);
    }
    const fetched = tree;
    guarded(() => checkMounted(input, fetched));
    return fetched;
  }

  /** What is fetched from now on is looked at anew. */
  forget(): void {
    this.trees.clear();
  }

  treeAt(path: StorePath): FetchedTree | undefined {
    return this.byPath.get(path);
  }

  private fetchAnew(input: InputAttributes): FetchedTree {
    try {
      return guarded(() => this.findInStore(input) ?? completeTree(input, fetchInput(input, this.context)));
    } catch (error) {
      if (error instanceof BaseError) error.addTrace(undefined, hint`while fetching the input '${printInput(input)}'`);
      throw error;
    }
  }

  private findInStore(input: InputAttributes): FetchedTree | undefined {
    const hash = narHashOf(input);
    if (!isFinalInput(input) || hash === undefined) return undefined;
    const path = makeFixedOutputPath(this.store.storeDir, inputName(input), { method: "nar", hash });
    this.store.addTempRoot(path);
    if (!this.store.isValidPath(path)) return undefined;
    return { path, attributes: input, shownAs: `\xc2\xab${printInput(input)}\xc2\xbb` };
  }
}
