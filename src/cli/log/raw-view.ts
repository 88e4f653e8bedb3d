// Plain lines, one for each message and each activity that begins (Nix's SimpleLogger).

import { filterAnsiEscapes, type LogEvent } from "#formats";
import { activityLevel, writeLineToStandardError, type LogView, type ViewOptions } from "./log-view.ts";

export function openRawView(options: ViewOptions): LogView {
  return {
    handle(event: LogEvent): void {
      switch (event.kind) {
        case "message":
          writeLineToStandardError(filterAnsiEscapes(event.text, options.isTerminal ? "keep-colors" : "all"));
          break;
        case "start":
          if (event.text !== "" && options.shows(activityLevel(event.type))) {
            writeLineToStandardError(`${event.text}...`);
          }
          break;
        case "buildLogLine":
          if (options.showsBuildLogs) writeLineToStandardError(event.line);
          break;
        case "stop":
        case "phase":
        case "progress":
          break;
      }
    },
    stop() {},
  };
}
