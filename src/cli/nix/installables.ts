// What commands of `nix` take as arguments: attribute paths of --file or --expr, or store paths, each with the outputs
// that are wanted behind a `^`. Flake references are not read yet.

import { readFileSync } from "node:fs";
import { FirnError, isDerivationPath, printStorePath, type StorePath } from "#formats";
import type { DerivedPath } from "#build";
import type { Slot } from "#language";
import { getDerivations } from "#profile";
import { absolutePath } from "../absolute-path.ts";
import type { Context } from "../command.ts";
import { followLinksToStorePath } from "../follow-links.ts";
import { openSession, type EvaluationSession, type Session } from "../session.ts";
import { chooseDebugger, choosePurity, type InstallableFlags } from "./installable-flags.ts";

/** `all`, or names; undefined leaves it to the package. */
type WantedOutputs = "all" | readonly string[] | undefined;

interface Named {
  readonly text: string;
  readonly outputs: WantedOutputs;
}

export async function openInstallableSession(context: Context, flags: InstallableFlags): Promise<Session> {
  choosePurity(context, flags);
  await chooseDebugger(flags);
  return await openSession(context, flags.evaluation);
}

/** The value that an argument selects. */
export function selectValue(session: EvaluationSession, flags: InstallableFlags, word: string): Slot {
  const root = rootValue(session, flags);
  if (root === undefined) throw flakesNotSupported(word);
  const path = word === "." ? "" : word;
  return session.evaluator.findAlongAttrPath(path, session.autoArguments, root).slot;
}

/** What has to be realised for the arguments; with none of them the whole of --file or --expr. */
export function toDerivedPaths(session: Session, flags: InstallableFlags, words: readonly string[]): DerivedPath[] {
  const root = rootValue(session, flags);
  const named = (words.length === 0 ? ["."] : words).map(parseInstallable);
  if (root === undefined) return named.map((one) => storeInstallable(session, one));
  return named.flatMap((one) => attributeInstallable(session, root, one));
}

function parseInstallable(word: string): Named {
  const caret = word.lastIndexOf("^");
  if (caret < 0) return { text: word, outputs: undefined };
  const outputs = word.slice(caret + 1);
  return { text: word.slice(0, caret), outputs: outputs === "*" ? "all" : outputs.split(",") };
}

function rootValue(session: EvaluationSession, flags: InstallableFlags): Slot | undefined {
  const { evaluator } = session;
  if (flags.expression !== undefined) return evaluator.evalExpr(flags.expression, absolutePath("."));
  if (flags.file === undefined) return undefined;
  if (flags.file === "-") return evaluator.evalExpr(readFileSync(0, "latin1"), absolutePath("."), { kind: "stdin" });
  return evaluator.evalMainFile(session.lookupExpression(flags.file));
}

function storeInstallable(session: Session, { text, outputs }: Named): DerivedPath {
  if (!text.includes("/")) throw flakesNotSupported(text);
  const path = followToStore(session, text);
  if (outputs === undefined) return { kind: "opaque", path };
  if (!isDerivationPath(path)) throw notADerivation(printStorePath(session.store.storeDir, path));
  return { kind: "built", derivation: path, outputs };
}

function followToStore(session: Session, text: string): StorePath {
  try {
    return followLinksToStorePath(session.store, text);
  } catch (error) {
    if (error instanceof FirnError && error.code === "not-in-store") throw flakesNotSupported(text);
    throw error;
  }
}

function attributeInstallable(session: Session, root: Slot, { text, outputs }: Named): DerivedPath[] {
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

function flakesNotSupported(text: string): FirnError {
  return new FirnError("flakes-not-supported", `'${text}' is no store path, and flake references cannot be read yet`, {
    hint: "Name a file of expressions with --file, or an expression with --expr, and attributes of it.",
  });
}

function notADerivation(text: string): FirnError {
  return new FirnError("not-a-derivation", `'${text}' is not a derivation`);
}
