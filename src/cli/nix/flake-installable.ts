// A flake reference with an attribute path behind its `#` (InstallableFlake). The path is looked for below some outputs
// first, as `packages.<system>`; without one there are default paths. The outputs are evaluated as far as the path goes.

import type { DerivedPath } from "#build";
import {
  FirnError,
  type FlakeReference,
  isDerivationPath,
  parseStorePath,
  printFlakeReference,
  printStorePath,
} from "#formats";
import type { LockedFlake, LockFlags } from "#instantiate";
import {
  BaseError,
  bestMatches,
  derivationReference,
  hint,
  NixPath,
  NixString,
  parseAttrPath,
  printForError,
  type Slot,
  type Suggestion,
  typeName,
  uncolored,
  withLanguageErrors,
} from "#language";
import { readFlakeReferenceWithFragment } from "../evaluation/flake-reference.ts";
import type { EvaluationSession } from "../evaluation/session.ts";
import { UsageError } from "../program/usage-error.ts";
import { AttrCursor } from "./attr-cursor.ts";
import type { WantedOutputs } from "./outputs-spec.ts";

export interface FlakeAttrPaths {
  /** Where to look when nothing stands behind the `#`. */
  readonly defaults: readonly string[];
  /** What is put before the path, first to last; the path itself comes behind all of them. */
  readonly prefixes: readonly string[];
}

/** For packages, as `nix build` wants them. */
export function packageAttrPaths(system: string): FlakeAttrPaths {
  return {
    defaults: [`packages.${system}.default`, `defaultPackage.${system}`],
    prefixes: [`packages.${system}.`, `legacyPackages.${system}.`],
  };
}

/** For the REPL: all outputs, or the very path. */
export const outputAttrPaths: FlakeAttrPaths = { defaults: [""], prefixes: [] };

export class FlakeInstallable {
  private readonly session: EvaluationSession;
  readonly reference: FlakeReference;
  private readonly attrPaths: readonly string[];
  private readonly lockFlags: LockFlags;
  private lockedFlake: LockedFlake | undefined;

  constructor(session: EvaluationSession, text: string, paths: FlakeAttrPaths, lockFlags: LockFlags) {
    const { reference, fragment } = readFlakeReferenceWithFragment(session.flakes, text);
    if (session.autoArguments.size > 0) throw new UsageError("'--arg' and '--argstr' are incompatible with flakes");
    this.session = session;
    this.reference = reference;
    this.attrPaths = actualAttrPaths(fragment, paths);
    this.lockFlags = lockFlags;
  }

  /** As messages name it (InstallableFlake::what). */
  get what(): string {
    return `${printFlakeReference(this.reference)}#${this.attrPaths[0] ?? ""}`;
  }

  get locked(): LockedFlake {
    return (this.lockedFlake ??= this.session.flakes.lock(this.reference, { ...this.lockFlags, applyNixConfig: true }));
  }

  /** The first of the paths that leads to something; all of them are tried (InstallableFlake::getCursors). */
  cursor(): AttrCursor {
    const root = flakeOutputs(this.session, this.locked);
    let suggestions: readonly Suggestion[] = [];
    const found: AttrCursor[] = [];
    for (const path of this.attrPaths) {
      const walked = walk(root, parseAttrPath(path));
      if (walked instanceof AttrCursor) found.push(walked);
      else suggestions = [...suggestions, ...walked];
    }
    const [first] = found;
    if (first !== undefined) return first;
    throw this.notProvided(suggestions);
  }

  value(): Slot {
    return this.cursor().force();
  }

  toDerivedPath(outputs: WantedOutputs): DerivedPath {
    const cursor = this.cursor();
    if (!cursor.isDerivation()) return this.pathOfValue(cursor);
    const { storeDir } = this.session.store;
    const derivation = withLanguageErrors(() => parseStorePath(storeDir, cursor.get("drvPath").text()));
    if (!isDerivationPath(derivation)) throw notADerivationPath(printStorePath(storeDir, derivation));
    return { kind: "built", derivation, outputs: outputs ?? outputsToInstall(cursor) };
  }

  /** What is no derivation may be a path, or a string that names one. */
  private pathOfValue(cursor: AttrCursor): DerivedPath {
    const { evaluator } = this.session;
    const value = cursor.force();
    if (value instanceof NixPath) {
      const path = withLanguageErrors(() => evaluator.io.addPath(value.path, { name: "source", method: "nar" }));
      return { kind: "opaque", path };
    }
    if (typeof value === "string" || value instanceof NixString) {
      const frame = `while evaluating the flake output attribute '${cursor.path}'`;
      const single = derivationReference(evaluator, value, frame);
      if (single.kind === "opaque") return single;
      if (single.drv.kind === "opaque") return { kind: "built", derivation: single.drv.path, outputs: [single.output] };
    }
    throw new BaseError(
      hint`expected flake output attribute '${cursor.path}' to be a derivation or path but found ${typeName(value)}: ${uncolored(printForError(evaluator, value))}`,
    );
  }

  private notProvided(suggestions: readonly Suggestion[]): BaseError {
    const best = [...suggestions].toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
    return new BaseError(
      hint`flake '${printFlakeReference(this.reference)}' does not provide attribute ${uncolored(showAttrPaths(this.attrPaths))}`,
      { suggestions: best.slice(0, 5) },
    );
  }
}

/** The outputs of a flake, not evaluated yet. */
export function flakeOutputs({ evaluator, flakes }: EvaluationSession, locked: LockedFlake): AttrCursor {
  return new AttrCursor(evaluator, undefined, () => {
    const flake = evaluator.forceAttrs(flakes.call(locked), "while parsing cached flake data");
    return evaluator.force(flake.get(evaluator.symbol("outputs")) as Slot);
  });
}

/** A path that begins with a dot is taken as it stands. */
function actualAttrPaths(fragment: string, { defaults, prefixes }: FlakeAttrPaths): string[] {
  if (fragment === "") return [...defaults];
  if (fragment.startsWith(".")) return [fragment.slice(1)];
  return [...prefixes.map((prefix) => prefix + fragment), fragment];
}

/** The cursor at the end of the path, or what might have been meant where it stopped. */
function walk(root: AttrCursor, path: readonly string[]): AttrCursor | readonly Suggestion[] {
  let cursor = root;
  for (const name of path) {
    const child = cursor.find(name);
    if (child === undefined) return bestMatches(cursor.names(), name);
    cursor = child;
  }
  return cursor;
}

function outputsToInstall(cursor: AttrCursor): readonly string[] {
  const wanted = new Set<string>();
  const specified = cursor.find("outputSpecified");
  if (specified !== undefined) {
    const name = specified.boolean() ? cursor.find("outputName") : undefined;
    if (name !== undefined) wanted.add(name.text());
  } else {
    for (const name of cursor.find("meta")?.find("outputsToInstall")?.texts() ?? []) wanted.add(name);
  }
  return wanted.size === 0 ? ["out"] : [...wanted].toSorted();
}

function showAttrPaths(paths: readonly string[]): string {
  return paths
    .map((path, index) => (index === 0 ? "" : index + 1 === paths.length ? " or " : ", ") + `'${path}'`)
    .join("");
}

function notADerivationPath(path: string): FirnError {
  return new FirnError("not-a-derivation", `path '${path}' is not a store derivation`);
}
