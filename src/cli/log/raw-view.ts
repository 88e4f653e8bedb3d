// Plain lines, one for each message and each activity that begins (Nix's SimpleLogger).

import { fromByteString, type LogEvent } from "#formats";
import { activityLevel, writeToStandardError, type LogView, type ViewOptions } from "./log-view.ts";

export function openRawView(options: ViewOptions): LogView {
  return {
    handle(event: LogEvent): void {
      switch (event.kind) {
        case "message":
          writeToStandardError(`${fromByteString(event.text)}\n`);
          break;
        case "start":
          if (event.text !== "" && options.shows(activityLevel(event.type))) {
            writeToStandardError(`${fromByteString(event.text)}...\n`);
          }
          break;
        case "buildLogLine":
          if (options.showsBuildLogs) writeToStandardError(`${fromByteString(event.line)}\n`);
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
