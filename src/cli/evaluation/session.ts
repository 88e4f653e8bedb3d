// What a command that evaluates works with: the store, the evaluator over it, the arguments of the command line as values,
// and the builder.

import { readFileSync } from "node:fs";
import type { BuildMode, DerivedPath } from "#build";
import { CopiedTrees, type FactRecorder } from "#facts";
import { toByteString } from "#formats";
import { hostPath } from "#host";
import { createEvaluation, type Flakes, openParsedFiles } from "#instantiate";
import { AttrsBuilder, type Attrs, type EvalSettings, type Evaluator, fetchFlakeSource, type Slot } from "#language";
import type { SwitchRequest } from "#profile";
import type { EvaluationStore, LocalStore } from "#store";
import { absolutePath } from "../text/absolute-path.ts";
import type { AutoArgument, EvalFlags } from "../arguments/eval-flags.ts";
import { cacheFolder } from "../stores/cache-folder.ts";
import type { Context } from "../command.ts";
import type { Recording } from "../evaluation-cache/recording.ts";
import { evaluationSettings } from "./evaluation-settings.ts";
import { fetchSettings } from "./fetch-settings.ts";
import { applyFlakeSetting } from "./flake-config.ts";
import { openInstruments } from "./instruments.ts";
import { isWatched } from "./is-watched.ts";
import { resolveExpressionPath } from "./expression-path.ts";
import { openLocalStoreOf, openStoreOf } from "../stores/open-store.ts";
import { buildSettings, realisePaths } from "../stores/realise-paths.ts";

/** What a command needs that evaluates and builds nothing. */
export interface EvaluationSession {
  readonly context: Context;
  readonly store: EvaluationStore;
  readonly evaluator: Evaluator;
  readonly flakes: Flakes;
  /** What --arg and its kin give, for functions on the way. */
  readonly autoArguments: Attrs;
  /** The file that an argument such as `./x`, `<nixpkgs>` or a tarball's URL means. */
  lookupFile(text: string): string;
  /** The same, with the default.nix that a folder stands for. */
  lookupExpression(text: string): string;
}

export interface SessionOptions<Kind extends EvaluationStore> {
  /** Opened already. */
  readonly store?: Kind;
  readonly recording?: Recording | undefined;
  /** What the command wants of the evaluator beside the settings of the user. */
  readonly special?: Partial<EvalSettings>;
}

export interface Session extends EvaluationSession {
  readonly store: LocalStore;
  realise(wanted: readonly DerivedPath[], mode?: BuildMode): Promise<void>;
  /** The part of a switch of profiles that is the same for every one of this run. */
  readonly switchOptions: Pick<SwitchRequest, "evaluator" | "store" | "keepDerivations" | "emit" | "realise">;
}

/** The same for a command that is going to write, so that a store that cannot be written to is told at once. */
export async function openWritingSession(context: Context, flags: EvalFlags): Promise<Session> {
  const session = await openSession(context, flags);
  if (!context.switches.readOnly) session.store.beginWriting();
  return session;
}

export async function openSession(
  context: Context,
  flags: EvalFlags,
  { store = openLocalStoreOf(context), ...options }: SessionOptions<LocalStore> = {},
): Promise<Session> {
  const session = makeEvaluationSession(context, flags, store, options);
  const { evaluator } = session;
  const realise = async (wanted: readonly DerivedPath[], mode?: BuildMode) => {
    await realisePaths(context, store, wanted, mode);
  };
  return {
    ...session,
    store,
    realise,
    switchOptions: {
      evaluator,
      store,
      keepDerivations: context.settings.boolean("keep-env-derivations"),
      emit: context.log.emit,
      realise,
    },
  };
}

/** Unlike the other ones it also takes a store that is not on this machine's disk. */
export function openEvaluationSession(
  context: Context,
  flags: EvalFlags,
  { store = openStoreOf(context), ...options }: SessionOptions<EvaluationStore> = {},
): EvaluationSession {
  return makeEvaluationSession(context, flags, store, options);
}

