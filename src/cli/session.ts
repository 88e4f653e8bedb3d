// What a command that evaluates works with: the store, the evaluator over it, the arguments of the command line as values,
// and the builder.

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import type { BuildMode, DerivedPath } from "#build";
import { hostPath } from "#host";
import { createEvaluator, openParsedFiles } from "#instantiate";
import { AttrsBuilder, type Attrs, type EvalSettings, type Evaluator, type Slot } from "#language";
import type { SwitchRequest } from "#profile";
import type { EvaluationStore, LocalStore } from "#store";
import { absolutePath } from "./absolute-path.ts";
import type { AutoArgument, EvalFlags } from "./arguments/eval-flags.ts";
import type { Context } from "./command.ts";
import { evaluationSettings } from "./evaluation-settings.ts";
import { openInstruments } from "./instruments.ts";
import { openLocalStoreOf, openStoreOf } from "./open-store.ts";
import { buildSettings, realisePaths } from "./realise-paths.ts";

/** What a command needs that evaluates and builds nothing. */
export interface EvaluationSession {
  readonly context: Context;
  readonly store: EvaluationStore;
  readonly evaluator: Evaluator;
  /** What --arg and its kin give, for functions on the way. */
  readonly autoArguments: Attrs;
  /** The file that an argument such as `./x`, `<nixpkgs>` or a tarball's URL means. */
  lookupFile(text: string): string;
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

export async function openSession(context: Context, flags: EvalFlags): Promise<Session> {
  const store = openLocalStoreOf(context);
  const session = makeEvaluationSession(context, flags, store);
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

/**
 * Unlike the other ones it also takes a store that is not on this machine's disk. `special` is what the command wants of
 * the evaluator beside the settings of the user.
 */
export function openEvaluationSession(
  context: Context,
  flags: EvalFlags,
  special: Partial<EvalSettings> = {},
): EvaluationSession {
  return makeEvaluationSession(context, flags, openStoreOf(context), special);
}

function makeEvaluationSession(
  context: Context,
  flags: EvalFlags,
  store: EvaluationStore,
  special: Partial<EvalSettings> = {},
): EvaluationSession {
  const opened = openInstruments(context, flags);
  const settings = { ...evaluationSettings(context, flags), ...special };
  // What watches an evaluation is to see what is parsed.
  const parsedFiles = opened === undefined ? openParsedFiles(cacheFolder(context), settings) : undefined;
  if (parsedFiles !== undefined) context.cleanups.push(() => parsedFiles.close());
  const evaluator = createEvaluator({
    store,
    settings,
    parsedFiles,
    readOnly: context.switches.readOnly,
    buildSettings: buildSettings(context, "normal"),
    emit: context.log.emit,
    instruments: opened?.instruments,
  });
  const session: EvaluationSession = {
    context,
    store,
    evaluator,
    autoArguments: makeAutoArguments(evaluator, flags.autoArguments),
    lookupFile: (text) => lookupFile(evaluator, text),
  };
  opened?.watch(session);
  return session;
}

/** Where Firn keeps what only saves time. */
function cacheFolder({ environment }: Context): string {
  return `${environment["XDG_CACHE_HOME"] || `${homedir()}/.cache`}/firn`;
}

function lookupFile(evaluator: Evaluator, text: string): string {
  const searched = /^<(.+)>$/s.exec(text)?.[1];
  if (searched !== undefined) return evaluator.findFile(searched).path;
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

function makeAutoArguments(evaluator: Evaluator, given: ReadonlyMap<string, AutoArgument>): Attrs {
  const builder = new AttrsBuilder();
  for (const [name, argument] of given) builder.set(evaluator.symbol(name), makeAutoArgument(evaluator, argument));
  return builder.build();
}

function makeAutoArgument(evaluator: Evaluator, argument: AutoArgument): Slot {
  switch (argument.kind) {
    case "expression":
      return evaluator.delay(() => evaluator.evalExpr(argument.text, absolutePath(".")));
    case "string":
      return argument.text;
    case "file":
      return readFileSync(hostPath(argument.path), "latin1");
    case "stdin":
      return readFileSync(0, "latin1");
  }
}
