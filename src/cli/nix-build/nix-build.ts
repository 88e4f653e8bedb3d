// nix-build: expressions, or store derivations, into built outputs, with a link `result` that keeps each. How expressions
// are evaluated is loaded only when the cache does not have the answer.

import { FirnError, isDerivationPath, isInStore, printStorePath, type StorePath } from "#formats";
import { queryMissing, type BuildMode, type DerivedPath } from "#build";
import type { LocalStore } from "#store";
import { absolutePath } from "../text/absolute-path.ts";
import { firstOf, type TakeWord } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "../arguments/eval-flags.ts";
import { readProgramLine, type Asked } from "../arguments/program-line.ts";
import type { Command, Context } from "../command.ts";
import { answerOnce } from "../evaluation-cache/answer-once.ts";
import { followLinksToPathWithOutputs } from "../stores/follow-links.ts";
import { answerAsked } from "../program/answer-asked.ts";
import { printMissingPaths } from "../stores/print-missing.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import { realisePaths } from "../stores/realise-paths.ts";

export interface BuildLine {
  readonly evaluation: EvalFlags;
  readonly words: string[];
  readonly attrPaths: string[];
  fromWords: boolean;
  fromStdin: boolean;
  /** Where the links go; undefined makes none. */
  outLink: string | undefined;
  dryRun: boolean;
  mode: BuildMode;
}

export const command: Command = {
  name: "nix-build",
  help: "nix-build/nix-build.md",
  async run(words, context) {
    const { line, asked } = readCommandLine(words, context);
    if (asked !== undefined) return answerAsked(command, asked, context);
    const store = openLocalStoreOf(context);
    if (!context.switches.readOnly) store.beginWriting();
    for (const path of await build(context, store, line)) context.output.writeLine(path);
    return 0;
  },
};

function readCommandLine(words: readonly string[], context: Context): { line: BuildLine; asked: Asked | undefined } {
  const line: BuildLine = {
    evaluation: evalFlags(),
    words: [],
    attrPaths: [],
    fromWords: false,
    fromStdin: false,
    outLink: "./result",
    dryRun: false,
    mode: "normal",
  };
  const takeArgument = (word: string, take: TakeWord): boolean => {
    switch (word) {
      case "--no-out-link":
      case "--no-link":
        line.outLink = undefined;
        break;
      case "--attr":
      case "-A":
        line.attrPaths.push(take(word));
        break;
      case "--out-link":
      case "-o":
        line.outLink = take(word);
        break;
      case "--drv-link":
        take(word);
        break;
      case "--dry-run":
        line.dryRun = true;
        break;
      case "--check":
        line.mode = "check";
        break;
      case "--expr":
      case "-E":
        line.fromWords = true;
        break;
      case "-":
        line.fromStdin = true;
        break;
      case "--add-drv-link":
      case "--indirect":
        break;
      default:
        if (word.startsWith("-")) return false;
        line.words.push(word);
    }
    return true;
  };
  const flags = firstOf(line.evaluation.lookup, legacyFlags(context));
  const { asked } = readProgramLine(words, { flags, takeArgument });
  if (context.switches.repair) line.mode = "repair";
  if (line.attrPaths.length === 0) line.attrPaths.push("");
  if (line.words.length === 0 && !line.fromStdin && !line.fromWords) line.words.push("./default.nix");
  return { line, asked };
}

/** An output of a derivation that is wanted. */
export interface WantedOutput {
  readonly derivation: StorePath;
  readonly output: string;
}

interface Numbered extends WantedOutput {
  /** What the link's name ends in. */
  readonly number: number;
}

/** Builds what `line` names and gives the outputs' paths; with --dry-run only says what would be built, and gives none. */
export async function build(context: Context, store: LocalStore, line: BuildLine): Promise<string[]> {
  return await buildOutputs(context, store, await findDerivations(context, store, line), line);
}

