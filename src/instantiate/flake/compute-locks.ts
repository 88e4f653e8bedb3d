// Computes the lock file of a flake (lockFlake's computeLocks): each input is kept as the old lock file has it where nothing
// has changed, and fetched otherwise; then its own inputs, and so on. Overrides come from flakes above and from the
// command line, those that stand further up count.

import { emptyLockFile, type InputPath, type LockedNode, type LockFile, type LockNode, printInputPath } from "#fetch";
import {
  canonicaliseFlakeReference,
  flakeReferencesEqual,
  type FlakeReference,
  isLockedInput,
  normalisePath,
  parsePathInStore,
  printFlakeReference,
  relativeInputPath,
} from "#formats";
import { BaseError, hint } from "#language";
import { guarded } from "../guarded.ts";
import type { UseRegistries } from "../registries.ts";
import type { Flake, FlakeDescription, FlakeInput, FlakeInputs } from "./flake.ts";
import type { Flakes } from "./flakes.ts";
import { InputPathMap, type LockFlags } from "./lock-flags.ts";
import { readFlake } from "./read-flake.ts";

/** Where the source of a node lies, as the evaluator knows it: the folder with its flake.nix. */
export type NodePlaces = Map<LockNode, string>;

export interface ComputedLocks {
  readonly lockFile: LockFile;
  /** Of those nodes whose source was looked at. */
  readonly places: NodePlaces;
}

interface Override {
  readonly input: FlakeInput;
  /** The folder of the flake that says so. */
  readonly folder: string;
  /** Where that flake is; undefined on the command line. */
  readonly parent: InputPath | undefined;
}

export interface LockRequest {
  readonly flake: Flake;
  readonly oldLockFile: LockFile;
  readonly flags: LockFlags;
  /** How names of inputs are looked up. */
  readonly use: UseRegistries;
}

export function computeLocks(flakes: Flakes, request: LockRequest): ComputedLocks {
  return new LockComputation(flakes, request).run();
}

/** One flake whose inputs are to be locked. */
interface Step {
  readonly inputs: FlakeInputs;
  readonly node: LockNode;
  readonly prefix: InputPath;
  readonly oldNode: LockNode | undefined;
  /** What inputs of the old node follow is counted from here. */
  readonly followsPrefix: InputPath;
  readonly folder: string;
  /** The inputs come from the old lock file itself. */
  readonly trustLock: boolean;
}

class LockComputation {
  private readonly flakes: Flakes;
  private readonly request: LockRequest;
  private readonly overrides = new InputPathMap<Override>();
  private readonly fromCommandLine = new InputPathMap<true>();
  private readonly overridesUsed = new InputPathMap<true>();
  private readonly updates = new InputPathMap<true>();
  private readonly updatesUsed = new InputPathMap<true>();
  private readonly places: NodePlaces = new Map();
  /** The flakes on the way to the one that is being locked. */
  private readonly parents: FlakeReference[] = [];

  constructor(flakes: Flakes, request: LockRequest) {
    this.flakes = flakes;
    this.request = request;
    const { flags, flake } = request;
    const { folder } = flakes.foldersOf(flake.place);
    for (const { path, reference } of flags.overrides ?? []) {
      const input: FlakeInput = { reference, isFlake: true, follows: undefined, overrides: new Map() };
      this.overrides.set(path, { input, folder, parent: undefined });
      this.fromCommandLine.set(path, true);
    }
    for (const path of flags.updates ?? []) this.updates.set(path, true);
  }

  run(): ComputedLocks {
    const { flake, oldLockFile, flags } = this.request;
    const lockFile = emptyLockFile();
    const { folder } = this.flakes.foldersOf(flake.place);
    this.places.set(lockFile.root, folder);
    this.lockInputs({
      inputs: flake.inputs,
      node: lockFile.root,
      prefix: [],
      oldNode: flags.recreateLockFile === true ? undefined : oldLockFile.root,
      followsPrefix: [],
      folder,
      trustLock: false,
    });
    this.warnAboutUnused();
    return { lockFile, places: this.places };
  }

  private warn(text: string): void {
    this.flakes.evaluator.io.emitMessage("warn", text);
  }

  private warnAboutUnused(): void {
    const { overrides } = this.request.flags;
    const given = new InputPathMap<FlakeReference>();
    for (const { path, reference } of overrides ?? []) given.set(path, reference);
    for (const [path, reference] of given.sorted) {
      if (this.overridesUsed.has(path)) continue;
      const flag = `--override-input ${printInputPath(path)} ${printFlakeReference(reference)}`;
      this.warn(`the flag '${flag}' does not match any input`);
    }
    for (const [path] of this.updates.sorted) {
      if (!this.updatesUsed.has(path)) this.warn(`'${printInputPath(path)}' does not match any input of this flake`);
    }
  }

