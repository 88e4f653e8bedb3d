// nix-instantiate: expressions into store derivations, or with --eval into printed values, or with --parse into how they
// were understood.

import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { FirnError, printStorePath } from "#formats";
import { hostPath } from "#host";
import { ContextCollector, printAmbiguous, printExpr, printJson, type Value, writeXml } from "#language";
import { getDerivations, type PackageInfo } from "#profile";
import { absolutePath } from "./absolute-path.ts";
import { firstOf, parseCommandLine, type TakeWord } from "./arguments/command-line.ts";
import { legacyFlags } from "./arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "./arguments/eval-flags.ts";
import type { Command, Context } from "./command.ts";
import { resolveExpressionPath } from "./expression-path.ts";
import { warnAboutCollection } from "./gc-warning.ts";
import { printHelp } from "./help.ts";
import { printProgramVersion } from "./print-version.ts";
import { openEvaluationSession, type EvaluationSession } from "./session.ts";

interface InstantiateLine {
  action: "instantiate" | "evaluate" | "parse" | "find-file" | "help" | "version";
  readonly evaluation: EvalFlags;
  readonly words: string[];
  readonly attrPaths: string[];
  fromWords: boolean;
  fromStdin: boolean;
  format: "plain" | "raw" | "xml" | "json";
  locations: boolean;
  strict: boolean;
  readWrite: boolean;
  root: string | undefined;
}

export const command: Command = {
  name: "nix-instantiate",
  help: "nix-instantiate.md",
  async run(words, context) {
    const line = readCommandLine(words, context);
    switch (line.action) {
      case "help":
        return printHelp(command, context);
      case "version":
        return printProgramVersion(context);
      case "instantiate":
      case "evaluate":
      case "parse":
      case "find-file":
        break;
    }
    if ((line.action === "evaluate" || line.action === "parse") && !line.readWrite) context.switches.readOnly = true;
    const session = openEvaluationSession(context, line.evaluation);
    if (!context.switches.readOnly) session.store.beginWriting();
    if (line.action === "find-file") findFiles(session, line);
    else for (const source of sources(session, line)) processSource(session, line, source);
    return 0;
  },
};

function readCommandLine(words: readonly string[], context: Context): InstantiateLine {
  const line: InstantiateLine = {
    action: "instantiate",
    evaluation: evalFlags(),
    words: [],
    attrPaths: [],
    fromWords: false,
    fromStdin: false,
    format: "plain",
    locations: true,
    strict: false,
    readWrite: false,
    root: undefined,
  };
  const actions: Readonly<Record<string, () => void>> = {
    "--help": () => (line.action = "help"),
    "--version": () => (line.action = "version"),
    "-": () => (line.fromStdin = true),
    "--expr": () => (line.fromWords = true),
    "-E": () => (line.fromWords = true),
    "--eval": () => (line.action = line.action === "parse" ? "parse" : "evaluate"),
    "--eval-only": () => (line.action = line.action === "parse" ? "parse" : "evaluate"),
    "--read-write-mode": () => (line.readWrite = true),
    "--parse": () => (line.action = "parse"),
    "--parse-only": () => (line.action = "parse"),
    "--find-file": () => (line.action = "find-file"),
    "--indirect": () => undefined,
    "--raw": () => (line.format = "raw"),
    "--xml": () => (line.format = "xml"),
    "--json": () => (line.format = "json"),
    "--no-location": () => (line.locations = false),
    "--strict": () => (line.strict = true),
    "--dry-run": () => (context.switches.readOnly = true),
  };
  const takeArgument = (word: string, take: TakeWord): boolean => {
    const action = actions[word];
    if (action !== undefined) action();
    else if (word === "--attr" || word === "-A") line.attrPaths.push(take(word));
    else if (word === "--add-root") line.root = take(word);
    else if (word.startsWith("-")) return false;
    else line.words.push(word);
    return true;
  };
  parseCommandLine(words, firstOf(line.evaluation.lookup, legacyFlags(context)), takeArgument);
  if (line.attrPaths.length === 0) line.attrPaths.push("");
  return line;
}

