// Evaluates programs with Firn in a thread of its own, which has the deep stack that commands have: `nix-instantiate --eval
// --strict --readonly-mode -`, in one process.

import { parentPort } from "node:worker_threads";
import { filterAnsiEscapes, type LogEvent, UsageError } from "#formats";
import { createEvaluator } from "#instantiate";
import { BaseError, defaultEvalSettings, printAmbiguous, printExpr, renderError } from "#language";
import { DummyStore } from "#store";
import type { Outcome, Program } from "./outcome.ts";

/** After how many calls a function's body is generated: 1 has all of them generated. */
const generateAfter = Number(process.env["FIRN_GENERATE_AFTER"] ?? defaultEvalSettings.generateAfter);

/** In the current folder. */
function evaluate({ source, showTrace, parseOnly, isLazy }: Program): Outcome {
  let stderr = "";
  const emit = (event: LogEvent): void => {
    if (event.kind === "message" && event.level !== "info") stderr += `${filterAnsiEscapes(event.text, "all")}\n`;
  };
  const settings = { showTrace, home: "/root", experimentalFeatures: new Set(["pipe-operators"]), generateAfter };
  const evaluator = createEvaluator({ store: new DummyStore(), readOnly: true, settings, emit });
  const folder = process.cwd();
  try {
    if (parseOnly) {
      return {
        stdout: `${printExpr(evaluator.parse({ origin: { kind: "stdin" }, text: source }, folder).expr)}\n`,
        stderr,
      };
    }
    const value = evaluator.evalExpr(source, folder, { kind: "stdin" });
    if (!isLazy) evaluator.forceDeep(value);
    return { stdout: `${printAmbiguous(evaluator, value)}\n`, stderr };
  } catch (error) {
    if (error instanceof BaseError) {
      const usage = error.cause instanceof UsageError ? "Try 'nix-instantiate --help' for more information.\n" : "";
      return { stdout: "", stderr: `${stderr}${renderError(error, { showTrace })}\n${usage}` };
    }
    return { stdout: "", stderr: `FAULT ${error instanceof Error ? error.stack : String(error)}` };
  }
}

parentPort?.on("message", (programs: readonly Program[]) => parentPort?.postMessage(programs.map(evaluate)));