  private lockInputs(step: Step): void {
    for (const [name, input] of step.inputs) this.addOverrides(input, [...step.prefix, name], step);
    for (const [path] of this.overrides.sorted) {
      const name = path.at(-1) ?? "";
      if (isSamePath(path.slice(0, -1), step.prefix) && !step.inputs.has(name)) {
        this.warn(`input '${printInputPath(step.prefix)}' has an override for a non-existent input '${name}'`);
      }
    }
    for (const [name, input] of step.inputs) {
      const path = [...step.prefix, name];
      try {
        this.lockInput(step, name, path, input);
      } catch (error) {
        if (error instanceof BaseError)
          error.addTrace(undefined, hint`while updating the flake input '${printInputPath(path)}'`);
        throw error;
      }
    }
  }

  private addOverrides(input: FlakeInput, prefix: InputPath, step: Step): void {
    for (const [name, override] of input.overrides) {
      const path = [...prefix, name];
      if (override.reference !== undefined || override.follows !== undefined) {
        this.overrides.add(path, { input: override, folder: step.folder, parent: step.prefix });
      }
      this.addOverrides(override, path, step);
    }
  }

  private lockInput(step: Step, name: string, path: InputPath, described: FlakeInput): void {
    const override = this.overrides.get(path);
    if (override !== undefined) this.overridesUsed.set(path, true);
    const { follows, reference: named } = override?.input ?? described;
    if (follows !== undefined) {
      step.node.inputs.set(name, { kind: "follows", follows });
      return;
    }
    const reference = named ?? indirectReference(name);
    const isRelative = relativeInputPath(reference.input) !== undefined;
    const wanted: WantedInput = {
      name,
      path,
      described,
      reference,
      folder: override?.folder ?? step.folder,
      parent: isRelative ? (override === undefined ? step.prefix : override.parent) : undefined,
      isFromCommandLine: this.fromCommandLine.has(path),
    };
    this.updatesUsed.set(path, true);
    const old = this.updates.has(path) ? undefined : oldLock(step.oldNode, name);
    if (old !== undefined && isUpToDate(old, wanted)) this.keep(step, wanted, old);
    else this.fetchAnew(step, wanted);
  }

  // As the old lock file has it.

  private keep(step: Step, wanted: WantedInput, old: LockedNode): void {
    const { name, path } = wanted;
    const node: LockedNode = { ...old, inputs: new Map() };
    step.node.inputs.set(name, { kind: "node", node });
    const inputs = this.hasUpdatesBelow(path) ? undefined : this.inputsOfLock(step, path, old);
    const common = { node, prefix: path, oldNode: old, followsPrefix: step.followsPrefix };
    if (inputs !== undefined) {
      this.lockInputs({ ...common, inputs, folder: step.folder, trustLock: true });
      return;
    }
    const flake = this.readInput(wanted, old.locked, this.request.use);
    this.places.set(node, flake.folder);
    this.lockInputs({ ...common, inputs: flake.inputs, folder: flake.folder, trustLock: false });
  }

  private hasUpdatesBelow(path: InputPath): boolean {
    return this.updates.sorted.some(
      ([update]) => update.length > path.length && isSamePath(update.slice(0, path.length), path),
    );
  }

  /** The inputs that the lock file knows; undefined where the flake itself has to be asked. */
  private inputsOfLock(step: Step, path: InputPath, old: LockedNode): FlakeInputs | undefined {
    const inputs = new Map<string, FlakeInput>();
    for (const [name, edge] of [...old.inputs].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (edge.kind === "node") {
        const { original, isFlake } = edge.node;
        inputs.set(name, { reference: original, isFlake, follows: undefined, overrides: new Map() });
        continue;
      }
      // The flake may have changed, so that it does not follow any more.
      if (!step.trustLock && !this.overrides.has([...path, name])) return undefined;
      const follows = [...step.followsPrefix, ...edge.follows];
      inputs.set(name, { reference: undefined, isFlake: true, follows, overrides: new Map() });
    }
    return inputs;
  }

  // Anew.

