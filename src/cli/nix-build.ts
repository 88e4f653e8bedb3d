// nix-build: expressions, or store derivations, into built outputs, with a link `result` that keeps each.

import { readFileSync } from "node:fs";
import { FirnError, isDerivationPath, isInStore, printStorePath, type StorePath } from "#formats";
import { queryMissing, type BuildMode, type DerivedPath } from "#build";
import type { Slot } from "#language";
import { getDerivations, packageOfDerivation, type PackageInfo } from "#profile";
import { absolutePath } from "./absolute-path.ts";
import { firstOf, parseCommandLine, type TakeWord } from "./arguments/command-line.ts";
import { legacyFlags } from "./arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "./arguments/eval-flags.ts";
import type { Command, Context } from "./command.ts";
import { resolveExpressionPath } from "./expression-path.ts";
import { followLinksToPathWithOutputs } from "./follow-links.ts";
import { printHelp } from "./help.ts";
import { printMissingPaths } from "./print-missing.ts";
import { printProgramVersion } from "./print-version.ts";
import { openWritingSession, type Session } from "./session.ts";

interface BuildLine {
  action: "build" | "help" | "version";
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
  help: "nix-build.md",
  async run(words, context) {
    const line = readCommandLine(words, context);
    if (line.action === "help") return printHelp(command, context);
    if (line.action === "version") return printProgramVersion(context);
    const session = await openWritingSession(context, line.evaluation);
    await build(session, line);
    return 0;
  },
};

function readCommandLine(words: readonly string[], context: Context): BuildLine {
  const line: BuildLine = {
    action: "build",
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
      case "--help":
        line.action = "help";
        break;
      case "--version":
        line.action = "version";
        break;
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
  parseCommandLine(words, firstOf(line.evaluation.lookup, legacyFlags(context)), takeArgument);
  if (context.switches.repair) line.mode = "repair";
  if (line.attrPaths.length === 0) line.attrPaths.push("");
  if (line.words.length === 0 && !line.fromStdin && !line.fromWords) line.words.push("./default.nix");
  return line;
}

interface Wanted {
  readonly derivation: StorePath;
  readonly output: string;
  /** What the link's name ends in. */
  readonly number: number;
}

async function build(session: Session, line: BuildLine): Promise<void> {
  const { context, store } = session;
  const wanted = numberDerivations(session, findDerivations(session, line));
  const paths: DerivedPath[] = wanted.map(({ derivation, output }) => ({
    kind: "built",
    derivation,
    outputs: [output],
  }));
  if (context.settings.boolean("print-missing")) printMissingPaths(context, store, queryMissing(store, paths));
  if (line.dryRun) return;
  await session.realise(paths, line.mode);
  const outputs = wanted.map(({ derivation, output, number }) => {
    const path = store.queryDerivationOutputs(derivation).get(output);
    if (path === undefined) throw outputMissing(printStorePath(store.storeDir, derivation), output);
    if (line.outLink !== undefined) {
      const ending = (number > 1 ? `-${number}` : "") + (output === "out" ? "" : `-${output}`);
      store.addPermanentRoot(path, absolutePath(line.outLink) + ending);
    }
    return path;
  });
  for (const path of outputs) context.output.writeLine(printStorePath(store.storeDir, path));
}

function findDerivations(session: Session, line: BuildLine): PackageInfo[] {
  const { evaluator, autoArguments, store } = session;
  const found: PackageInfo[] = [];
  const roots: Slot[] = [];
  if (line.fromStdin) {
    roots.push(evaluator.evalExpr(readFileSync(0, "latin1"), absolutePath("."), { kind: "stdin" }));
  } else {
    for (const word of line.words) {
      const derivation = line.fromWords ? undefined : namedDerivation(session, word);
      if (derivation !== undefined)
        found.push(packageOfDerivation(evaluator, store, derivation.path, derivation.output));
      else if (line.fromWords) roots.push(evaluator.evalExpr(word, absolutePath(".")));
      else roots.push(evaluator.evalMainFile(resolveExpressionPath(session.lookupFile(word))));
    }
  }
  for (const root of roots) {
    for (const attrPath of line.attrPaths) {
      const value = evaluator.findAlongAttrPath(attrPath, autoArguments, root).slot;
      found.push(
        ...getDerivations(evaluator, evaluator.force(value), { autoArguments, ignoreAssertionFailures: false }),
      );
    }
  }
  return found;
}

/** An argument that is a store derivation, or a link to one, with the output that is wanted behind a `!`. */
function namedDerivation(session: Session, word: string): { path: StorePath; output: string | undefined } | undefined {
  const { store } = session;
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

/** The same derivation twice has one number, as its outputs tell the links apart. */
function numberDerivations(session: Session, packages: readonly PackageInfo[]): Wanted[] {
  const numbers = new Map<StorePath, number>();
  return packages.map((element) => {
    const derivation = element.requireDerivationPath();
    const output = element.outputName();
    if (output === "") throw outputNameMissing(printStorePath(session.store.storeDir, derivation));
    const number = numbers.get(derivation) ?? numbers.size + 1;
    numbers.set(derivation, number);
    return { derivation, output, number };
  });
}

function outputNameMissing(path: string): FirnError {
  return new FirnError("output-name-missing", `derivation '${path}' lacks an 'outputName' attribute`);
}

function outputMissing(path: string, name: string): FirnError {
  return new FirnError("output-missing", `derivation '${path}' does not have an output named '${name}'`);
}

function severalOutputs(text: string): FirnError {
  return new FirnError("several-outputs", `building more than one derivation output is not supported, in '${text}'`);
}
