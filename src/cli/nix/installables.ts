// What commands of `nix` take as arguments: attribute paths of --file or --expr, or store paths, each with the outputs
// that are wanted behind a `^`. Flake references are not read yet.

import { readFileSync } from "node:fs";
import { FirnError, isDerivationPath, printStorePath, type StorePath } from "#formats";
import type { DerivedPath } from "#build";
import type { Slot } from "#language";
import { getDerivations } from "#profile";
import { absolutePath } from "../absolute-path.ts";
import { flagTable, firstOf, valueFlag, switchFlag, type FlagLookup } from "../arguments/command-line.ts";
import { commonFlags } from "../arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "../arguments/eval-flags.ts";
import type { Context } from "../command.ts";
import { resolveExpressionPath } from "../expression-path.ts";
import { followLinksToStorePath } from "../follow-links.ts";
import { openEvaluationSession, openSession, type EvaluationSession, type Session } from "../session.ts";
import { UsageError } from "../usage-error.ts";

export interface InstallableFlags {
  readonly lookup: FlagLookup;
  readonly evaluation: EvalFlags;
  file: string | undefined;
  expression: string | undefined;
  usesDebugger: boolean;
}

export function installableFlags(context: Context): InstallableFlags {
  const evaluation = evalFlags();
  const flags: InstallableFlags = {
    evaluation,
    file: undefined,
    expression: undefined,
    usesDebugger: false,
    lookup: firstOf(
      flagTable({
        "-f --file": valueFlag((file) => (flags.file = file)),
        "--expr": valueFlag((text) => (flags.expression = text)),
        "--debugger": switchFlag(() => (flags.usesDebugger = true)),
        "-L --print-build-logs": switchFlag(() => context.log.showBuildLogs()),
        "--offline --refresh --no-net": switchFlag(() => undefined),
      }),
      evaluation.lookup,
      commonFlags(context),
    ),
  };
  return flags;
}

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

/** For a command that only evaluates. */
export async function openInstallableEvaluation(context: Context, flags: InstallableFlags): Promise<EvaluationSession> {
  choosePurity(context, flags);
  await chooseDebugger(flags);
  return openEvaluationSession(context, flags.evaluation);
}

/** A file or an expression, not both. */
export function requireOneSource(flags: InstallableFlags): void {
  if (flags.file === undefined || flags.expression === undefined) return;
  throw new UsageError("'--file' and '--expr' are exclusive");
}

/** The debugger is loaded when somebody wants it. */
async function chooseDebugger({ usesDebugger, evaluation }: InstallableFlags): Promise<void> {
  if (!usesDebugger) return;
  const { makeDebugSession } = await import("./repl/debug-session.ts");
  evaluation.debugSession = makeDebugSession({ lendTerminal: (run) => run(), isGreeted: false });
}

/** Evaluation is pure unless a file is evaluated or --impure was given, as in Nix. */
function choosePurity(context: Context, flags: InstallableFlags): void {
  requireOneSource(flags);
  if (flags.file === undefined && !flags.evaluation.impure && !context.settings.isOverridden("pure-eval")) {
    context.settings.set("pure-eval", "true");
  }
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
  return evaluator.evalMainFile(resolveExpressionPath(session.lookupFile(flags.file)));
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
