// Takes down the facts of one evaluation while it runs. A stamp is always taken before what it stands for is read: a change
// in between then shows as another stamp, never as an old answer under a new one. Where the world gives two answers to one
// question, or gives one that nothing can check again, the recorder gives up and says why.

import { readFileSync, type Stats } from "node:fs";
import type { StorePath } from "#formats";
import { hostPath } from "#host";
import type { SourceFileType } from "#store";
import type { FileFact, Facts, Kind, TreeFact } from "./facts.ts";
import { Stamper, type Stamp } from "./file-stamp.ts";
import { digestListing, digestText, glanceAt, kindOf, lookBehind, realPathOf } from "./look.ts";

export class FactRecorder {
  private readonly stamper: Stamper;
  private readonly files = new Map<string, FileFact>();
  private readonly trees: TreeFact[] = [];
  private readonly variables = new Map<string, string | null>();
  private readonly valid = new Set<StorePath>();
  private readonly invalid = new Set<StorePath>();
  private readonly references = new Map<StorePath, string>();
  /** What the evaluation wrote, with what that refers to. */
  private readonly written = new Map<StorePath, readonly StorePath[]>();
  private expires: number | undefined;
  private reason: string | undefined;

  constructor(begun = Date.now()) {
    this.stamper = new Stamper(begun);
  }

  /** Says that the answer must not be kept. The first reason stays. */
  giveUp(reason: string): void {
    this.reason ??= reason;
  }

  /** Why there are no facts; undefined while there are. */
  get refusal(): string | undefined {
    return this.reason;
  }

  // Files. Paths are those of this machine, as byte strings.

  /** What the entry itself is, as the evaluation was told. */
  sawType(path: string, type: Kind): void {
    this.note(path, "type", type);
  }

  sawExecutable(path: string, executable: boolean): void {
    this.note(path, "executable", executable);
  }

  sawSize(path: string, size: number): void {
    this.note(path, "size", size);
  }

  sawTarget(path: string, target: string): void {
    this.note(path, "target", target);
  }

  /** To be called before `sawContents` and `sawListing`, and before what they are told is read. */
  willRead(path: string): void {
    const fact = this.factOf(path);
    // What was read before is read again now; the older stamp is the one that both must be measured by.
    if (fact.contents !== undefined || fact.listing !== undefined) return;
    const status = lookBehind(path);
    const stamp = status && this.stamper.stamp(status, path);
    if (stamp === undefined) delete fact.stamp;
    else fact.stamp = stamp;
  }

  sawContents(path: string, contents: string): void {
    this.note(path, "contents", digestText(contents));
  }

  sawListing(path: string, entries: Iterable<readonly [name: string, type: string]>): void {
    this.note(path, "listing", digestListing(entries));
  }

  /** Looks where a path really leads, for what decides by that what may be read. */
  lookWhereReally(path: string): void {
    this.note(path, "real", realPathOf(path));
  }

  /** Looks what is there when links are followed. */
  lookBehind(path: string): Kind {
    const kind = kindOf(lookBehind(path));
    this.note(path, "followed", kind);
    return kind;
  }

  /** Reads a file; throws what reading it throws. */
  readFile(path: string): string {
    this.willRead(path);
    const contents = readFileSync(hostPath(path), "latin1");
    this.sawContents(path, contents);
    return contents;
  }

  /** A download of a file of this machine: `fetch` reads it in a way that is not seen here. */
  whileReading<T>(path: string, fetch: () => T): T {
    const before = this.stampOf(path);
    const result = fetch();
    try {
      this.readFile(path);
    } catch {
      this.giveUp(`'${path}' has gone during the evaluation`);
    }
    const after = this.stampOf(path);
    // Without a stamp nothing says that the same was read twice.
    if (before === undefined || after?.join() !== before.join()) this.giveUp(`'${path}' has only just been written`);
    return result;
  }

  private stampOf(path: string): Stamp | undefined {
    const status = lookBehind(path);
    return status && this.stamper.stamp(status, path);
  }

  /** A tree that is about to be copied; what the filter is asked is told to what is returned. */
  beginTree(tree: Pick<TreeFact, "path" | "name" | "method" | "references">): TreeRecorder {
    return new TreeRecorder(tree, this.stamper, (fact) => this.trees.push(fact));
  }

  /** One that was found to be as it was when it was copied. */
  sawTree(tree: TreeFact): void {
    this.trees.push(tree);
  }

