// nix eval: prints a value.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { FirnError, parseJson, printIndentedJson } from "#formats";
import { hostPath, isTerminal } from "#host";
import { Attrs, ContextCollector, printJson, printValue, type Evaluator, type Slot } from "#language";
import { stringOf } from "#profile";
import { absolutePath } from "../absolute-path.ts";
import { firstOf, flagTable, parseCommandLine, switchFlag, valueFlag } from "../arguments/command-line.ts";
import type { Command } from "../command.ts";
import { printHelp } from "../help.ts";
import type { Output } from "../output.ts";
import type { EvaluationSession } from "../session.ts";
import { unexpectedArgument, UsageError } from "../usage-error.ts";
import { installableFlags, openInstallableEvaluation, selectValue } from "./installables.ts";

interface EvalLine {
  format: "plain" | "raw" | "json";
  apply: string | undefined;
  writeTo: string | undefined;
  wantsHelp: boolean;
  readonly words: string[];
}

export const command: Command = {
  name: "nix eval",
  help: "nix/eval.md",
  async run(words, context) {
    const line: EvalLine = { format: "plain", apply: undefined, writeTo: undefined, wantsHelp: false, words: [] };
    const installables = installableFlags(context);
    const choose = (format: "raw" | "json") => {
      if (line.format !== "plain" && line.format !== format) {
        throw new UsageError("--raw and --json are mutually exclusive");
      }
      line.format = format;
    };
    const flags = flagTable({
      "--raw": switchFlag(() => choose("raw")),
      "--json": switchFlag(() => choose("json")),
      "--apply": valueFlag((text) => (line.apply = text)),
      "--write-to": valueFlag((path) => (line.writeTo = path)),
      "--read-only": switchFlag(() => (context.switches.readOnly = true)),
      "--help": switchFlag(() => (line.wantsHelp = true)),
    });
    parseCommandLine(words, firstOf(flags, installables.lookup), (word) => {
      if (word.startsWith("-")) return false;
      if (line.words.push(word) > 1) throw unexpectedArgument(word);
      return true;
    });
    if (line.wantsHelp) return printHelp(command, context);

    const session = await openInstallableEvaluation(context, installables);
    const selected = session.evaluator.force(selectValue(session, installables, line.words[0] ?? "."));
    print(session, line, applied(session, line, selected));
    return 0;
  },
};

function applied(session: EvaluationSession, line: EvalLine, value: Slot): Slot {
  if (line.apply === undefined) return value;
  const { evaluator } = session;
  return evaluator.call1(evaluator.evalExpr(line.apply, absolutePath(".")), value);
}

function print(session: EvaluationSession, line: EvalLine, value: Slot): void {
  const { evaluator, context } = session;
  const { output } = context;
  if (line.writeTo !== undefined) {
    if (existsSync(hostPath(line.writeTo))) throw pathExists(line.writeTo);
    writeValue(evaluator, value, line.writeTo);
    return;
  }
  switch (line.format) {
    case "raw":
      output.write(evaluator.coerceToString(value, new ContextCollector(), "while generating the eval command output"));
      break;
    case "json":
      printJsonText(output, printJson(evaluator, value, new ContextCollector(), 0, { copyToStore: false }));
      break;
    case "plain":
      output.writeLine(printValue(evaluator, value, { force: true, derivationPaths: true, errors: "throw-top-level" }));
      break;
  }
}

/** For people it is indented, for programs on one line. */
export function printJsonText(output: Output, compact: string): void {
  output.writeLine(isTerminal(1) ? printIndentedJson(parseJson(compact), 2) : compact);
}

/** A string becomes a file, a set a folder of what is in it. */
function writeValue(evaluator: Evaluator, slot: Slot, path: string): void {
  const value = evaluator.force(slot);
  const text = stringOf(value);
  if (text !== undefined) writeFileSync(hostPath(path), text, "latin1");
  else if (value instanceof Attrs) {
    mkdirSync(hostPath(path));
    for (const [name, member] of value.sortedEntries(evaluator.symbols)) {
      if (name === "." || name === "..") throw invalidFileName(name);
      writeValue(evaluator, member, `${path}/${name}`);
    }
  } else throw notWritable(path);
}

function pathExists(path: string): FirnError {
  return new FirnError("path-exists", `path '${path}' already exists`);
}

function invalidFileName(name: string): FirnError {
  return new FirnError("invalid-file-name", `invalid file name '${name}'`);
}

function notWritable(path: string): FirnError {
  return new FirnError("not-writable", `value at '${path}' is not a string or an attribute set`);
}
