// nix repl: expressions and commands, line by line, in a scope that grows. The command line may name what is in the scope at
// first. Evaluation is impure unless it is said otherwise.

import { isTerminal } from "#host";
import { GrowingScope, type Slot } from "#language";
import { firstOf, flagTable, parseCommandLine, switchFlag } from "../arguments/command-line.ts";
import type { Command } from "../command.ts";
import { printHelp } from "../program/help.ts";
import type { Output } from "../program/output.ts";
import { openEvaluationSession, type EvaluationSession } from "../evaluation/session.ts";
import { nixVersion } from "../program/version.ts";
import { FlakeInstallable, outputAttrPaths } from "./flake-installable.ts";
import { installableFlags, requireOneSource, type InstallableFlags } from "./installable-flags.ts";
import { selectValue } from "./installables.ts";
import { replCommands } from "./repl/commands.ts";
import { makeDebugSession } from "./repl/debug-session.ts";
import { evaluateFlake } from "./repl/evaluate-flake.ts";
import { historyFile } from "./repl/history.ts";
import { promptedLine } from "./repl/line-reader.ts";
import type { SourceHost } from "./repl/loaded-sources.ts";
import { makeProgramHost } from "./repl/program-host.ts";
import { Repl, type Ending } from "./repl/repl.ts";
import { ReplTerminal } from "./repl/terminal.ts";

export const command: Command = {
  name: "nix repl",
  help: "nix/repl.md",
  async run(words, context) {
    const installables = installableFlags(context);
    const named: string[] = [];
    let wantsHelp = false;
    const flags = flagTable({ "--help": switchFlag(() => (wantsHelp = true)) });
    parseCommandLine(words, firstOf(flags, installables.lookup), (word) => {
      return !word.startsWith("-") && named.push(word) > 0;
    });
    if (wantsHelp) return printHelp(command, context);

    const { usesDebugger, evaluation } = installables;
    context.log.message("notice", `Nix ${nixVersion}${usesDebugger ? " debugger" : ""}\nType :? for help.`);
    const { output } = context;
    const terminal = new ReplTerminal();
    if (usesDebugger) {
      evaluation.debugSession = makeDebugSession({ lendTerminal: (run) => terminal.lend(run), isGreeted: true });
    }
    // Frames of calls are always made, so that they can be asked for later; whether they are kept is another matter.
    const session = openEvaluationSession(context, evaluation, {
      special: { showTrace: true, checkInterrupt: terminal.checkInterrupt },
    });
    session.evaluator.collectsCalls = context.settings.boolean("show-trace");
    const host = makeProgramHost({
      session,
      sources: sourcesOf(session, installables, named),
      lendTerminal: (run) => terminal.lend(run),
      builds: "in the background",
    });
    const repl = new Repl({ host, scope: new GrowingScope(session.evaluator), commands: replCommands });
    repl.sources.loadFiles();
    const flush = (): void => output.flush();
    if (isTerminal(0) && isTerminal(1)) await terminal.run(repl, historyFile(context.environment), flush);
    else await converse(repl, output);
    return 0;
  },
};

/** With lines from a file or pipe. */
async function converse(repl: Repl, output: Output): Promise<Ending> {
  for (;;) {
    const line = promptedLine(output, repl.prompt);
    const ending = line === undefined ? repl.end() : await repl.take(line);
    if (ending !== undefined) return ending;
  }
}

function sourcesOf(
  session: EvaluationSession,
  flags: InstallableFlags,
  named: readonly string[],
): Pick<SourceHost, "evaluateFile" | "evaluateFlake" | "evaluateInstallables"> {
  const { evaluator, autoArguments } = session;
  const hasRoot = flags.file !== undefined || flags.expression !== undefined;
  const wanted = named.length === 0 && hasRoot ? ["."] : named;
  return {
    evaluateFile: (path) => evaluator.autoCall(autoArguments, evaluator.evalFile(session.lookupFile(path))),
    evaluateFlake: (text) => evaluateFlake(session, text),
    evaluateInstallables() {
      requireOneSource(flags);
      if (!hasRoot) return wanted.map((word) => evaluateOutputs(session, flags, word));
      return wanted.map((word) => {
        const slot = selectValue(session, flags, word);
        // What a file gives is called once more where it is a function.
        const value = flags.file === undefined ? slot : evaluator.autoCall(autoArguments, slot);
        return { slot: value, what: word === "." ? "" : word };
      });
    },
  };
}

/** The outputs of a flake, or what its fragment names. */
function evaluateOutputs(
  session: EvaluationSession,
  flags: InstallableFlags,
  word: string,
): { slot: Slot; what: string } {
  const outputs = new FlakeInstallable(session, word, outputAttrPaths, flags.flakes.lockFlags(session.flakes));
  return { slot: outputs.value(), what: outputs.what };
}
