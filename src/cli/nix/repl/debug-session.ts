// The REPL where the debugger stops. It runs inside of the evaluation, so it waits for nothing but lines, and it sees the
// variables of the frame that one looks at.

import { DebugCommands, GrowingScope, renderError, type DebugAnswer, type DebugStop } from "#language";
import type { Context } from "../../command.ts";
import type { MakeDebugSession } from "../../evaluation/instruments.ts";
import { nixVersion } from "../../program/version.ts";
import { replCommands } from "./commands.ts";
import { debugCommands } from "./debug-commands.ts";
import { evaluateFlake } from "./evaluate-flake.ts";
import { promptedLine } from "./line-reader.ts";
import { makeProgramHost } from "./program-host.ts";
import { Repl, runRepl } from "./repl.ts";

interface DebugSessionOptions {
  /** Runs what uses the terminal as programs usually find it. */
  readonly lendTerminal: <T>(run: () => T) => T;
  /** Whether the user was greeted already. */
  readonly isGreeted: boolean;
}

export const makeDebugSession =
  (options: DebugSessionOptions): MakeDebugSession =>
  (session) => {
    const { context, evaluator, autoArguments } = session;
    const host = makeProgramHost({
      session,
      sources: {
        evaluateFile: (path) => evaluator.autoCall(autoArguments, evaluator.evalFile(session.lookupFile(path))),
        evaluateFlake: (text) => evaluateFlake(session, text),
        evaluateInstallables: () => [],
      },
      lendTerminal: options.lendTerminal,
      builds: "at once",
    });
    let { isGreeted } = options;
    return (stop, listener) => {
      context.output.flush();
      tellWhy(context, stop);
      if (!isGreeted) context.log.message("notice", `Nix ${nixVersion} debugger\nType :? for help.`);
      isGreeted = true;
      context.log.stop();

      let answer: DebugAnswer = "quit";
      const scope = new GrowingScope(evaluator);
      for (const [name, slot] of stop.variables) scope.set(name, slot);
      const special = debugCommands(new DebugCommands(evaluator, listener), (chosen) => (answer = chosen));
      const repl = new Repl({ host, scope, commands: [...replCommands, ...special] });
      const ending = options.lendTerminal(() => runRepl(repl, (prompt) => promptedLine(context.output, prompt)));
      context.output.flush();
      return ending === "quit" ? "quit" : answer;
    };
  };

function tellWhy({ log, settings }: Context, { error, isBreakpoint, isInTry }: DebugStop): void {
  if (error === undefined) return;
  const level = isBreakpoint ? "info" : "error";
  const text = renderError(error, { level, color: log.colours, showTrace: settings.boolean("show-trace") });
  log.emit({ kind: "message", level: "error", text: `${text}\n` });
  if (!isInTry) return;
  const flag = log.colours ? "\x1b[32;1m--ignore-try\x1b[0m" : "--ignore-try";
  const advice = `This exception occurred in a 'tryEval' call. Use ${flag} to skip these.\n`;
  log.emit({ kind: "message", level: "error", text: advice });
}
