// What nix eval asks of the language: the value that is selected, as text or written as files.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { FirnError } from "#formats";
import { hostPath } from "#host";
import { Attrs, ContextCollector, printJson, printValue, type Evaluator, type Slot } from "#language";
import { stringOf } from "#profile";
import { absolutePath } from "../text/absolute-path.ts";
import type { EvaluationSession } from "../evaluation/session.ts";
import type { EvalLine } from "./eval.ts";
import type { InstallableFlags } from "./installable-flags.ts";
import { selectValue } from "./installables.ts";

/** Says the text; nothing when the value is written to files. */
export function evaluateSelected(
  session: EvaluationSession,
  installables: InstallableFlags,
  line: EvalLine,
  say: (text: string) => void,
): void {
  const { evaluator } = session;
  const selected = evaluator.force(selectValue(session, installables, line.words[0] ?? "."));
  const value = applied(session, line, selected);
  if (line.writeTo === undefined) {
    say(printAs(session, line.format, value));
    return;
  }
  if (existsSync(hostPath(line.writeTo))) throw pathExists(line.writeTo);
  writeValue(evaluator, value, line.writeTo);
}

function applied(session: EvaluationSession, line: EvalLine, value: Slot): Slot {
  if (line.apply === undefined) return value;
  const { evaluator } = session;
  return evaluator.call1(evaluator.evalExpr(line.apply, absolutePath(".")), value);
}

function printAs({ evaluator }: EvaluationSession, format: EvalLine["format"], value: Slot): string {
  switch (format) {
    case "raw":
      return evaluator.coerceToString(value, new ContextCollector(), "while generating the eval command output");
    case "json":
      return printJson(evaluator, value, new ContextCollector(), 0, { copyToStore: false });
    case "plain":
      return `${printValue(evaluator, value, { force: true, derivationPaths: true, errors: "throw-top-level" })}\n`;
  }
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
