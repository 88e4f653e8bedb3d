// What the evaluator asks of a second process. Evaluation is synchronous and must not return to the event loop, while a
// build or a download lives on it; so a child does the work while this process waits for it (spawnSync). A child and not
// a thread, because temporary roots belong to a process: two stores in one would wait for each other's locks. The child
// reads one request as JSON, writes what there is to say to stderr, and answers with JSON on stdout.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BuildSettings, DerivedPath } from "#build";
import { FirnError, type LogEvent, type StorePath } from "#formats";
import { BaseError, Interrupted, literalHint } from "#language";
import type { StoreAddress } from "#store";
import type { CopyRequest } from "./copy-closure.ts";
import type { Fetched } from "./fetch-to-store.ts";

export type HelperRequest =
  | {
      readonly kind: "realise";
      readonly store: StoreAddress;
      readonly wanted: DerivedPath;
      readonly build: BuildSettings;
    }
  | ({ readonly kind: "copy"; readonly store: StoreAddress } & CopyRequest)
  | {
      readonly kind: "fetch";
      readonly store: StoreAddress;
      readonly url: string;
      readonly name: string;
      readonly unpack: boolean;
      readonly build: BuildSettings;
    };

export type HelperAnswer =
  | { readonly kind: "copied"; readonly path: StorePath }
  | { readonly kind: "built"; readonly outputs: readonly (readonly [output: string, path: StorePath])[] }
  | ({ readonly kind: "fetched" } & Fetched)
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly exitStatus: number };

/** Throws what the child failed with. */
export function askHelper(request: HelperRequest): Exclude<HelperAnswer, { kind: "failed" }> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "cjs";
  const program = fileURLToPath(new URL(`./helper-process.${extension}`, import.meta.url));
  const { status, signal, stdout, error } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", program],
    { input: JSON.stringify(request), stdio: ["pipe", "pipe", "inherit"], encoding: "utf8", maxBuffer: 2 ** 26 },
  );
  if (error !== undefined) throw error;
  if (signal === "SIGINT" || signal === "SIGTERM") throw new Interrupted("interrupted by the user");
  if (status !== 0) throw helperDied(signal ?? `exit status ${status}`);
  const answer = JSON.parse(stdout) as HelperAnswer;
  if (answer.kind === "failed") throw failure(answer);
  return answer;
}

function failure(answer: Extract<HelperAnswer, { kind: "failed" }>): BaseError {
  const cause = new FirnError(answer.code, answer.message, { exitStatus: answer.exitStatus });
  return new BaseError(literalHint(answer.message), { cause, exitStatus: answer.exitStatus });
}

function helperDied(how: string): FirnError {
  return new FirnError("helper-died", `The process that builds and downloads during evaluation ended with ${how}`);
}

/** A log event as one plain line, or undefined when it is not for people. */
export function plainLine(event: LogEvent, build: BuildSettings): string | undefined {
  switch (event.kind) {
    case "message":
      return event.level === "debug" || event.level === "vomit" || event.level === "chatty" ? undefined : event.text;
    case "start":
      return event.type === "build" && event.text !== "" ? `${event.text}...` : undefined;
    case "buildLogLine":
      return build.printBuildLogs ? event.line : undefined;
    case "stop":
    case "phase":
    case "progress":
      return undefined;
  }
}
