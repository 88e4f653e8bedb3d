// Nix's internal-json: one `@nix {…}` line for each event, keys in byte order as Nix prints them (JSONLogger).

import { fromByteString, printStorePath, type ActivityType, type LogEvent } from "#formats";
import { activityLevel, verbosities, writeToStandardError, type LogView } from "./log-view.ts";

const activityNumbers: Readonly<Record<ActivityType, number>> = {
  unknown: 0,
  copyPath: 100,
  fileTransfer: 101,
  realise: 102,
  copyPaths: 103,
  builds: 104,
  build: 105,
  optimiseStore: 106,
  verifyPaths: 107,
  substitute: 108,
  queryPathInfo: 109,
  postBuildHook: 110,
  buildWaiting: 111,
  fetchTree: 112,
};

const buildLogLineResult = 101;
const setPhaseResult = 104;
const progressResult = 105;

export function openJsonView(storeDir: string): LogView {
  return {
    handle(event) {
      writeToStandardError(`@nix ${JSON.stringify(toRecord(event, storeDir))}\n`);
    },
    stop() {},
  };
}

function toRecord(event: LogEvent, storeDir: string): Record<string, unknown> {
  switch (event.kind) {
    case "message":
      return { action: "msg", level: verbosities.indexOf(event.level), msg: fromByteString(event.text) };
    case "start":
      return {
        action: "start",
        ...fieldsOf(event, storeDir),
        id: event.id,
        level: verbosities.indexOf(activityLevel(event.type)),
        parent: event.parent ?? 0,
        text: fromByteString(event.text),
        type: activityNumbers[event.type],
      };
    case "stop":
      return { action: "stop", id: event.id };
    case "buildLogLine":
      return { action: "result", fields: [fromByteString(event.line)], id: event.id, type: buildLogLineResult };
    case "phase":
      return { action: "result", fields: [fromByteString(event.phase)], id: event.id, type: setPhaseResult };
    case "progress":
      return {
        action: "result",
        fields: [event.done, event.expected, event.running, event.failed],
        id: event.id,
        type: progressResult,
      };
  }
}

/** A build carries its derivation, the machine ("" is this one), and a round that is always the first of one. */
function fieldsOf(event: Extract<LogEvent, { kind: "start" }>, storeDir: string): { fields?: unknown[] } {
  if (event.path === undefined) return {};
  const path = printStorePath(storeDir, event.path);
  return { fields: event.type === "build" ? [path, "", 1, 1] : [path] };
}
