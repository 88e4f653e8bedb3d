// nix eval: prints a value. How it is evaluated is loaded only when the cache does not have the answer.

import { parseJson, printIndentedJson } from "#formats";
import { isTerminal } from "#host";
import { firstOf, flagTable, parseCommandLine, switchFlag, valueFlag } from "../arguments/command-line.ts";
import type { Command } from "../command.ts";
import { answerOnce } from "../evaluation-cache/answer-once.ts";
import { printHelp } from "../program/help.ts";
import { openStoreOf } from "../stores/open-store.ts";
import type { Output } from "../program/output.ts";
import { unexpectedArgument, UsageError } from "../program/usage-error.ts";
import { chooseDebugger, choosePurity, installableFlags, questionOfInstallables } from "./installable-flags.ts";

export interface EvalLine {
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

    choosePurity(context, installables);
    await chooseDebugger(installables);
    const store = openStoreOf(context);
    const question = questionOfInstallables("eval", installables, line.words);
    const { output } = context;
    await answerOnce<string>({
      context,
      store,
      flags: installables.evaluation,
      question: line.writeTo === undefined && question ? [...question, line.format, line.apply ?? null] : undefined,
      isItem: (item) => typeof item === "string",
      act: (text) => (line.format === "json" ? printJsonText(output, text) : output.write(text)),
      evaluate: async (say, recording) => {
        const { evaluateSelected } = await import("./eval-selected.ts");
        const { openEvaluationSession } = await import("../evaluation/session.ts");
        const session = openEvaluationSession(context, installables.evaluation, { store, recording });
        evaluateSelected(session, installables, line, say);
      },
    });
    return 0;
  },
};

/** For people it is indented, for programs on one line. */
export function printJsonText(output: Output, compact: string): void {
  output.writeLine(isTerminal(1) ? printIndentedJson(parseJson(compact), 2) : compact);
}
