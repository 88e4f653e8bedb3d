// nix-instantiate: expressions into store derivations, or with --eval into printed values, or with --parse into how they
// were understood. How they are evaluated is loaded only when the cache does not have the answer.

import { printStorePath, type StorePath } from "#formats";
import type { EvaluationStore } from "#store";
import { absolutePath } from "../text/absolute-path.ts";
import { firstOf, type TakeWord } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "../arguments/eval-flags.ts";
import { readProgramLine, type Asked } from "../arguments/program-line.ts";
import type { Command, Context } from "../command.ts";
import { answerOnce } from "../evaluation-cache/answer-once.ts";
import { warnAboutCollection } from "../stores/gc-warning.ts";
import { answerAsked } from "../program/answer-asked.ts";
import { openStoreOf } from "../stores/open-store.ts";

export interface InstantiateLine {
  action: "instantiate" | "evaluate" | "parse" | "find-file";
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
  help: "nix-instantiate/nix-instantiate.md",
  async run(words, context) {
    const { line, asked } = readCommandLine(words, context);
    if (asked !== undefined) return answerAsked(command, asked, context);
    if ((line.action === "evaluate" || line.action === "parse") && !line.readWrite) context.switches.readOnly = true;
    const store = openStoreOf(context);
    if (!context.switches.readOnly) store.beginWriting();
    await answerOnce<InstantiateItem>({
      context,
      store,
      flags: line.evaluation,
      question: questionOf(line),
      isItem: isInstantiateItem,
      act: (item) => actOn(context, store, line, item),
      evaluate: async (say, recording) => {
        const { instantiate } = await import("./instantiate-sources.ts");
        const { openEvaluationSession } = await import("../evaluation/session.ts");
        instantiate(openEvaluationSession(context, line.evaluation, { store, recording }), line, say);
      },
    });
    return 0;
  },
};

/** A text to print, or a derivation that was made. */
export type InstantiateItem = string | { readonly derivation: StorePath; readonly output: string };

function isInstantiateItem(value: unknown): value is InstantiateItem {
  if (typeof value === "string") return true;
  if (typeof value !== "object" || value === null) return false;
  const { derivation, output } = value as Record<string, unknown>;
  return typeof derivation === "string" && typeof output === "string";
}

/** What decides the answer; undefined for what is not worth keeping or cannot be asked for again. */
function questionOf(line: InstantiateLine): unknown {
  if (line.fromStdin || (line.action !== "evaluate" && line.action !== "instantiate")) return undefined;
  const { action, words, attrPaths, fromWords, format, locations, strict, readWrite } = line;
  return [action, words, attrPaths, fromWords, format, locations, strict, readWrite];
}

function actOn(context: Context, store: EvaluationStore, line: InstantiateLine, item: InstantiateItem): void {
  const { output, switches } = context;
  if (typeof item === "string") {
    output.write(item);
    return;
  }
  let printed = printStorePath(store.storeDir, item.derivation);
  if (line.root === undefined) warnAboutCollection(context);
  else {
    const number = ++switches.rootsMade;
    printed = store.addPermanentRoot(item.derivation, absolutePath(line.root) + (number > 1 ? `-${number}` : ""));
  }
  output.writeLine(printed + (item.output === "out" ? "" : `!${item.output}`));
}

function readCommandLine(
  words: readonly string[],
  context: Context,
): { line: InstantiateLine; asked: Asked | undefined } {
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
  const flags = firstOf(line.evaluation.lookup, legacyFlags(context));
  const { asked } = readProgramLine(words, { flags, takeArgument });
  if (line.attrPaths.length === 0) line.attrPaths.push("");
  return { line, asked };
}
