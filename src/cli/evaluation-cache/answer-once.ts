// Answers a question by evaluating, or, where the same was asked before and everything that the evaluation saw then is still
// as it was, from the cache in `~/.cache/firn/evaluations`. An answer is a list of items: what a command does for each (print
// a text, name a derivation) it does in both cases, and messages are said again in their place between them. Only answers
// are kept, no errors. Nothing in this file or imported by it loads the language.

import { checkFacts, EvaluationFolder, FactRecorder } from "#facts";
import { hashByteString, type LogEvent, printHash, toByteString } from "#formats";
import { byteStringOfHostText, homeFolder } from "#host";
import type { EvaluationStore } from "#store";
import { absolutePath } from "../text/absolute-path.ts";
import type { EvalFlags } from "../arguments/eval-flags.ts";
import { cacheFolder } from "../stores/cache-folder.ts";
import type { Context } from "../command.ts";
import { isWatched } from "../evaluation/is-watched.ts";
import { programIdentity } from "./program-identity.ts";
import type { Recording } from "./recording.ts";

interface Question {
  readonly context: Context;
  readonly store: EvaluationStore;
  readonly flags: EvalFlags;
  /** What was asked, apart from `flags` and the settings; plain data. Undefined when the answer must not be kept. */
  readonly question: unknown;
}

interface Asked<Item> extends Question {
  /** Checks an item that comes from a file. */
  readonly isItem: (value: unknown) => value is Item;
  /** Does with an item what the command is for. */
  readonly act: (item: Item) => void;
  /** Says each item as soon as it is known. */
  readonly evaluate: (say: (item: Item) => void, recording: Recording | undefined) => Promise<void> | void;
}

/** An evaluation that takes less, in milliseconds, costs less than remembering it does. */
const worthRemembering = 30;

/** Messages stand in an answer as what they are, items in a list of one. */
type Said<Item> = readonly [item: Item] | LogEvent;

export async function answerOnce<Item>(asked: Asked<Item>): Promise<void> {
  const { context, evaluate, act } = asked;
  const folder = openFolder(asked);
  if (folder === undefined) {
    await evaluate(act, undefined);
    return;
  }
  const key = keyOf(asked);
  if (answerFromFolder(asked, folder, key)) return;

  const begun = Date.now();
  const recorder = new FactRecorder(begun);
  const answer: Said<Item>[] = [];
  const emit = (event: LogEvent): void => {
    if (event.kind === "message") answer.push(event);
    context.log.emit(event);
  };
  const say = (item: Item): void => {
    answer.push([item]);
    act(item);
  };
  await evaluate(say, { recorder, emit });
  if (Date.now() - begun < worthRemembering) return;
  const facts = recorder.finish();
  if (facts === undefined) tell(context, `the answer is not kept, because ${recorder.refusal ?? ""}`);
  else folder.write(key, { facts, answer });
}

/** False when the evaluation has to be made. */
function answerFromFolder<Item>(asked: Asked<Item>, folder: EvaluationFolder, key: string): boolean {
  const { context, store, act, isItem } = asked;
  const entry = folder.read(key);
  const answer = entry?.answer.map((said) => readSaid(said, isItem));
  if (entry === undefined || answer === undefined || !answer.every((said) => said !== undefined)) {
    tell(context, "this was not asked before");
    return false;
  }
  const variable = (name: string): string | undefined => {
    const value = process.env[Buffer.from(name, "latin1").toString()];
    return value === undefined ? undefined : byteStringOfHostText(value);
  };
  const verdict = checkFacts(entry.facts, { store, variable });
  if (!verdict.holds) {
    tell(context, `evaluating again, because ${verdict.reason}`);
    return false;
  }
  tell(context, "the evaluation was answered from the cache");
  if (verdict.refreshed !== undefined) folder.write(key, { facts: verdict.refreshed, answer: entry.answer });
  for (const said of answer) {
    if ("kind" in said) context.log.emit(said);
    else act(said[0]);
  }
  return true;
}

function readSaid<Item>(value: unknown, isItem: Asked<Item>["isItem"]): Said<Item> | undefined {
  if (Array.isArray(value)) {
    const [item] = value as unknown[];
    return isItem(item) ? [item] : undefined;
  }
  return isMessage(value) ? value : undefined;
}

function isMessage(value: unknown): value is LogEvent {
  if (typeof value !== "object" || value === null) return false;
  const { kind, level, text } = value as Record<string, unknown>;
  return kind === "message" && typeof level === "string" && typeof text === "string";
}

function tell(context: Context, text: string): void {
  context.log.message("talkative", `evaluation cache: ${text}`);
}

/** Undefined when nothing is to be kept. */
function openFolder({ context, flags, question }: Question): EvaluationFolder | undefined {
  const { settings } = context;
  if (question === undefined || !settings.boolean("eval-cache") || isWatched(context, flags)) return undefined;
  // What was typed in cannot be asked for again, and native code sees what nobody knows of.
  if ([...flags.autoArguments.values()].some(({ kind }) => kind === "stdin")) return undefined;
  if (settings.boolean("allow-unsafe-native-code-during-evaluation")) return undefined;
  const cache = cacheFolder(context);
  return cache === undefined ? undefined : new EvaluationFolder(toByteString(`${cache}/evaluations`));
}

/** The variables by which a command finds what the language then only knows the place of. */
const deciding = [
  "HOME",
  "NIX_PATH",
  "NIX_REMOTE",
  "NIX_STATE_DIR",
  "NIX_STATE_HOME",
  "NIX_STORE_DIR",
  "XDG_STATE_HOME",
] as const;

/** Everything that decides the answer before the evaluation looks at the world. */
function keyOf({ context, store, flags, question }: Question): string {
  const { settings, environment, switches, program } = context;
  const text = JSON.stringify([
    programIdentity(),
    [program, question],
    [flags.searchPath, [...flags.autoArguments], flags.impure, flags.evalStore],
    [...settings.overridden()],
    [switches.readOnly, switches.repair],
    [process.geteuid?.(), homeFolder(), absolutePath(".")],
    deciding.map((name) => environment[name] ?? null),
    [store.uri, store.storeDir, store.realStoreDir, store.readOnly],
  ]);
  return printHash(hashByteString("sha256", toByteString(text)), "nix32");
}