function findFiles(session: EvaluationSession, line: InstantiateLine): void {
  for (const word of line.words) session.context.output.writeLine(session.evaluator.findFile(word).path);
}

/** Program text with where it comes from, or a file. */
type Source =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "text"; readonly text: string; readonly origin: "string" | "stdin" };

function* sources(session: EvaluationSession, line: InstantiateLine): Generator<Source, void> {
  if (line.fromStdin) yield { kind: "text", text: readFileSync(0, "latin1"), origin: "stdin" };
  const words = line.words.length === 0 && !line.fromStdin && !line.fromWords ? ["./default.nix"] : line.words;
  for (const word of words) {
    if (line.fromWords) yield { kind: "text", text: word, origin: "string" };
    else yield { kind: "file", path: resolveExpressionPath(session.lookupFile(word)) };
  }
}

function processSource(session: EvaluationSession, line: InstantiateLine, source: Source): void {
  const { evaluator, autoArguments } = session;
  if (line.action === "parse") {
    printParsed(session, source);
    return;
  }
  const root =
    source.kind === "file"
      ? evaluator.evalMainFile(source.path)
      : evaluator.evalExpr(source.text, absolutePath("."), { kind: source.origin });
  for (const attrPath of line.attrPaths) {
    const value = evaluator.force(evaluator.findAlongAttrPath(attrPath, autoArguments, root).slot);
    if (line.action === "evaluate") printValue(session, line, value);
    else {
      const options = { autoArguments, ignoreAssertionFailures: false };
      for (const element of getDerivations(evaluator, value, options)) printDerivationPath(session, line, element);
    }
  }
}

function printParsed(session: EvaluationSession, source: Source): void {
  const { expr } =
    source.kind === "file"
      ? session.evaluator.parse(
          { origin: { kind: "path", path: source.path }, text: readFileSync(hostPath(source.path), "latin1") },
          posix.dirname(source.path),
        )
      : session.evaluator.parse({ origin: { kind: source.origin }, text: source.text }, absolutePath("."));
  session.context.output.writeLine(printExpr(expr));
}

function printValue(session: EvaluationSession, line: InstantiateLine, value: Value): void {
  const { evaluator, autoArguments, context } = session;
  const { output } = context;
  const result = autoArguments.isEmpty ? value : evaluator.autoCall(autoArguments, value);
  const collector = new ContextCollector();
  switch (line.format) {
    case "raw":
      output.write(evaluator.coerceToString(result, collector, "while generating the nix-instantiate output"));
      break;
    case "xml":
      writeXml(evaluator, result, collector, { strict: line.strict, location: line.locations }, (piece) => {
        output.write(piece);
      });
      break;
    case "json":
      output.writeLine(printJson(evaluator, result, collector, 0, { strict: line.strict }));
      break;
    case "plain":
      if (line.strict) evaluator.forceDeep(result);
      output.writeLine(printAmbiguous(evaluator, result));
      break;
  }
}

function printDerivationPath(session: EvaluationSession, line: InstantiateLine, element: PackageInfo): void {
  const { store, context } = session;
  const path = element.requireDerivationPath();
  let printed = printStorePath(store.storeDir, path);
  const outputName = element.outputName();
  if (outputName === "") throw outputNameMissing(printed);
  if (line.root === undefined) warnAboutCollection(context);
  else {
    const number = ++context.switches.rootsMade;
    printed = store.addPermanentRoot(path, absolutePath(line.root) + (number > 1 ? `-${number}` : ""));
  }
  context.output.writeLine(printed + (outputName === "out" ? "" : `!${outputName}`));
}

function outputNameMissing(path: string): FirnError {
  return new FirnError("output-name-missing", `derivation '${path}' lacks an 'outputName' attribute`);
}