function makeEvaluationSession(
  context: Context,
  flags: EvalFlags,
  store: EvaluationStore,
  { recording, special }: Omit<SessionOptions<EvaluationStore>, "store">,
): EvaluationSession {
  const { settings, switches, log } = context;
  const recorder = recording?.recorder;
  const languageSettings = { ...evaluationSettings(context, flags, recorder), ...special };
  const opened = isWatched(context, flags) ? openInstruments(context, flags) : undefined;
  // What watches an evaluation is to see what is parsed.
  const cache = opened === undefined ? cacheFolder(context) : undefined;
  const parsedFiles = cache === undefined ? undefined : openParsedFiles(cache, languageSettings);
  if (parsedFiles !== undefined) context.cleanups.push(() => parsedFiles.close());
  const { evaluator, flakes } = createEvaluation({
    store,
    settings: languageSettings,
    fetchSettings: fetchSettings(context),
    applySetting: (name, value) => applyFlakeSetting(context, name, value),
    parsedFiles,
    copiedTrees: cache === undefined ? undefined : openCopiedTrees(cache, store, switches.readOnly),
    readOnly: switches.readOnly,
    buildSettings: buildSettings(context, "normal"),
    emit: recording?.emit ?? log.emit,
    instruments: opened?.instruments,
    recording: recorder && { recorder, tarballTtl: settings.integer("tarball-ttl") },
  });
  const session: EvaluationSession = {
    context,
    store,
    evaluator,
    flakes,
    autoArguments: makeAutoArguments(evaluator, flags.autoArguments, recorder),
    lookupFile: (text) => lookupFile(evaluator, text),
    lookupExpression: (text) => resolveExpressionPath(lookupFile(evaluator, text), recorder),
  };
  opened?.watch(session);
  return session;
}

function openCopiedTrees(cache: string, store: EvaluationStore, readOnly: boolean): CopiedTrees {
  return new CopiedTrees({ folder: toByteString(`${cache}/copies`), store, readOnly: readOnly || store.readOnly });
}

function lookupFile(evaluator: Evaluator, text: string): string {
  const searched = /^<(.+)>$/s.exec(text)?.[1];
  if (searched !== undefined) return evaluator.findFile(searched).path;
  if (text.startsWith("flake:")) return fetchFlakeSource(evaluator, text.slice("flake:".length));
  return isTarballAddress(text) ? fetchTarball(evaluator, text) : absolutePath(text);
}

/** Nix's isPseudoUrl. */
function isTarballAddress(text: string): boolean {
  return /^(?:https?|file|channel|git|s3|ssh):\/\//.test(text);
}

function fetchTarball(evaluator: Evaluator, address: string): string {
  const fetch = evaluator.builtins.get(evaluator.symbol("fetchTarball"));
  return evaluator.forceString(evaluator.call1(fetch as Slot, address), "while fetching an expression");
}

function makeAutoArguments(
  evaluator: Evaluator,
  given: ReadonlyMap<string, AutoArgument>,
  recorder: FactRecorder | undefined,
): Attrs {
  const builder = new AttrsBuilder();
  for (const [name, argument] of given) {
    builder.set(evaluator.symbol(name), makeAutoArgument(evaluator, argument, recorder));
  }
  return builder.build();
}

function makeAutoArgument(evaluator: Evaluator, argument: AutoArgument, recorder: FactRecorder | undefined): Slot {
  switch (argument.kind) {
    case "expression":
      return evaluator.delay(() => evaluator.evalExpr(argument.text, absolutePath(".")));
    case "string":
      return argument.text;
    case "file":
      return recorder?.readFile(argument.path) ?? readFileSync(hostPath(argument.path), "latin1");
    case "stdin":
      return readFileSync(0, "latin1");
  }
}