  private factOf(path: string): FileFact {
    let fact = this.files.get(path);
    if (fact === undefined) {
      fact = { path };
      this.files.set(path, fact);
    }
    return fact;
  }

  private note<Name extends keyof FileFact>(path: string, name: Name, answer: Required<FileFact>[Name]): void {
    const fact: Partial<FileFact> = this.factOf(path);
    if (fact[name] === undefined) fact[name] = answer;
    else if (fact[name] !== answer) this.giveUp(`'${path}' changed during the evaluation`);
  }

  // Everything else.

  sawVariable(name: string, value: string | undefined): void {
    this.variables.set(name, value === undefined ? null : digestText(value));
  }

  sawValidity(path: StorePath, isValid: boolean): void {
    if (this.written.has(path)) return;
    if (isValid) this.valid.add(path);
    else this.invalid.add(path);
  }

  /** The answer would have been the same had `path` been valid from the beginning. */
  madeValid(path: StorePath): void {
    this.invalid.delete(path);
    this.valid.add(path);
  }

  sawReferences(path: StorePath, references: readonly StorePath[]): void {
    if (!this.written.has(path)) this.references.set(path, digestReferences(references));
  }

  wrote(path: StorePath, references: readonly StorePath[]): void {
    this.written.set(path, references);
  }

  /** Something that is to be asked for again `seconds` from now. */
  expiresIn(seconds: number): void {
    this.expires = Math.min(this.expires ?? Infinity, Date.now() + seconds * 1000);
  }

  /** Undefined when there is a refusal. */
  finish(): Facts | undefined {
    const valid = new Set(this.valid);
    for (const path of this.unreferenced()) valid.add(path);
    for (const path of this.invalid) {
      if (valid.has(path) || this.written.has(path)) this.giveUp(`store path '${path}' was made during the evaluation`);
    }
    if (this.reason !== undefined) return undefined;
    return {
      files: [...this.files.values()],
      trees: this.trees,
      variables: [...this.variables],
      valid: [...valid],
      invalid: [...this.invalid],
      references: [...this.references],
      expires: this.expires ?? null,
    };
  }

  /** A valid path has only valid references, so what another written path refers to need not be asked for. */
  private unreferenced(): Set<StorePath> {
    const paths = new Set(this.written.keys());
    for (const [path, references] of this.written) {
      for (const reference of references) if (reference !== path) paths.delete(reference);
    }
    return paths;
  }
}

export class TreeRecorder {
  private readonly tree: Pick<TreeFact, "path" | "name" | "method" | "references">;
  private readonly stamper: Stamper;
  private readonly keep: (fact: TreeFact) => void;
  private readonly members = new Map<string, Stamp | null>();
  private readonly questions: string[] = [];
  private readonly omitted = new Set<string>();

  constructor(
    tree: Pick<TreeFact, "path" | "name" | "method" | "references">,
    stamper: Stamper,
    keep: (fact: TreeFact) => void,
  ) {
    this.tree = tree;
    this.stamper = stamper;
    this.keep = keep;
    this.willRead("");
  }

  /** Asks the filter about the member `below`, which is relative to the tree and will be read if it passes. */
  ask(below: string, type: SourceFileType, filter: () => boolean): boolean {
    const status = glanceAt(this.tree.path + below);
    const passes = filter();
    // A large tree is read twice; it counts what was seen first.
    if (this.members.has(below) || this.omitted.has(below)) return passes;
    this.questions.push(question(below, type, passes));
    if (passes) this.stamp(below, status);
    else this.omitted.add(below);
    return passes;
  }

  private willRead(below: string): void {
    this.stamp(below, glanceAt(this.tree.path + below));
  }

  private stamp(below: string, status: Stats | undefined): void {
    const path = this.tree.path + below;
    const isLink = status?.isSymbolicLink() ?? false;
    // Contents behind a link are not what its own stamp speaks for.
    const counts = status !== undefined && !(isLink && below === "");
    this.members.set(below, counts ? (this.stamper.stamp(status, path) ?? null) : null);
  }

  end(result: StorePath): TreeFact {
    const fact = {
      ...this.tree,
      asked: digestText(this.questions.join("")),
      omitted: [...this.omitted],
      members: [...this.members],
      result,
    };
    this.keep(fact);
    return fact;
  }
}

/** What the digest of a filter's questions and answers is made of. */
export function question(below: string, type: SourceFileType, passes: boolean): string {
  return `${below}\0${type}\0${passes ? "+" : "-"}`;
}

export function digestReferences(references: readonly StorePath[]): string {
  return digestText(references.toSorted().join("\n"));
}
