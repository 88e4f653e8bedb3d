// File trees that were copied into a store before. While everything that was read has its stamp of then, the copy has the name
// of then, and nothing is read again: a program of 150 MB takes its time to hash. Only trees that take time are kept, each as a
// remembered entry without an answer.

import { hashByteString, printHash, type StorePath } from "#formats";
import type { EvaluationStore, PathFilter } from "#store";
import { EvaluationFolder } from "./evaluation-folder.ts";
import { TreeRecorder } from "./fact-recorder.ts";
import type { TreeFact } from "./facts.ts";
import { hasStamp, Stamper } from "./file-stamp.ts";
import { glanceAt, lookAt } from "./look.ts";

/** Bytes of contents, or entries, from which on looking takes less time than reading. */
const manyBytes = 1024 * 1024;
const manyEntries = 64;

export interface CopiedTreesOptions {
  /** Where they are kept, a byte string. */
  readonly folder: string;
  readonly store: EvaluationStore;
  /** Copies are named and not made. */
  readonly readOnly: boolean;
  /** Milliseconds since the epoch; the clock's when absent. */
  readonly now?: number;
}

/** What is copied; all of it, without a filter. */
export type CopiedTree = Pick<TreeFact, "path" | "name" | "method" | "references">;

export class CopiedTrees {
  private readonly folder: EvaluationFolder;
  private readonly store: EvaluationStore;
  private readonly readOnly: boolean;
  private readonly stamper: Stamper;

  constructor({ folder, store, readOnly, now }: CopiedTreesOptions) {
    this.folder = new EvaluationFolder(folder);
    this.store = store;
    this.readOnly = readOnly;
    this.stamper = new Stamper(now);
  }

  /** The copy as it was made, when it can only become the same; it is valid then, and no collector deletes it. */
  find(tree: CopiedTree): TreeFact | undefined {
    const status = glanceAt(tree.path);
    if (status === undefined || !(status.isDirectory() || (status.isFile() && status.size >= manyBytes)))
      return undefined;
    const [known] = this.folder.read(this.keyOf(tree))?.facts.trees ?? [];
    if (known === undefined || !isSame(known, tree) || !isUntouched(known)) return undefined;
    return this.readOnly || this.isThere(known.result) ? known : undefined;
  }

  private isThere(path: StorePath): boolean {
    this.store.addTempRoot(path);
    return this.store.isValidPath(path);
  }

  /** What `find` gives, else what `copy` makes while it asks its filter for each entry below the tree. */
  copy(tree: CopiedTree, copy: (filter: PathFilter) => StorePath): StorePath {
    const known = this.find(tree);
    if (known !== undefined) return known.result;
    const recorder = new TreeRecorder(tree, this.stamper, (fact) => this.keep(fact));
    const result = copy((path, type) => recorder.ask(path.slice(tree.path.length), type, () => true));
    recorder.end(result);
    return result;
  }

  keep(tree: TreeFact): void {
    if (!isWorthwhile(tree)) return;
    const facts = { files: [], trees: [tree], variables: [], valid: [], invalid: [], references: [], expires: null };
    this.folder.write(this.keyOf(tree), { facts, answer: [] });
  }

  private keyOf({ path, name, method, references }: CopiedTree): string {
    const text = [this.store.storeDir, method, name, path, ...references].join("\0");
    return printHash(hashByteString("sha256", text), "nix32");
  }
}

/** Everything that was read has its stamp still. */
export function isUntouched({ path, members }: TreeFact): boolean {
  return members.every(([below, stamp]) => {
    if (stamp === null) return false;
    const status = lookAt(path + below);
    return status !== undefined && hasStamp(status, stamp);
  });
}

function isSame(known: CopiedTree, tree: CopiedTree): boolean {
  return (
    known.path === tree.path &&
    known.name === tree.name &&
    known.method === tree.method &&
    known.references.join("\n") === tree.references.join("\n")
  );
}

function isWorthwhile({ members, omitted }: TreeFact): boolean {
  if (omitted.length > 0) return false;
  let bytes = 0;
  for (const [, stamp] of members) {
    if (stamp === null) return false;
    bytes += stamp[2];
  }
  return members.length >= manyEntries || bytes >= manyBytes;
}
