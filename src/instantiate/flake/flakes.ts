// The flakes of one evaluation: fetched, read, locked and called. A name is looked up in the registries, and what was
// fetched once is not fetched again.

import { type FetchedTree, type LockFile, lockFileFromJson, emptyLockFile, type InputPath } from "#fetch";
import {
  attributesEqual,
  FirnError,
  type FlakeReference,
  type InputAttributes,
  type InputContext,
  isDirectInput,
  parseJson as parseJsonText,
  printAttributes,
  printFlakeReference,
  printInput,
} from "#formats";
import { asLanguageError, BaseError, type Evaluator, hint, inputContext, parseJson, requireFeature } from "#language";
import type { EvaluationStore } from "#store";
import type { FetchSettings } from "../fetch-settings.ts";
import { guarded } from "../guarded.ts";
import type { Registries, UseRegistries } from "../registries.ts";
import { callFlake } from "./call-flake.ts";
import type { Flake, FlakePlace } from "./flake.ts";
import { lockFlake, type LockedFlake } from "./lock-flake.ts";
import type { LockFlags } from "./lock-flags.ts";
import { readFlake } from "./read-flake.ts";

export interface FlakesOptions {
  readonly evaluator: Evaluator;
  readonly store: EvaluationStore;
  readonly settings: FetchSettings;
  readonly registries: Registries;
  /** Takes over a setting of a flake's `nixConfig`, if its user lets it. */
  readonly applySetting: (name: string, value: string) => void;
}

interface Fetched {
  readonly tree: FetchedTree;
  /** The folder that a registry names. */
  readonly folder: string | undefined;
}

export class Flakes {
  readonly evaluator: Evaluator;
  readonly store: EvaluationStore;
  readonly settings: FetchSettings;
  readonly registries: Registries;
  readonly applySetting: FlakesOptions["applySetting"];
  /** What feature references need, and where warnings go. */
  readonly context: InputContext;
  private readonly fetched = new Map<string, Fetched>();

  constructor(options: FlakesOptions) {
    this.evaluator = options.evaluator;
    this.store = options.store;
    this.settings = options.settings;
    this.registries = options.registries;
    this.applySetting = options.applySetting;
    this.context = inputContext(options.evaluator);
  }

  /** The flake with its lock file brought up to date, and written where that is asked for. */
  lock(reference: FlakeReference, flags: LockFlags = {}): LockedFlake {
    requireFeature(this.evaluator, "flakes");
    return lockFlake(this, reference, flags);
  }

  /** The value of a flake: its outputs, and what is known of its source. */
  call(flake: LockedFlake): ReturnType<typeof callFlake> {
    requireFeature(this.evaluator, "flakes");
    return callFlake(this, flake);
  }

  /**
   * The value of a flake as an evaluation may have it, for `getFlake` and the REPL's `:load-flake`: its lock file stays as
   * it is, and a pure evaluation neither looks up names nor fetches what is not locked.
   */
  evaluate(reference: FlakeReference, flags: Pick<LockFlags, "writeLockFile"> = {}): ReturnType<typeof callFlake> {
    const { pureEval } = this.evaluator.settings;
    const useRegistries = !pureEval && this.settings.useRegistries;
    return this.call(
      this.lock(reference, { ...flags, updateLockFile: false, useRegistries, allowUnlocked: !pureEval }),
    );
  }

  /** The tree of an input, a name being looked up (InputCache::getAccessor). */
  fetchInput(input: InputAttributes, use: UseRegistries): Fetched & { readonly resolved: InputAttributes } {
    const known = this.fetched.get(printAttributes(input));
    // As in Nix, what a name stood for is forgotten by then.
    if (known !== undefined) return { ...known, resolved: input };
    const { input: resolved, folder } = this.resolve(input, use);
    const fetched = this.fetched.get(printAttributes(resolved)) ?? { tree: this.fetchTree(resolved), folder };
    this.fetched.set(printAttributes(resolved), fetched);
    this.fetched.set(printAttributes(input), fetched);
    return { ...fetched, resolved };
  }

  /** The tree of an input that can be fetched as it is. */
  fetchTree(input: InputAttributes): FetchedTree {
    return this.evaluator.io.fetchTree(input);
  }

  private resolve(
    input: InputAttributes,
    use: UseRegistries,
  ): { readonly input: InputAttributes; readonly folder: string | undefined } {
    if (isDirectInput(input)) return { input, folder: undefined };
    if (use === "none") throw lookupNotAllowed(input);
    return guarded(() => this.registries.resolve(input, use));
  }

  /** Fetches a flake and reads its flake.nix; again when that says how it wants to be fetched. */
  get(original: FlakeReference, use: UseRegistries, inputPath: InputPath = []): Flake {
    const { tree, resolved: input, folder: named } = this.fetchInput(original.input, use);
    const folder = named ?? original.folder;
    const resolved = { input, folder };
    const read = (of: FetchedTree) =>
      readFlake(this.evaluator, { ...this.foldersOf({ tree: of, folder }), reference: resolved, inputPath });
    let found = tree;
    let description = read(tree);
    const wanted = applySelfAttributes(tree.attributes, description.selfAttributes);
    if (!attributesEqual(wanted, tree.attributes)) {
      const name = printFlakeReference({ input: wanted, folder });
      this.evaluator.io.emitMessage("debug", `refetching input '${name}' due to self attribute`);
      const again = new Map([...wanted].filter(([attribute]) => attribute !== "narHash"));
      found = this.fetchInput(again, "none").tree;
      description = read(found);
    }
    const locked = { input: found.attributes, folder };
    return { ...description, original, resolved, locked, place: { tree: found, folder }, forceDirty: false };
  }

  /** The folder with the flake.nix, and the store object around it, as the evaluator knows them. */
  foldersOf({ tree, folder }: FlakePlace): { readonly root: string; readonly folder: string } {
    const root = `${this.evaluator.io.storeDir}/${tree.path}`;
    return { root, folder: folder === "" ? root : `${root}/${folder}` };
  }

  /** An empty one when there is no such file. */
  readLockFile(path: string): LockFile {
    const { io } = this.evaluator;
    if (io.lstat(path) === undefined) return emptyLockFile();
    return this.parseLockFile(io.readFile(path), io.showPath?.(path) ?? path);
  }

  /** `path` is what messages call it. */
  parseLockFile(text: string, path: string): LockFile {
    let json;
    try {
      json = parseJsonText(text);
    } catch (error) {
      throw this.notJson(text, path) ?? error;
    }
    return withJsonErrors(() => lockFileFromJson(json, path, this.context));
  }

  /** The complaint in the words of Nix's parser. */
  private notJson(text: string, path: string): BaseError | undefined {
    try {
      parseJson(this.evaluator, text);
      return undefined;
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      return new BaseError(hint`Could not parse '${path}': ${error.hint}`);
    }
  }
}

/** Errors of nlohmann's JSON library get no frames, since Nix does not know them. */
function withJsonErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof FirnError && error.code === "json-type" ? error : asLanguageError(error);
  }
}

const selfAttributeNames = new Set(["submodules", "lfs"]);

function applySelfAttributes(input: InputAttributes, self: InputAttributes): InputAttributes {
  for (const name of [...self.keys()].toSorted()) {
    if (!selfAttributeNames.has(name)) throw new BaseError(hint`flake 'self' attribute '${name}' is not supported`);
  }
  return new Map([...input, ...self]);
}

function lookupNotAllowed(input: InputAttributes): BaseError {
  return new BaseError(
    hint`'${printInput(input)}' is an indirect flake reference, but registry lookups are not allowed`,
  );
}
