// What commands of `nix` take as arguments: attribute paths of --file or --expr, store paths, or flake references, each with
// the outputs that are wanted behind a `^`.

import { readFileSync } from "node:fs";
import { FirnError, isDerivationPath, printStorePath, type StorePath } from "#formats";
import type { DerivedPath } from "#build";
import type { Slot } from "#language";
import { getDerivations } from "#profile";
import { absolutePath } from "../text/absolute-path.ts";
import type { Context } from "../command.ts";
import { followLinksToStorePath } from "../stores/follow-links.ts";
import { openSession, type EvaluationSession, type Session } from "../evaluation/session.ts";
import { UsageError } from "../program/usage-error.ts";
import { chooseDebugger, choosePurity, type InstallableFlags } from "./installable-flags.ts";
import { FlakeInstallable, packageAttrPaths } from "./flake-installable.ts";
import { parseWithOutputs, type WithOutputs } from "./outputs-spec.ts";

export async function openInstallableSession(context: Context, flags: InstallableFlags): Promise<Session> {
  choosePurity(context, flags);
  await chooseDebugger(flags);
  return await openSession(context, flags.evaluation);
}

/** The value that an argument selects. */
export function selectValue(session: EvaluationSession, flags: InstallableFlags, word: string): Slot {
  const { text } = parseWithOutputs(word);
  const root = rootValue(session, flags);
  if (root === undefined) {
    if (text.includes("/") && leadsToStore(session, text)) throw notAValue(word);
    return flakeInstallable(session, flags, text).value();
  }
  const path = text === "." ? "" : text;
  return session.evaluator.findAlongAttrPath(path, session.autoArguments, root).slot;
}

/** What has to be realised for the arguments; with none of them the whole of --file or --expr, or the flake here. */
export function toDerivedPaths(session: Session, flags: InstallableFlags, words: readonly string[]): DerivedPath[] {
  const root = rootValue(session, flags);
  const named = (words.length === 0 ? ["."] : words).map(parseWithOutputs);
  if (root !== undefined) return named.flatMap((one) => attributeInstallable(session, root, one));
  return named.map((one) => readInstallable(session, flags, one)).map((derive) => derive());
}

/** Nothing is evaluated before all arguments are understood. */
function readInstallable(session: Session, flags: InstallableFlags, named: WithOutputs): () => DerivedPath {
  const known = named.text.includes("/") ? tryStorePath(session, named) : undefined;
  if (known !== undefined) return () => known;
  const installable = flakeInstallable(session, flags, named.text);
  return () => installable.toDerivedPath(named.outputs);
}

function flakeInstallable(session: EvaluationSession, flags: InstallableFlags, text: string): FlakeInstallable {
  const system = session.context.settings.text("system");
  return new FlakeInstallable(session, text, packageAttrPaths(system), flags.flakes.lockFlags(session.flakes));
}

function rootValue(session: EvaluationSession, flags: InstallableFlags): Slot | undefined {
  const { evaluator } = session;
  if (flags.expression !== undefined) return evaluator.evalExpr(flags.expression, absolutePath("."));
  if (flags.file === undefined) return undefined;
  if (flags.file === "-") return evaluator.evalExpr(readFileSync(0, "latin1"), absolutePath("."), { kind: "stdin" });
  return evaluator.evalMainFile(session.lookupExpression(flags.file));
}

function leadsToStore({ store }: EvaluationSession, text: string): boolean {
  try {
    followLinksToStorePath(store, text);
    return true;
  } catch {
    return false;
  }
}

/** Undefined for what is no path in the store, nor a link to one; that may be a flake. */
function tryStorePath(session: Session, { text, outputs }: WithOutputs): DerivedPath | undefined {
  try {
    const path = followLinksToStorePath(session.store, text);
    if (outputs === undefined) return { kind: "opaque", path };
    if (!isDerivationPath(path)) throw notADerivation(printStorePath(session.store.storeDir, path));
    return { kind: "built", derivation: path, outputs };
  } catch (error) {
    if (error instanceof FirnError && ["not-in-store", "bad-store-path"].includes(error.code)) return undefined;
    throw error;
  }
}

function attributeInstallable(session: Session, root: Slot, { text, outputs }: WithOutputs): DerivedPath[] {
  const { evaluator, autoArguments } = session;
  const slot = evaluator.findAlongAttrPath(text === "." ? "" : text, autoArguments, root).slot;
  const byDerivation = new Map<StorePath, DerivedPath>();
  for (const element of getDerivations(evaluator, slot, { autoArguments, ignoreAssertionFailures: false })) {
    const derivation = element.derivationPath();
    if (derivation === undefined) throw notADerivation(text);
    const installed = [...element.outputsToInstall().keys()];
    byDerivation.set(derivation, {
      kind: "built",
      derivation,
      outputs: outputs ?? (installed.length === 0 ? ["out"] : installed),
    });
  }
  return [...byDerivation.keys()].toSorted().map((derivation) => byDerivation.get(derivation) as DerivedPath);
}

function notAValue(text: string): UsageError {
  return new UsageError(`installable '${text}' does not correspond to a Nix language value`);
}

function notADerivation(text: string): FirnError {
  return new FirnError("not-a-derivation", `'${text}' is not a derivation`);
}
