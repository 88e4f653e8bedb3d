// Making what a string refers to exist: its store paths are checked to be valid, the derivation outputs it names are
// built (import from derivation), and placeholders of outputs whose paths were not known are put right.

import { downstreamPlaceholder, printStorePath, type StorePath } from "#formats";
import { BaseError, hint, IFDError, InvalidPathError } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { isInternalPath } from "../machine/internal-paths.ts";
import { resolveAsFarAsItGoes } from "../machine/paths.ts";
import { ContextCollector, type DerivedFrom, displayContextElement, type StringContext } from "../values/context.ts";
import type { Slot } from "../values/value.ts";
import { withLanguageErrors } from "./foreign-error.ts";

/** A store path that should be valid is not; carries which. */
export class InvalidStorePathError extends InvalidPathError {
  readonly path: StorePath;
  constructor(path: StorePath) {
    super(hint`path '${path}' is not valid`);
    this.path = path;
  }
}

export type Rewrites = ReadonlyMap<string, string>;

const noRewrites: Rewrites = new Map();

/** Builds what the context names and returns what to replace in the string (EvalState::realiseContext). */
export function realiseContext(evaluator: Evaluator, context: StringContext): Rewrites {
  if (context.isEmpty) return noRewrites;
  const { io, settings } = evaluator;
  const wanted = new Map<StorePath, Set<string>>();
  let first: string | undefined;
  for (const element of context.parsed()) {
    switch (element.kind) {
      case "opaque":
        requireValid(evaluator, element.path);
        break;
      case "drvDeep":
        requireValid(evaluator, element.drv);
        break;
      case "built": {
        const drv = withLanguageErrors(() => resolveDerivation(evaluator, element.drv));
        requireValid(evaluator, drv);
        first ??= displayContextElement(io.storeDir, element);
        const outputs = wanted.get(drv) ?? new Set();
        wanted.set(drv, outputs.add(element.output));
      }
    }
  }
  if (first === undefined) return noRewrites;
  if (!settings.allowImportFromDerivation) throw importFromDerivationForbidden(first);
  if (settings.traceImportFromDerivation) {
    io.emitMessage("warn", `built '${first}' during evaluation due to an import from derivation`);
  }
  return build(evaluator, wanted);
}

function build(evaluator: Evaluator, wanted: ReadonlyMap<StorePath, ReadonlySet<string>>): Rewrites {
  const rewrites = new Map<string, string>();
  const hasFloating = evaluator.settings.experimentalFeatures.has("ca-derivations");
  for (const [drv, outputs] of wanted) {
    const built = withLanguageErrors(() => evaluator.io.realise(drv, [...outputs].toSorted()));
    if (!hasFloating) continue;
    for (const [output, path] of built) {
      rewrites.set(downstreamPlaceholder(drv, output), printStorePath(evaluator.io.storeDir, path));
    }
  }
  return rewrites;
}

/** The derivation itself, built first where it is an output of another one. */
function resolveDerivation(evaluator: Evaluator, from: DerivedFrom): StorePath {
  if (from.kind === "opaque") return from.path;
  const outer = resolveDerivation(evaluator, from.drv);
  const path = evaluator.io.realise(outer, [from.output]).get(from.output);
  if (path === undefined) throw new BaseError(hint`derivation '${outer}' does not have output '${from.output}'`);
  return path;
}

function requireValid(evaluator: Evaluator, path: StorePath): void {
  if (!withLanguageErrors(() => evaluator.io.isValidPath(path))) throw new InvalidStorePathError(path);
}

function importFromDerivationForbidden(output: string): IFDError {
  return new IFDError(
    hint`cannot build '${output}' during evaluation because the option 'allow-import-from-derivation' is disabled`,
  );
}

export function rewriteString(text: string, rewrites: Rewrites): string {
  let result = text;
  for (const [from, to] of rewrites) result = result.replaceAll(from, () => to);
  return result;
}

/** Which symlinks of a path are followed: all, all but the last part, or none. */
export type Following = "all" | "ancestors" | "none";

/** The path that a value names, with what it refers to built (EvalState::realisePath). */
export function realisePath(evaluator: Evaluator, slot: Slot, following: Following = "all"): string {
  const collector = new ContextCollector();
  const { path } = evaluator.coerceToPath(slot, collector, "while realising the context of a path");
  try {
    const realised = rewriteString(path, realiseContext(evaluator, collector.context));
    // Who follows no links looks at nothing yet.
    if (following === "none" || isInternalPath(realised)) return realised;
    evaluator.io.checkAccess(realised);
    switch (following) {
      case "all":
        return resolveAsFarAsItGoes(evaluator.io, realised, true);
      case "ancestors":
        return resolveAsFarAsItGoes(evaluator.io, realised, false);
    }
  } catch (error) {
    const known = error;
    if (known instanceof BaseError) known.addTrace(undefined, hint`while realising the context of path '${path}'`);
    throw known;
  }
}
