// A REPL whose world is in memory: what it writes is collected, and derivations are built by being looked at.

import { createBuiltins, createEvaluator, GrowingScope, MemoryIO } from "#language";
import { replCommands, type ReplCommand } from "./commands.ts";
import { Repl, runRepl, type DerivationHost, type ReplHost } from "./repl.ts";

export interface MemoryRepl {
  readonly repl: Repl;
  /** What was written, noticed and reported, in order. */
  readonly said: string[];
  /** Programs and editors that were started. */
  readonly started: string[];
  /** Takes lines to their end. */
  readonly run: (...lines: string[]) => string;
}

interface MemoryReplOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly commands?: readonly ReplCommand[];
  readonly build?: DerivationHost["build"];
}

export function openMemoryRepl({ files = {}, commands = [], build }: MemoryReplOptions = {}): MemoryRepl {
  const evaluator = createEvaluator({ io: new MemoryIO({ files }), builtins: createBuiltins() });
  const said: string[] = [];
  const started: string[] = [];
  const say = (text: string): void => void said.push(text);
  const start = (text: string): void => void started.push(text);
  const host: ReplHost = {
    evaluator,
    folder: "/",
    showsTrace: false,
    markdown: undefined,
    write: say,
    notice: (text) => say(`${text}\n`),
    report: (error) => say(`error: ${(error as Error).message}\n`),
    page: say,
    edit: (path, line) => start(`editor ${path} ${line}`),
    evaluateFile: (path) => evaluator.evalFile(path),
    evaluateFlake: (reference) => evaluator.evalExpr(`{ flake = "${reference}"; }`, "/"),
    evaluateInstallables: () => [],
    derivations: {
      isValid: () => true,
      build: build ?? ((path) => [{ name: "out", path: `built from ${path}` }]),
      keep: (path, link) => start(`keep ${path} ${link}`),
      log: (path) => ({ text: `log of ${path}\n`, from: "here" }),
      runProgram: (program, args) => start([program, ...args].join(" ")),
    },
  };
  const repl = new Repl({ host, scope: new GrowingScope(evaluator), commands: [...replCommands, ...commands] });
  return {
    repl,
    said,
    started,
    run: (...lines) => runRepl(repl, () => lines.shift()),
  };
}
