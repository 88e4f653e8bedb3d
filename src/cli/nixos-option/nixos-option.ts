// nixos-option: what an option of the system is, what it has become, and where that is said; with --why every definition, also
// those that lost. `firn why OPTION` is the latter. The answer is remembered while nothing that it rests on changes.

import { firstOf, parseCommandLine, type TakeWord } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "../arguments/eval-flags.ts";
import { fallBackToCollection } from "../evaluation/own-collection.ts";
import type { Command, Context } from "../command.ts";
import { answerOnce } from "../evaluation-cache/answer-once.ts";
import { printHelp } from "../program/help.ts";
import { openStoreOf } from "../stores/open-store.ts";
import { printProgramVersion } from "../program/print-version.ts";
import { UsageError } from "../program/usage-error.ts";

export interface OptionLine {
  action: "show" | "help" | "version";
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
  if (line.action === "help") return printHelp(called, context);
  if (line.action === "version") return printProgramVersion(context);
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
  const line: OptionLine = { action: "show", evaluation: evalFlags(), path: "", form, json: false };
  let named = false;
  const takeArgument = (word: string, _take: TakeWord): boolean => {
    switch (word) {
      case "--help":
        line.action = "help";
        return true;
      case "--version":
        line.action = "version";
        return true;
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
  parseCommandLine(words, firstOf(line.evaluation.lookup, legacyFlags(context)), takeArgument);
  if (line.action === "show" && line.form === "why" && line.path === "") throw new UsageError("no option was named");
  fallBackToCollection(context, line.evaluation);
  return line;
}
