// What nix-instantiate asks of the language: sources from files, arguments and standard input, and of each the derivations
// in it, its value as text, or how it was understood.

import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { FirnError, printStorePath } from "#formats";
import { hostPath } from "#host";
import { ContextCollector, printAmbiguous, printExpr, printJson, type Value, writeXml } from "#language";
import { getDerivations, type PackageInfo } from "#profile";
import { absolutePath } from "../text/absolute-path.ts";
import type { InstantiateItem, InstantiateLine } from "./nix-instantiate.ts";
import type { EvaluationSession } from "../evaluation/session.ts";

type Say = (item: InstantiateItem) => void;

export function instantiate(session: EvaluationSession, line: InstantiateLine, say: Say): void {
  if (line.action === "find-file") for (const word of line.words) say(`${session.evaluator.findFile(word).path}\n`);
  else for (const source of sources(session, line)) processSource(session, line, source, say);
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
    else yield { kind: "file", path: session.lookupExpression(word) };
  }
}

function processSource(session: EvaluationSession, line: InstantiateLine, source: Source, say: Say): void {
  const { evaluator, autoArguments } = session;
  if (line.action === "parse") {
    say(printParsed(session, source));
    return;
  }
  const root =
    source.kind === "file"
      ? evaluator.evalMainFile(source.path)
      : evaluator.evalExpr(source.text, absolutePath("."), { kind: source.origin });
  for (const attrPath of line.attrPaths) {
    const value = evaluator.force(evaluator.findAlongAttrPath(attrPath, autoArguments, root).slot);
    if (line.action === "evaluate") printEvaluated(session, line, value, say);
    else {
      const options = { autoArguments, ignoreAssertionFailures: false };
      for (const element of getDerivations(evaluator, value, options)) nameDerivation(session, element, say);
    }
  }
}

function printParsed(session: EvaluationSession, source: Source): string {
  const { expr } =
    source.kind === "file"
      ? session.evaluator.parse(
          { origin: { kind: "path", path: source.path }, text: readFileSync(hostPath(source.path), "latin1") },
          posix.dirname(source.path),
        )
      : session.evaluator.parse({ origin: { kind: source.origin }, text: source.text }, absolutePath("."));
  return `${printExpr(expr)}\n`;
}

function printEvaluated(session: EvaluationSession, line: InstantiateLine, value: Value, say: Say): void {
  const { evaluator, autoArguments } = session;
  const result = autoArguments.isEmpty ? value : evaluator.autoCall(autoArguments, value);
  const collector = new ContextCollector();
  switch (line.format) {
    case "raw":
      return say(evaluator.coerceToString(result, collector, "while generating the nix-instantiate output"));
    case "xml":
      return writeXml(evaluator, result, collector, { strict: line.strict, location: line.locations }, say);
    case "json":
      return say(`${printJson(evaluator, result, collector, 0, { strict: line.strict })}\n`);
    case "plain":
      if (line.strict) evaluator.forceDeep(result);
      return say(`${printAmbiguous(evaluator, result)}\n`);
  }
}

function nameDerivation(session: EvaluationSession, element: PackageInfo, say: Say): void {
  const derivation = element.requireDerivationPath();
  const output = element.outputName();
  if (output === "") throw outputNameMissing(printStorePath(session.store.storeDir, derivation));
  say({ derivation, output });
}

function outputNameMissing(path: string): FirnError {
  return new FirnError("output-name-missing", `derivation '${path}' lacks an 'outputName' attribute`);
}
