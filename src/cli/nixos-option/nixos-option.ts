// nixos-option: what an option of the system is, what it has become, and where that is said; with --why every definition, also
// those that lost. `firn why OPTION` is the latter. The answer is remembered while nothing that it rests on changes.

import { firstOf } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "../arguments/eval-flags.ts";
import { fallBackToCollection } from "../evaluation/own-collection.ts";
import { readProgramLine, type Asked } from "../arguments/program-line.ts";
import type { Command, Context } from "../command.ts";
import { answerOnce } from "../evaluation-cache/answer-once.ts";
import { answerAsked } from "../program/answer-asked.ts";
import { openStoreOf } from "../stores/open-store.ts";
import { UsageError } from "../program/usage-error.ts";

export interface OptionLine {
  /** What is asked instead. */
  asked: Asked | undefined;
  readonly evaluation: EvalFlags;
  /** As it was typed, without a dot at its end; empty for the root. */
  path: string;
  /** `full`: all there is to say of one option, or the names in a set; `tree`: every value below. */
  form: "full" | "tree" | "why";
  json: boolean;
}

export const command: Command = {
  name: "nixos-option",
  help: "nixos-option/nixos-option.md",
  run: (words, context) => run(command, readCommandLine(words, context, "full"), context),
};

export const whyCommand: Command = {
  name: "firn why",
  help: "nixos-option/why.md",
  run: (words, context) => run(whyCommand, readCommandLine(words, context, "why"), context),
};

async function run(called: Command, line: OptionLine, context: Context): Promise<number> {
  if (line.asked !== undefined) return answerAsked(called, line.asked, context);
  context.switches.readOnly = true;
  const store = openStoreOf(context);
  await answerOnce<string>({
    context,
    store,
    flags: line.evaluation,
    question: ["option", line.path, line.form, line.json],
    isItem: (value) => typeof value === "string",
    act: (text) => context.output.write(text),
    evaluate: async (say, recording) => {
      const { answer } = await import("./answer.ts");
      const { openEvaluationSession } = await import("../evaluation/session.ts");
      answer(openEvaluationSession(context, line.evaluation, { store, recording }), line, say);
    },
  });
  return 0;
}

function readCommandLine(words: readonly string[], context: Context, form: OptionLine["form"]): OptionLine {
  const line: OptionLine = { asked: undefined, evaluation: evalFlags(), path: "", form, json: false };
  let named = false;
  const takeArgument = (word: string): boolean => {
    switch (word) {
      case "-r":
      case "--recursive":
        line.form = "tree";
        return true;
      case "--why":
        line.form = "why";
        return true;
      case "--json":
        line.json = true;
        return true;
      case "--no-flake":
        return true;
      default:
        if (word.startsWith("-")) return false;
        if (named) throw new UsageError("Only one option path can be provided");
        named = true;
        line.path = word.replace(/\.$/, "");
        return true;
    }
  };
  const flags = firstOf(line.evaluation.lookup, legacyFlags(context));
  line.asked = readProgramLine(words, { flags, takeArgument }).asked;
  if (line.asked !== undefined) return line;
  if (line.form === "why" && line.path === "") throw new UsageError("no option was named");
  fallBackToCollection(context, line.evaluation);
  return line;
}
