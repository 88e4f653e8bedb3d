// The views of the log, and which one is opened: plain lines, Nix's internal-json, or the live view of a terminal.

import { writeSync } from "node:fs";
import type { ActivityType, LogEvent, Verbosity } from "#formats";
import { openJsonView } from "./json-view.ts";
import type { LogFormat } from "./log.ts";
import { openProgressView } from "./progress-view.ts";
import { openRawView } from "./raw-view.ts";

export interface LogView {
  handle(event: LogEvent): void;
  /** Removes what it has drawn that was meant to move. */
  stop(): void;
}

export interface ViewOptions {
  readonly format: LogFormat;
  readonly isTerminal: boolean;
  readonly showsBuildLogs: boolean;
  shows(level: Verbosity): boolean;
}

export function openView(options: ViewOptions): LogView {
  switch (options.format) {
    case "internal-json":
      return openJsonView();
    case "bar":
    case "bar-with-logs":
      return options.isTerminal ? openProgressView(options) : openRawView(options);
    case "raw":
    case "raw-with-logs":
      return openRawView(options);
  }
}

/** The level at which the start of an activity is worth a line. */
export function activityLevel(type: ActivityType): Verbosity {
  switch (type) {
    case "fileTransfer":
    case "substitute":
    case "queryPathInfo":
    case "buildWaiting":
      return "talkative";
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

/** Failing to log must not fail the work (the reader of stderr may have gone). `text` is ordinary text. */
export function writeToStandardError(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Nobody reads it.
  }
}
