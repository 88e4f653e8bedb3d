// What a command that evaluates works with: the store, the evaluator over it, the arguments of the command line as values,
// and the builder.

import { readFileSync } from "node:fs";
import type { BuildMode, DerivedPath } from "#build";
import { hostPath } from "#host";
import { createEvaluation, type Flakes } from "#instantiate";
import { AttrsBuilder, type Attrs, type Evaluator, fetchFlakeSource, type Slot } from "#language";
import type { SwitchRequest } from "#profile";
import type { EvaluationStore, LocalStore } from "#store";
import { absolutePath } from "./absolute-path.ts";
import type { AutoArgument, EvalFlags } from "./arguments/eval-flags.ts";
import type { Context } from "./command.ts";
import { evaluationSettings } from "./evaluation-settings.ts";
import { fetchSettings } from "./fetch-settings.ts";
import { applyFlakeSetting } from "./flake-config.ts";
import { openLocalStoreOf, openStoreOf } from "./open-store.ts";
import { buildSettings, realisePaths } from "./realise-paths.ts";

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

/** Unlike the other ones it also takes a store that is not on this machine's disk. */
export function openEvaluationSession(context: Context, flags: EvalFlags): EvaluationSession {
  return makeEvaluationSession(context, flags, openStoreOf(context));
}

function makeEvaluationSession(context: Context, flags: EvalFlags, store: EvaluationStore): EvaluationSession {
  const { evaluator, flakes } = createEvaluation({
    store,
    settings: evaluationSettings(context, flags),
    fetchSettings: fetchSettings(context),
    applySetting: (name, value) => applyFlakeSetting(context, name, value),
    readOnly: context.switches.readOnly,
    buildSettings: buildSettings(context, "normal"),
    emit: context.log.emit,
  });
  return {
    context,
    store,
    evaluator,
    flakes,
    autoArguments: makeAutoArguments(evaluator, flags.autoArguments),
    lookupFile: (text) => lookupFile(evaluator, text),
  };
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
