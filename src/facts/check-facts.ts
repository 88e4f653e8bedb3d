// Whether the facts of an earlier evaluation still hold. A file is looked at and not read, as long as its stamp is the one
// that was taken; where it is another one, or none was worth taking, the contents decide, so that a touched file changes
// nothing. A store path that has to be valid is protected from a collector first and asked about afterwards.

import { readlinkSync, type Stats } from "node:fs";
import { errorCode, hostPath } from "#host";
import { computeSourcePath, type EvaluationStore } from "#store";
import { isUntouched } from "./copied-trees.ts";
import { digestReferences, question } from "./fact-recorder.ts";
import type { Facts, FileFact, TreeFact } from "./facts.ts";
import { hasStamp, Stamper, type Stamp } from "./file-stamp.ts";
import { digestFile, digestFolder, digestText, isExecutable, kindOf, lookAt, lookBehind, realPathOf } from "./look.ts";

export interface CheckOptions {
  readonly store: EvaluationStore;
  readonly variable: (name: string) => string | undefined;
  /** Milliseconds since the epoch; the clock's when absent. */
  readonly now?: number;
}

export type Verdict =
  /** `facts` with newer stamps where contents had to be read; undefined where none had. */
  { readonly holds: true; readonly refreshed: Facts | undefined } | { readonly holds: false; readonly reason: string };

export function checkFacts(facts: Facts, options: CheckOptions): Verdict {
  const check = new Check(options);
  try {
    const reason = check.all(facts);
    if (reason !== undefined) return { holds: false, reason };
    return { holds: true, refreshed: check.hasRefreshed ? facts : undefined };
  } catch (error) {
    // What cannot be looked at any more has changed.
    if (errorCode(error) === undefined) throw error;
    return { holds: false, reason: (error as Error).message };
  }
}

class Check {
  private readonly store: EvaluationStore;
  private readonly variable: (name: string) => string | undefined;
  private readonly now: number;
  private readonly stamper: Stamper;
  hasRefreshed = false;

  constructor({ store, variable, now = Date.now() }: CheckOptions) {
    this.store = store;
    this.variable = variable;
    this.now = now;
    this.stamper = new Stamper(now);
  }

  /** What does not hold; undefined when all does. Puts newer stamps into `facts`. */
  all(facts: Facts): string | undefined {
    if (facts.expires !== null && facts.expires <= this.now) return "what was downloaded may be outdated";
    for (const [name, digest] of facts.variables) {
      const value = this.variable(name);
      if ((value === undefined ? null : digestText(value)) !== digest) {
        return `the environment variable '${name}' has changed`;
      }
    }
    for (const fact of facts.files) if (!this.file(fact)) return `'${fact.path}' has changed`;
    for (const tree of facts.trees) if (!this.tree(tree)) return `something in '${tree.path}' has changed`;
    return this.validity(facts);
  }

  private file(fact: FileFact): boolean {
    const { path, type } = fact;
    let status: Stats | undefined;
    if (type !== undefined) {
      status = lookAt(path);
      if (kindOf(status) !== type) return false;
      if (fact.executable !== undefined && (status === undefined || isExecutable(status) !== fact.executable))
        return false;
      if (fact.size !== undefined && status?.size !== fact.size) return false;
    }
    if (fact.target !== undefined && readlinkSync(hostPath(path), "latin1") !== fact.target) return false;
    if (fact.real !== undefined && realPathOf(path) !== fact.real) return false;
    if (fact.followed === undefined && fact.contents === undefined && fact.listing === undefined) return true;
    const behind = type === undefined || type === "symlink" ? lookBehind(path) : status;
    if (fact.followed !== undefined && kindOf(behind) !== fact.followed) return false;
    return (fact.contents === undefined && fact.listing === undefined) || this.read(fact, behind);
  }

  private read(fact: FileFact, status: Stats | undefined): boolean {
    if (status === undefined) return false;
    const { path, stamp, contents, listing } = fact;
    if (stamp !== undefined && hasStamp(status, stamp)) return true;
    if (contents !== undefined && (!status.isFile() || digestFile(path) !== contents)) return false;
    if (listing !== undefined && (!status.isDirectory() || digestFolder(path) !== listing)) return false;
    const newer = this.stamper.stamp(status, path);
    if (newer !== undefined) {
      fact.stamp = newer;
      this.hasRefreshed = true;
    }
    return true;
  }

  private tree(tree: TreeFact): boolean {
    return isUntouched(tree) || this.copyAgain(tree);
  }

  /** Names the tree again, with what its filter is known to say. */
  private copyAgain(tree: TreeFact): boolean {
    const { path, name, method, references, omitted } = tree;
    const leftOut = new Set(omitted);
    const stamps = new Map<string, Stamp | null>();
    const questions: string[] = [];
    const stamp = (below: string): void => {
      const status = lookAt(path + below);
      stamps.set(below, status === undefined ? null : (this.stamper.stamp(status, path + below) ?? null));
    };
    if (lookAt(path) === undefined) return false;
    stamp("");
    const named = computeSourcePath(this.store.storeDir, name, path, {
      method,
      algorithm: "sha256",
      ...(references.length === 0 ? {} : { references }),
      filter: (file, type) => {
        const below = file.slice(path.length);
        const passes = !leftOut.has(below);
        questions.push(question(below, type, passes));
        if (passes) stamp(below);
        return passes;
      },
    });
    if (named.path !== tree.result || digestText(questions.join("")) !== tree.asked) return false;
    for (const member of tree.members as [string, Stamp | null][]) {
      const newer = member[0] === "" && lookAt(path)?.isSymbolicLink() ? null : (stamps.get(member[0]) ?? null);
      if (newer === null) continue;
      member[1] = newer;
      this.hasRefreshed = true;
    }
    return true;
  }

  private validity({ valid, invalid, references }: Facts): string | undefined {
    const { store } = this;
    for (const path of valid) {
      store.addTempRoot(path);
      if (!store.isValidPath(path)) return `store path '${path}' is not valid any more`;
    }
    for (const path of invalid) if (store.isValidPath(path)) return `store path '${path}' is valid by now`;
    for (const [path, digest] of references) {
      const info = store.queryPathInfoIfValid(path);
      if (info === undefined || digestReferences(info.references) !== digest) return `store path '${path}' has changed`;
    }
    return undefined;
  }
}
