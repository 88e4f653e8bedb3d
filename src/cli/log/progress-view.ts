// The live view of a terminal: one line for each running build or download with the time it has taken, a line of totals
// above them, and messages scrolling away over it. It redraws at most every 80 ms and only what changed; nothing is drawn
// for work that ends sooner. Builds in this process block the event loop at times, so it draws on events too.

import {
  filterAnsiEscapes,
  fromByteString,
  storePathName,
  type ActivityType,
  type LogEvent,
  type StorePath,
} from "#formats";
import { writeToStandardError, type LogView, type ViewOptions } from "./log-view.ts";

interface Activity {
  readonly event: Extract<LogEvent, { kind: "start" }>;
  readonly startedAt: number;
  phase: string;
  lastLine: string;
  done: number;
  expected: number;
  running: number;
  failed: number;
}

const redrawInterval = 80;
const quietTime = 150;
const maxLines = 8;

export function openProgressView(options: ViewOptions): LogView {
  const activities = new Map<number, Activity>();
  const totals = { builds: 0, downloads: 0, failed: 0 };
  let drawnLines = 0;
  let lastFrame = "";
  let lastDrawnAt = 0;

  const erase = () => {
    if (drawnLines > 0) writeToStandardError(`\x1b[${drawnLines}A\r\x1b[J`);
    drawnLines = 0;
    lastFrame = "";
  };

  const draw = () => {
    lastDrawnAt = Date.now();
    const lines = renderFrame(activities, totals, process.stderr.columns || 80);
    const frame = lines.map((line) => `${line}\x1b[K\n`).join("");
    if (frame === lastFrame) return;
    writeToStandardError((drawnLines > 0 ? `\x1b[${drawnLines}A\r\x1b[J` : "") + frame);
    drawnLines = lines.length;
    lastFrame = frame;
  };

  const timer = setInterval(draw, redrawInterval);
  timer.unref();

  const printAbove = (text: string) => {
    erase();
    writeToStandardError(`${text}\n`);
    draw();
  };

  return {
    handle(event) {
      switch (event.kind) {
        case "message":
          printAbove(fromByteString(filterAnsiEscapes(event.text, "keep-colors")));
          break;
        case "start":
          activities.set(event.id, {
            event,
            startedAt: Date.now(),
            phase: "",
            lastLine: "",
            done: 0,
            expected: 0,
            running: 0,
            failed: 0,
          });
          break;
        case "stop": {
          const activity = activities.get(event.id);
          activities.delete(event.id);
          if (activity?.event.type === "build") totals.builds++;
          if (activity?.event.type === "fileTransfer") totals.downloads++;
          if (event.failed === true) totals.failed++;
          break;
        }
        case "buildLogLine": {
          const activity = activities.get(event.id);
          const line = fromByteString(event.line);
          if (options.showsBuildLogs) printAbove(`\x1b[2m${nameOf(activity?.event.path)}> \x1b[0m${line}`);
          else if (activity !== undefined) activity.lastLine = line;
          break;
        }
        case "phase": {
          const activity = activities.get(event.id);
          if (activity !== undefined) activity.phase = event.phase;
          break;
        }
        case "progress": {
          const activity = activities.get(event.id);
          if (activity !== undefined) Object.assign(activity, event);
          break;
        }
      }
      if (Date.now() - lastDrawnAt >= redrawInterval) draw();
    },
    stop() {
      clearInterval(timer);
      erase();
    },
  };
}

interface Totals {
  readonly builds: number;
  readonly downloads: number;
  readonly failed: number;
}

/** The lines of one frame, each cut to `width` columns; none while there is nothing worth showing. */
export function renderFrame(activities: ReadonlyMap<number, ActivityLike>, totals: Totals, width: number): string[] {
  const now = Date.now();
  const shown = [...activities.values()].filter(
    (activity) => isWork(activity.event.type) && now - activity.startedAt >= quietTime,
  );
  if (shown.length === 0) return [];
  const lines = shown.slice(0, maxLines).map((activity) => renderActivity(activity, now, width));
  if (shown.length > maxLines) lines.push(`  … and ${shown.length - maxLines} more`);
  return [renderTotals(activities, totals), ...lines];
}

type ActivityLike = Readonly<Activity>;

/** Whether it is something that runs, and not the sum of others. */
function isWork(type: ActivityType): boolean {
  switch (type) {
    case "build":
    case "fileTransfer":
    case "copyPath":
    case "fetchTree":
    case "optimiseStore":
    case "verifyPaths":
    case "postBuildHook":
    case "buildWaiting":
      return true;
    case "unknown":
    case "realise":
    case "copyPaths":
    case "builds":
    case "substitute":
    case "queryPathInfo":
      return false;
  }
}

function renderTotals(activities: ReadonlyMap<number, ActivityLike>, totals: Totals): string {
  const overall = [...activities.values()].find(
    (activity) => activity.event.type === "builds" && activity.expected > 0,
  );
  const running = [...activities.values()].filter((activity) => activity.event.type === "build").length;
  const parts: string[] = [];
  const built = overall === undefined ? `${totals.builds}` : `${overall.done}/${overall.expected}`;
  if (running > 0 || totals.builds > 0) parts.push(`${running} running, ${built} built`);
  if (totals.downloads > 0) parts.push(`${totals.downloads} downloaded`);
  if (totals.failed > 0) parts.push(`\x1b[31m${totals.failed} failed\x1b[0m`);
  return `\x1b[1m[${parts.join(", ") || "working"}]\x1b[0m`;
}

function renderActivity(activity: ActivityLike, now: number, width: number): string {
  const seconds = Math.floor((now - activity.startedAt) / 1000);
  const time = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
  const isBuild = activity.event.type === "build";
  const what =
    isBuild && activity.event.path !== undefined ? nameOf(activity.event.path) : fromByteString(activity.event.text);
  const size = !isBuild && activity.expected > 0 ? ` ${Math.floor((100 * activity.done) / activity.expected)}%` : "";
  const phase = activity.phase === "" ? "" : ` (${activity.phase})`;
  const line = activity.lastLine === "" ? "" : `: ${activity.lastLine}`;
  const plain = `  ${time.padStart(5)} ${what}${phase}${size}${line}`.replace(/[\x00-\x1f\x7f]|\x1b\[[0-9;]*m/g, " ");
  return plain.length > width - 1 ? `${plain.slice(0, Math.max(width - 2, 1))}…` : plain;
}

function nameOf(path: StorePath | undefined): string {
  return path === undefined ? "" : storePathName(path).replace(/\.drv$/, "");
}
