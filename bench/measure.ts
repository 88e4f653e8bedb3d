// Runs a program as a whole process and says what it took.

import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

export interface Command {
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Milliseconds of wall time. */
export function timeOf({ words, env }: Command): number {
  const [program = "", ...args] = words;
  const started = performance.now();
  const result = spawnSync(program, args, { stdio: ["ignore", "ignore", "pipe"], env });
  const elapsed = performance.now() - started;
  if (result.status !== 0) throw new Error(`${words.join(" ")} failed:\n${String(result.stderr)}`);
  return elapsed;
}

/** The most memory that it had resident at a time, in bytes: what the kernel last said of it, asked every 5 ms. */
export async function peakMemoryOf({ words, env }: Command): Promise<number> {
  const [program = "", ...args] = words;
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"], env });
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", resolve);
  });
  let peak = 0;
  for (let isRunning = true; isRunning;) {
    peak = Math.max(peak, highWaterMark(child.pid) ?? 0);
    isRunning = await Promise.race([ended.then(() => false), pause(5).then(() => true)]);
  }
  if ((await ended) !== 0) throw new Error(`${words.join(" ")} failed`);
  return peak;
}

function highWaterMark(pid: number | undefined): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
