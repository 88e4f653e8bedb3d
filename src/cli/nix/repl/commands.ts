// The commands of the REPL in the order of its help, each with what the help says about it.

import { FirnError } from "#formats";
import { typeName } from "#language";
import { stringOf } from "#profile";
import { buildAndTell, installWithProfile, showLog, startShell, startShellWith } from "./derivations.ts";
import { showDocumentation } from "./documentation.ts";
import { editSource } from "./edit-source.ts";
import { printForUser } from "./print.ts";
import type { CommandResult, Repl } from "./repl.ts";

export interface ReplCommand {
  readonly names: readonly string[];
  /** How it is written, and what it does; the lines of the help. */
  readonly usage: string;
  readonly help: readonly string[];
  /** Stands in the part of the help that only the debugger shows. */
  readonly isForDebugger?: true;
  /** `name` is the one that it was called by. Throws what is to be told. */
  run(repl: Repl, argument: string, name: string): CommandResult | void;
}

export const replCommands: readonly ReplCommand[] = [
  {
    names: [":a", ":add"],
    usage: ":a, :add <expr>",
    help: ["Add attributes from resulting set to scope"],
    run: (repl, text) => repl.sources.add(repl.read(text).evaluate()),
  },
  {
    names: [":b"],
    usage: ":b <expr>",
    help: ["Build a derivation"],
    run: (repl, text) => buildAndTell(repl, text, { makeLinks: false }),
  },
  {
    names: [":bl"],
    usage: ":bl <expr>",
    help: ["Build a derivation, creating GC roots in the", "working directory"],
    run: (repl, text) => buildAndTell(repl, text, { makeLinks: true }),
  },
  {
    names: [":e", ":edit"],
    usage: ":e, :edit <expr>",
    help: ["Open package or function in $EDITOR"],
    run: editSource,
  },
  {
    names: [":i"],
    usage: ":i <expr>",
    help: ["Build derivation, then install result into", "current profile"],
    run: installWithProfile,
  },
  {
    names: [":l", ":load"],
    usage: ":l, :load <path>",
    help: ["Load Nix expression and add it to scope"],
    run(repl, path) {
      repl.host.evaluator.forgetFiles();
      repl.sources.loadFile(path);
    },
  },
  {
    names: [":lf", ":load-flake"],
    usage: ":lf, :load-flake <ref>",
    help: ["Load Nix flake and add it to scope"],
    run: (repl, reference) => repl.sources.loadFlake(reference),
  },
  {
    names: [":ll", ":last-loaded"],
    usage: ":ll, :last-loaded",
    help: ["Show most recently loaded variables added to scope"],
    run: (repl) =>
      repl.host.page(
        repl.sources
          .lastLoaded()
          .map((name) => `${name}\n`)
          .join(""),
      ),
  },
  {
    names: [":p", ":print"],
    usage: ":p, :print <expr>",
    help: ["Evaluate and print expression recursively", "Strings are printed directly, without escaping."],
    run(repl, text) {
      const value = repl.read(text).evaluate();
      const string = stringOf(value);
      if (string === undefined) printForUser(repl.host, value);
      else repl.host.write(`${string}\n`);
    },
  },
  {
    names: [":q", ":quit"],
    usage: ":q, :quit",
    help: ["Exit nix-repl"],
    run: () => "quit",
  },
  {
    names: [":r", ":reload"],
    usage: ":r, :reload",
    help: ["Reload all files"],
    run: (repl) => repl.sources.reload(),
  },
  {
    names: [":sh"],
    usage: ":sh <expr>",
    help: ["Build dependencies of derivation, then start", "nix-shell"],
    run: startShell,
  },
  {
    names: [":t"],
    usage: ":t <expr>",
    help: ["Describe result of evaluation"],
    run: (repl, text) => repl.host.write(`${typeName(repl.read(text).evaluate())}\n`),
  },
  {
    names: [":u"],
    usage: ":u <expr>",
    help: ["Build derivation, then start nix-shell"],
    run: startShellWith,
  },
  {
    names: [":doc"],
    usage: ":doc <expr>",
    help: ["Show documentation of a builtin function"],
    run: showDocumentation,
  },
  {
    names: [":log"],
    usage: ":log <expr>",
    help: ["Show logs for a derivation"],
    run: showLog,
  },
  {
    names: [":te", ":trace-enable"],
    usage: ":te, :trace-enable [bool]",
    help: ["Enable, disable or toggle showing traces for", "errors"],
    run: ({ host }, argument, name) => {
      if (argument !== "" && argument !== "true" && argument !== "false") throw unexpectedArgument(argument, name);
      host.showsTrace = argument === "" ? !host.showsTrace : argument === "true";
      host.write(host.showsTrace ? "showing error traces\n" : "not showing error traces\n");
    },
  },
  {
    names: [":?", ":help"],
    usage: ":?, :help",
    help: ["Brings up this help menu"],
    run: (repl) => repl.host.write(describeCommands(repl.commands)),
  },
];

export function commandNamed(commands: readonly ReplCommand[], name: string): ReplCommand {
  const found = commands.find(({ names }) => names.includes(name));
  if (found === undefined) throw unknownCommand(name);
  return found;
}

/** The columns at which what a command does begins. */
const helpColumn = 31;
const debuggerHelpColumn = 19;

function describeCommands(commands: readonly ReplCommand[]): string {
  const usual = [
    { usage: "<expr>", help: ["Evaluate and print expression"] },
    { usage: "<x> = <expr>", help: ["Bind expression to variable"] },
    ...commands.filter(({ isForDebugger }) => isForDebugger === undefined),
  ];
  const special = commands.filter(({ isForDebugger }) => isForDebugger !== undefined);
  const heading = special.length === 0 ? "" : "\n        Debug mode commands\n";
  return (
    `The following commands are available:\n\n${describeEach(usual, helpColumn)}` +
    heading +
    describeEach(special, debuggerHelpColumn)
  );
}

function describeEach(commands: readonly Pick<ReplCommand, "usage" | "help">[], column: number): string {
  const lines = commands.flatMap(({ usage, help }) =>
    help.map((line, index) => `${(index === 0 ? `  ${usage}` : "").padEnd(column)}${line}\n`),
  );
  return lines.join("");
}

function unknownCommand(name: string): FirnError {
  return new FirnError("unknown-command", `unknown command '${name}'`);
}

function unexpectedArgument(argument: string, name: string): FirnError {
  return new FirnError("unexpected-argument", `unexpected argument '${argument}' to ${name}`);
}
