// firn search --options: the options that the modules of a system have. Every word has to be in the name or in the description;
// those with more of the words in the name come first.

import { FirnError, toByteString } from "#formats";
import type { EvaluationSession } from "../evaluation/session.ts";
import { evalFlags } from "../arguments/eval-flags.ts";
import { collectionFolder } from "../evaluation/collection.ts";
import type { Context } from "../command.ts";
import { answerOnce } from "../evaluation-cache/answer-once.ts";
import { openStoreOf } from "../stores/open-store.ts";

interface FoundOption {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

/** `patterns` are byte strings. Gives the exit status. */
export async function searchOptions(context: Context, patterns: readonly string[], json: boolean): Promise<number> {
  context.switches.readOnly = true;
  const store = openStoreOf(context);
  const flags = evalFlags();
  const words = patterns.map((pattern) => pattern.toLowerCase());
  const question = ["search-options"];
  let options: readonly FoundOption[] = [];
  // All of them are remembered, whatever is looked for.
  await answerOnce<string>({
    context,
    store,
    flags,
    question,
    isItem: (value) => typeof value === "string",
    act: (text) => (options = JSON.parse(text) as readonly FoundOption[]),
    evaluate: async (say, recording) => {
      const { openEvaluationSession } = await import("../evaluation/session.ts");
      say(await listOptions(openEvaluationSession(context, flags, { store, recording })));
    },
  });
  const found = options.filter((option) => words.every((word) => isIn(word, option))).toSorted(byRank(words));
  if (found.length === 0) throw noOptionFound(patterns);
  context.output.write(toByteString(json ? printJson(found) : found.map(describe).join("")));
  return 0;
}

/** As JSON, every name once. */
async function listOptions({ evaluator }: EvaluationSession): Promise<string> {
  const { data, member } = await import("../nixos-option/read-query.ts");
  const query = evaluator.evalFile(`${collectionFolder()}/query.nix`);
  const answers = evaluator.call1(query, evaluator.attrs({}));
  const list = member(evaluator, evaluator.forceAttrs(answers, "while opening the options"), "list");
  return JSON.stringify(data(evaluator, list));
}

function isIn(word: string, { name, description }: FoundOption): boolean {
  return name.toLowerCase().includes(word) || description.toLowerCase().includes(word);
}

function byRank(words: readonly string[]): (a: FoundOption, b: FoundOption) => number {
  const rank = ({ name }: FoundOption): number => words.filter((word) => !name.toLowerCase().includes(word)).length;
  return (a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
}

function describe({ name, type, description }: FoundOption): string {
  const text = description.trim().replaceAll(/^(?=.)/gm, "  ");
  return `${name} (${type})\n${text}\n`;
}

function printJson(found: readonly FoundOption[]): string {
  const byName = Object.fromEntries(found.map(({ name, ...rest }) => [name, rest]));
  return `${JSON.stringify(byName, undefined, 2)}\n`;
}

function noOptionFound(patterns: readonly string[]): FirnError {
  return new FirnError("nothing-found", `no option says '${patterns.join(" ")}' in its name or description`);
}
