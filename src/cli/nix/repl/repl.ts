// The REPL without what is around it: takes line after line, and says when it is over. Nothing here waits for input, so the
// debugger can drive it from within an evaluation. Only a command that builds gives a promise, and only where its host does.

import type { StorePath } from "#formats";
import { type Evaluator, type GrowingScope, UnfinishedText, ParseError, type ReplText, type Slot } from "#language";
import { commandNamed, type ReplCommand } from "./commands.ts";
import { LoadedSources, type SourceHost } from "./loaded-sources.ts";
import { printForUser } from "./print.ts";

/** How it ended: `quit` ends the program, `continue` goes on with the evaluation that the debugger stopped. */
export type Ending = "quit" | "continue";

/** What the REPL does to the world, beside evaluating. */
export interface ReplHost extends SourceHost {
  readonly evaluator: Evaluator;
  /** Where relative paths begin. */
  readonly folder: string;
  /** Writes an answer: a byte string. */
  write(text: string): void;
  /** Tells what happens, beside the answers. */
  notice(text: string): void;
  /** Tells what went wrong. */
  report(error: unknown): void;
  showsTrace: boolean;
  /** Writes an answer that may be long, through the user's pager on a terminal. */
  page(text: string): void;
  /** Whether Markdown is drawn for a terminal, and for which width; undefined leaves it as it stands. */
  readonly markdown: { readonly columns: number; readonly colours: boolean } | undefined;
  readonly derivations: DerivationHost;
  /** Opens a file in the user's editor and waits until it is closed; line 0 is none. */
  edit(path: string, line: number): void;
}

/** What can be done with a derivation. Store paths are printed ones, except where they are `StorePath`. */
export interface DerivationHost {
  isValid(derivation: StorePath): boolean;
  /** Builds all outputs and gives where they are, in the order of their names. */
  build(derivation: string): readonly BuiltOutput[] | Promise<readonly BuiltOutput[]>;
  /** Makes a link that keeps the path from the collector. */
  keep(path: string, link: string): void;
  log(derivation: string): { readonly text: string; readonly from: string };
  /** Runs another program of Nix, such as `nix-shell`. */
  runProgram(program: string, args: readonly string[]): void;
}

export interface BuiltOutput {
  readonly name: string;
  readonly path: string;
}

/** What a command gives: nothing to go on, or how it ends. */
export type CommandResult = Ending | undefined | Promise<undefined>;

export interface ReplOptions {
  readonly host: ReplHost;
  readonly scope: GrowingScope;
  readonly commands: readonly ReplCommand[];
}

export class Repl {
  readonly host: ReplHost;
  readonly scope: GrowingScope;
  readonly sources: LoadedSources;
  readonly commands: readonly ReplCommand[];
  /** Lines that were read and are not a whole text yet. */
  private pending = "";

  constructor({ host, scope, commands }: ReplOptions) {
    this.host = host;
    this.scope = scope;
    this.commands = commands;
    this.sources = new LoadedSources(host, scope);
  }

  get prompt(): string {
    return this.pending === "" ? "nix-repl> " : "        > ";
  }

  /** Takes a line, without its end. Gives undefined to go on. */
  take(line: string): Ending | undefined | Promise<Ending | undefined> {
    const { evaluator } = this.host;
    const depth = evaluator.depth;
    this.pending += `${line}\n`;
    try {
      const result = this.process(trim(this.pending));
      if (!(result instanceof Promise)) return this.finish(result);
      return result.then(
        () => this.finish(undefined),
        (error: unknown) => this.fail(error),
      );
    } catch (error) {
      return this.fail(error);
    } finally {
      evaluator.depth = depth;
    }
  }

  /** Forgets what was begun, as Ctrl-C at the prompt does. */
  discard(): void {
    this.pending = "";
    this.host.write("\n");
  }

  /** The input has ended. */
  end(): Ending {
    this.host.write("\n");
    return "quit";
  }

  /** Reads the expression that a command was given. */
  read(text: string): ReplText {
    return this.scope.read(text, this.host.folder);
  }

  private process(text: string): CommandResult {
    if (text.startsWith(":")) {
      const end = text.search(/[ \n\r\t]/);
      const name = end < 0 ? text : text.slice(0, end);
      const argument = end < 0 ? "" : trim(text.slice(end));
      return commandNamed(this.commands, name).run(this, argument, name) ?? undefined;
    }
    if (text !== "") this.bindOrEvaluate(text);
    return undefined;
  }

  private bindOrEvaluate(text: string): void {
    const bindings = this.readBindings(text);
    if (bindings === undefined) {
      printForUser(this.host, this.read(text).evaluate(), 1);
    } else {
      for (const [name, slot] of bindings) this.scope.set(name, slot);
    }
  }

  /** Undefined when it is an expression. */
  private readBindings(text: string): [string, Slot][] | undefined {
    try {
      return this.scope.readBindings(text, this.host.folder);
    } catch (error) {
      if (error instanceof ParseError) return undefined;
      throw error;
    }
  }

  private finish(ending: Ending | undefined): Ending | undefined {
    this.pending = "";
    if (ending === undefined) this.host.write("\n");
    return ending;
  }

  private fail(error: unknown): undefined {
    if (error instanceof UnfinishedText) return undefined;
    this.host.report(error);
    this.finish(undefined);
    return undefined;
  }
}

/** Drives the REPL to its end with lines that come at once, as the debugger does; undefined is the end of the input. */
export function runRepl(repl: Repl, readLine: (prompt: string) => string | undefined): Ending {
  for (;;) {
    const line = readLine(repl.prompt);
    if (line === undefined) return repl.end();
    const ending = repl.take(line);
    if (ending instanceof Promise) throw new Error("a command that waits was given to a REPL that does not");
    if (ending !== undefined) return ending;
  }
}

/** As Nix trims: spaces, tabs and line ends. */
function trim(text: string): string {
  return text.replace(/^[ \n\r\t]+/, "").replace(/[ \n\r\t]+$/, "");
}
