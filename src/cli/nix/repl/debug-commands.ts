// The commands that the REPL has while the debugger holds an evaluation.

import type { DebugAnswer, DebugCommands } from "#language";
import type { ReplCommand } from "./commands.ts";

/** `leave` is told how the evaluation is to go on. */
export function debugCommands(commands: DebugCommands, leave: (answer: DebugAnswer) => void): readonly ReplCommand[] {
  const run: ReplCommand["run"] = ({ host, scope }, argument, name) => {
    const reply = commands.run(name, argument);
    if (reply?.kind === "leave") {
      leave(reply.answer);
      return "continue";
    }
    if (reply === undefined) return undefined;
    host.write(reply.text);
    if (reply.variables === undefined) return undefined;
    scope.clear();
    for (const [variable, slot] of reply.variables) scope.set(variable, slot);
    return undefined;
  };
  const command = (names: readonly string[], usage: string, help: string): ReplCommand => {
    return { names, usage, help: [help], isForDebugger: true, run };
  };
  return [
    command([":env"], ":env", "Show env stack"),
    command([":bt", ":backtrace"], ":bt, :backtrace", "Show trace stack"),
    command([":st"], ":st", "Show current trace"),
    // The same one, for the help.
    command([], ":st <idx>", "Change to another trace in the stack"),
    command([":c", ":continue"], ":c, :continue", "Go until end of program, exception, or builtins.break"),
    command([":s", ":step"], ":s, :step", "Go one step"),
  ];
}
