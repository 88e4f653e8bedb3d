import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import type { LogEvent, StorePath } from "#formats";
import { renderFrame } from "./progress-view.ts";

const derivation = "g1w7hy3qg1w7hy3qg1w7hy3qg1w7hy3q-hello-1.0.drv" as StorePath;
const events: readonly LogEvent[] = [
  { kind: "message", level: "info", text: "a message" },
  { kind: "message", level: "debug", text: "never seen" },
  { kind: "start", id: 7, type: "build", text: `building '/nix/store/${derivation}'`, path: derivation },
  { kind: "phase", id: 7, phase: "buildPhase" },
  { kind: "buildLogLine", id: 7, line: "from the builder" },
  { kind: "progress", id: 7, done: 1, expected: 2, running: 1, failed: 0 },
  { kind: "stop", id: 7 },
];

/** What a log of that format writes to stderr, which has to be that of a process. */
function log(format: string): string {
  const module = join(import.meta.dirname, "log.ts");
  const script = `
    const { Log } = await import(${JSON.stringify(module)});
    const log = new Log({ format: ${JSON.stringify(format)}, isTerminal: false, colours: false, storeDir: "/nix/store" });
    for (const event of ${JSON.stringify(events)}) log.emit(event);
    log.stop();`;
  return spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stderr;
}

test("plain lines are messages and what begins, and what builders print where that is asked for", () => {
  assert.equal(log("raw"), `a message\nbuilding '/nix/store/${derivation}'...\n`);
  assert.equal(log("raw-with-logs"), `a message\nbuilding '/nix/store/${derivation}'...\nfrom the builder\n`);
});

test("internal-json is one record a line, as Nix writes them", () => {
  const lines = log("internal-json").trim().split("\n");
  assert.deepEqual(lines, [
    '@nix {"action":"msg","level":3,"msg":"a message"}',
    `@nix {"action":"start","fields":["/nix/store/${derivation}","",1,1],"id":7,"level":3,"parent":0,` +
      `"text":"building '/nix/store/${derivation}'","type":105}`,
    '@nix {"action":"result","fields":["buildPhase"],"id":7,"type":104}',
    '@nix {"action":"result","fields":["from the builder"],"id":7,"type":101}',
    '@nix {"action":"result","fields":[1,2,1,0],"id":7,"type":105}',
    '@nix {"action":"stop","id":7}',
  ]);
});

test("the live view has a line for each thing that runs, cut to the width of the terminal", () => {
  const activity = (id: number, seconds: number, lastLine: string) => ({
    event: { kind: "start" as const, id, type: "build" as const, text: "", path: derivation },
    startedAt: Date.now() - seconds * 1000,
    phase: id === 1 ? "buildPhase" : "",
    lastLine,
    done: 0,
    expected: 0,
    running: 0,
    failed: 0,
  });
  const activities = new Map([
    [1, activity(1, 5, "compiling")],
    [2, activity(2, 125, "\x1b[31mred\x1b[0m ".repeat(30))],
    [3, activity(3, 0, "has only begun")],
  ]);
  const frame = renderFrame(activities, { builds: 1, downloads: 0, failed: 0 }, 60);
  assert.deepEqual(frame.slice(0, 2), [
    "\x1b[1m[3 running, 1 built]\x1b[0m",
    "     5s hello-1.0 (buildPhase): compiling",
  ]);
  assert.equal(frame.length, 3);
  assert.equal(frame[2]?.length, 59);
  assert.match(frame[2] ?? "", /^ {2}2m05s hello-1\.0: .*red .*…$/);
});