/** The same of what was found already. */
export async function buildOutputs(
  context: Context,
  store: LocalStore,
  outputs: readonly WantedOutput[],
  line: Pick<BuildLine, "outLink" | "dryRun" | "mode">,
): Promise<string[]> {
  const wanted = numberDerivations(outputs);
  const paths: DerivedPath[] = wanted.map(({ derivation, output }) => ({
    kind: "built",
    derivation,
    outputs: [output],
  }));
  if (context.settings.boolean("print-missing")) printMissingPaths(context, store, queryMissing(store, paths));
  if (line.dryRun) return [];
  await realisePaths(context, store, paths, line.mode);
  return wanted.map(({ derivation, output, number }) => {
    const path = store.queryDerivationOutputs(derivation).get(output);
    if (path === undefined) throw outputMissing(printStorePath(store.storeDir, derivation), output);
    if (line.outLink !== undefined) {
      const ending = (number > 1 ? `-${number}` : "") + (output === "out" ? "" : `-${output}`);
      store.addPermanentRoot(path, absolutePath(line.outLink) + ending);
    }
    return printStorePath(store.storeDir, path);
  });
}

/** Those that are named first, then those in expressions. */
export async function findDerivations(
  context: Context,
  store: LocalStore,
  line: Pick<BuildLine, "evaluation" | "words" | "attrPaths" | "fromWords" | "fromStdin">,
): Promise<WantedOutput[]> {
  const found: WantedOutput[] = [];
  const expressions: string[] = [];
  for (const word of line.fromStdin ? [] : line.words) {
    const named = line.fromWords ? undefined : namedDerivation(store, word);
    if (named === undefined) expressions.push(word);
    else found.push(outputOf(store, named.path, named.output));
  }
  if (expressions.length === 0 && !line.fromStdin) return found;
  await answerOnce<WantedOutput>({
    context,
    store,
    flags: line.evaluation,
    question: line.fromStdin ? undefined : ["build", expressions, line.attrPaths, line.fromWords],
    isItem: isWantedOutput,
    act: (item) => found.push(item),
    evaluate: async (say, recording) => {
      const { findOutputs } = await import("./build-sources.ts");
      const { openSession } = await import("../evaluation/session.ts");
      const session = await openSession(context, line.evaluation, { store, recording });
      findOutputs(session, { ...line, words: expressions }, say);
    },
  });
  return found;
}

function isWantedOutput(value: unknown): value is WantedOutput {
  if (typeof value !== "object" || value === null) return false;
  const { derivation, output } = value as Record<string, unknown>;
  return typeof derivation === "string" && typeof output === "string";
}

/** An argument that is a store derivation, or a link to one, with the output that is wanted behind a `!`. */
function namedDerivation(store: LocalStore, word: string): { path: StorePath; output: string | undefined } | undefined {
  try {
    const { path, outputs } = followLinksToPathWithOutputs(store, word);
    if (!isDerivationPath(path)) return undefined;
    if (outputs.length > 1) throw severalOutputs(word);
    return { path, output: outputs[0] };
  } catch (error) {
    if (error instanceof FirnError && !isInStore(store.storeDir, word)) return undefined;
    throw error;
  }
}

/** A derivation's output; when none is named, the one that it says itself. */
function outputOf(store: LocalStore, path: StorePath, named: string | undefined): WantedOutput {
  const derivation = store.readDerivation(path);
  const output = named ?? derivation.env.get("outputName") ?? "out";
  if (!derivation.outputs.has(output)) throw derivationOutputMissing(printStorePath(store.storeDir, path), output);
  return { derivation: path, output };
}

/** The same derivation twice has one number, as its outputs tell the links apart. */
function numberDerivations(outputs: readonly WantedOutput[]): Numbered[] {
  const numbers = new Map<StorePath, number>();
  return outputs.map(({ derivation, output }) => {
    const number = numbers.get(derivation) ?? numbers.size + 1;
    numbers.set(derivation, number);
    return { derivation, output, number };
  });
}

function derivationOutputMissing(derivation: string, name: string): FirnError {
  return new FirnError("output-missing", `derivation '${derivation}' does not have output '${name}'`);
}

function outputMissing(path: string, name: string): FirnError {
  return new FirnError("output-missing", `derivation '${path}' does not have an output named '${name}'`);
}

function severalOutputs(text: string): FirnError {
  return new FirnError("several-outputs", `building more than one derivation output is not supported, in '${text}'`);
}