  private fetchAnew(step: Step, wanted: WantedInput): void {
    const { name, path, described, reference, parent } = wanted;
    const isRelative = relativeInputPath(reference.input) !== undefined;
    if (this.request.flags.allowUnlocked === false && !isLockedInput(reference.input) && !isRelative) {
      throw new BaseError(hint`cannot update unlocked flake input '${printInputPath(path)}' in pure mode`);
    }
    // What the flake says stays in the lock file, so that an override lasts until the next update.
    const original = wanted.isFromCommandLine ? (described.reference ?? reference) : reference;
    if (!described.isFlake) {
      const { folder, locked } = this.fetchSource(wanted);
      const node: LockedNode = { inputs: new Map(), locked, original, isFlake: false, parent };
      this.places.set(node, folder);
      step.node.inputs.set(name, { kind: "node", node });
      return;
    }
    const flake = this.readInput(wanted, reference, wanted.isFromCommandLine ? "all" : this.request.use);
    const node: LockedNode = { inputs: new Map(), locked: flake.locked, original, isFlake: true, parent };
    step.node.inputs.set(name, { kind: "node", node });
    for (const above of this.parents) {
      if (flakeReferencesEqual(above, reference)) {
        throw new BaseError(hint`found circular import of flake '${printFlakeReference(above)}'`);
      }
    }
    this.parents.push(reference);
    try {
      this.places.set(node, flake.folder);
      this.lockInputs({
        inputs: flake.inputs,
        node,
        prefix: path,
        oldNode: this.flakes.readLockFile(`${flake.folder}/flake.lock`).root,
        followsPrefix: path,
        folder: flake.folder,
        trustLock: false,
      });
    } finally {
      this.parents.pop();
    }
  }

  private fetchSource(wanted: WantedInput): { readonly folder: string; readonly locked: FlakeReference } {
    const { reference } = wanted;
    const relative = placeOfRelative(wanted);
    if (relative !== undefined) return { folder: relative, locked: reference };
    const { tree } = this.flakes.fetchInput(reference.input, this.request.use);
    const locked = { input: tree.attributes, folder: reference.folder };
    return { folder: `${this.flakes.evaluator.io.storeDir}/${tree.path}`, locked };
  }

  private readInput(wanted: WantedInput, reference: FlakeReference, use: UseRegistries): FlakeAt {
    const relative = placeOfRelative(wanted);
    if (relative === undefined) {
      const flake = this.flakes.get(reference, use, wanted.path);
      return { ...flake, folder: this.flakes.foldersOf(flake.place).folder };
    }
    const folder = reference.folder === "" ? relative : `${relative}/${reference.folder}`;
    // Nothing outside of the store is part of a flake's source, nor what is no store object.
    const { io } = this.flakes.evaluator;
    io.checkAccess(`${folder}/flake.nix`);
    guarded(() => parsePathInStore(io.storeDir, folder));
    const root = this.rootOf(folder);
    const description = readFlake(this.flakes.evaluator, { folder, root, reference, inputPath: wanted.path });
    return { ...description, locked: reference, folder };
  }

  /** The store object around a folder. */
  private rootOf(folder: string): string {
    const { storeDir } = this.flakes.evaluator.io;
    if (!folder.startsWith(`${storeDir}/`)) return folder;
    return `${storeDir}/${folder.slice(storeDir.length + 1).split("/", 1)[0] ?? ""}`;
  }
}

interface FlakeAt extends FlakeDescription {
  readonly locked: FlakeReference;
  readonly folder: string;
}

/** An input with all that decides where it comes from. */
interface WantedInput {
  readonly name: string;
  readonly path: InputPath;
  readonly described: FlakeInput;
  readonly reference: FlakeReference;
  /** Where relative paths of the reference begin. */
  readonly folder: string;
  /** For a relative reference, the flake that it is relative to; undefined from the command line. */
  readonly parent: InputPath | undefined;
  readonly isFromCommandLine: boolean;
}

/** Where an input lies that is relative to the flake that names it. */
function placeOfRelative({ reference, folder }: WantedInput): string | undefined {
  const path = relativeInputPath(reference.input);
  return path === undefined ? undefined : normalisePath(`${folder}/${path}`);
}

function indirectReference(name: string): FlakeReference {
  return {
    input: new Map([
      ["type", "indirect"],
      ["id", name],
    ]),
    folder: "",
  };
}

function oldLock(node: LockNode | undefined, name: string): LockedNode | undefined {
  const edge = node?.inputs.get(name);
  return edge?.kind === "node" ? edge.node : undefined;
}

function isUpToDate(old: LockedNode, { reference, parent, isFromCommandLine }: WantedInput): boolean {
  const [before, now] = [canonicaliseFlakeReference(old.original), canonicaliseFlakeReference(reference)];
  return !isFromCommandLine && flakeReferencesEqual(before, now) && isSamePath(old.parent, parent);
}

function isSamePath(a: InputPath | undefined, b: InputPath | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((part, index) => part === b[index]);
}
