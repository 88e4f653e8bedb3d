// Sessions with the debugger, against what the real Nix printed in them (tools/golden-instruments.ts): standard output as
// the REPL around the debugger's commands writes it, and messages and errors.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createBuiltins } from "../builtins/index.ts";
import { renderError } from "../errors/index.ts";
import { MemoryIO } from "../io-memory.ts";
import { printValue } from "../values/print.ts";
import { type DebugAnswer, Debugger, DebuggerLeft, type DebugStop } from "./debugger.ts";
import { DebugCommands } from "./debug-commands.ts";
import { createObservedEvaluator } from "./observed-evaluator.ts";
import { BaseError } from "../errors/index.ts";
import type { Slot } from "../values/value.ts";

interface Session {
  readonly source: string;
  readonly flags?: string;
  readonly input: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

function readGolden(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

const files = readGolden("golden/files.json") as Record<string, string>;
const sessions = readGolden("golden/debugger.json") as Session[];

type Outcome = Pick<Session, "stdout" | "stderr" | "status">;

/** The least REPL that there can be around the debugger: it reads lines of the input, across all stops. */
function debug({ source, flags = "", input }: Session): Outcome {
  const lines = input.split("\n");
  let stdout = "";
  let stderr = "";
  let isFirst = true;
  const isAsked = (name: string): boolean => flags.includes(name);
  const io = new MemoryIO({ files });
  io.emitMessage = (level, text) => {
    stderr += `${level === "trace" ? "trace: " : ""}${text}\n`;
  };
  const session = (stop: DebugStop, listener: Debugger): DebugAnswer => {
    const commands = new DebugCommands(evaluator, listener);
    let { variables } = stop;
    if (stop.error !== undefined) {
      stderr += `${renderError(stop.error, { level: stop.isBreakpoint ? "info" : "error" })}\n\n`;
      if (stop.isInTry) {
        stderr += "This exception occurred in a 'tryEval' call. Use --ignore-try to skip these.\n\n";
      }
    }
    if (isFirst) stderr += "Nix 2.34.8 debugger\nType :? for help.\n";
    isFirst = false;
    for (;;) {
      stdout += "nix-repl> ";
      const line = lines.length > 1 ? lines.shift() : undefined;
      if (line === undefined) {
        stdout += "\n";
        return "quit";
      }
      // Nix's reader of lines shows what it reads.
      stdout += `${line}\n`;
      if (line === ":q") return "quit";
      const [, command = "", argument = ""] = /^(:\S+)?\s*(.*)$/.exec(line) ?? [];
      const reply = commands.run(command, argument);
      if (reply?.kind === "leave") return reply.answer;
      if (reply?.kind === "shown") {
        stdout += reply.text;
        variables = reply.variables ?? variables;
      } else {
        try {
          const shown = evaluateAndPrint(argument, variables);
          stdout += shown;
        } catch (error) {
          if (!(error instanceof BaseError)) throw error;
          stderr += `${renderError(error)}\n`;
        }
      }
      stdout += "\n";
    }
  };
  const listener = new Debugger({
    session,
    ignoreTry: isAsked("--ignore-try"),
    stopsOnTrace: isAsked("debugger-on-trace"),
    stopsOnWarning: isAsked("debugger-on-warn"),
  });
  const maxCallDepth = Number(/max-call-depth (\d+)/.exec(flags)?.[1] ?? 10000);
  const evaluator = createObservedEvaluator(
    { io, builtins: createBuiltins(), settings: { abortOnWarn: isAsked("abort-on-warn"), maxCallDepth } },
    { calls: [], statistics: undefined, debugger: listener },
  );
  const evaluateAndPrint = (text: string, variables: ReadonlyMap<string, Slot>): string => {
    const [, name, expression = text] = /^([a-z]+) = (.*)$/.exec(text) ?? [];
    const extra = evaluator.files.scopeOf(evaluator.attrs(Object.fromEntries(variables)));
    const value = evaluator.files.evalText(expression, "/base", { kind: "string" }, extra);
    if (name !== undefined) {
      (variables as Map<string, Slot>).set(name, value);
      return "";
    }
    const options = { force: true, colors: true, maxDepth: 1, indent: 2, errors: "throw-top-level" } as const;
    return `${printValue(evaluator, value, options)}\n`;
  };
  try {
    const value = evaluator.evalExpr(source, "/base");
    const result = evaluator.findAlongAttrPath("", evaluator.attrs({}), value).slot;
    const printed = printValue(evaluator, evaluator.force(result), { force: true, errors: "throw-top-level" });
    return { stdout: `${stdout}${printed}\n`, stderr, status: 0 };
  } catch (error) {
    if (error instanceof DebuggerLeft) return { stdout, stderr, status: 0 };
    if (!(error instanceof BaseError)) throw error;
    return { stdout, stderr: `${stderr}${renderError(error)}\n`, status: 1 };
  }
}

for (const golden of sessions) {
  const { source, flags = "", input, stdout, stderr, status } = golden;
  const title = `debugs as Nix does: ${source} ${flags} ${JSON.stringify(input)}`;
  test(title, () => {
    const seen = debug(golden);
    const readable = (text: string): string => text.replaceAll("\x1b", "^");
    assert.equal(readable(seen.stdout), readable(stdout));
    assert.equal(seen.stderr, stderr);
    assert.equal(seen.status, status);
  });
}
