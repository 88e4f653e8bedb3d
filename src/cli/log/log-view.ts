// What the views of the log share: what a view is, at which level an activity is worth a line, and how lines get out.

import { writeSync } from "node:fs";
import type { ActivityType, LogEvent, Verbosity } from "#formats";

export type LogFormat = "raw" | "raw-with-logs" | "internal-json" | "bar" | "bar-with-logs";

/** Nix's verbosities, from the quietest. */
export const verbosities: readonly Verbosity[] = [
  "error",
  "warn",
  "notice",
  "info",
  "talkative",
  "chatty",
  "debug",
  "vomit",
];

export interface LogView {
  handle(event: LogEvent): void;
  /** Removes what it has drawn that was meant to move. */
  stop(): void;
}

export interface ViewOptions {
  readonly format: LogFormat;
  readonly isTerminal: boolean;
  readonly storeDir: string;
  readonly showsBuildLogs: boolean;
  shows(level: Verbosity): boolean;
}

/** The level at which the start of an activity is worth a line. */
export function activityLevel(type: ActivityType): Verbosity {
  switch (type) {
    case "fileTransfer":
    case "substitute":
    case "queryPathInfo":
      return "talkative";
    case "buildWaiting":
      return "warn";
    case "unknown":
    case "copyPath":
    case "realise":
    case "copyPaths":
    case "builds":
    case "build":
    case "optimiseStore":
    case "verifyPaths":
    case "postBuildHook":
    case "fetchTree":
      return "info";
  }
}

/** Writes a line as the bytes that it is, well-formed or not. `line` is a byte string. */
export function writeLineToStandardError(line: string): void {
  writeToStandardError(Buffer.from(`${line}\n`, "latin1"));
}

/** Failing to log must not fail the work (the reader of stderr may have gone). A string is ordinary text. */
export function writeToStandardError(text: string | Uint8Array): void {
  try {
    if (typeof text === "string") writeSync(2, text);
    else writeSync(2, text);
  } catch {
    // Nobody reads it.
  }
}
