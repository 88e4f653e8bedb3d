// Health checks: programs that the services of a system declare, each tried until it ends well or its time is over. All run
// side by side.

import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { HealthCheck } from "./switch-description.ts";

export interface FailedCheck {
  readonly check: HealthCheck;
  /** Why the last try failed. */
  readonly reason: string;
}

interface CheckOptions {
  /** One try, of at most so many seconds; without it, as many as the check's own time allows. */
  readonly once?: number;
  /** Between two tries, in milliseconds. */
  readonly interval?: number;
}

/** The checks that failed, in their order. */
export async function runHealthChecks(
  checks: readonly HealthCheck[],
  options: CheckOptions = {},
): Promise<FailedCheck[]> {
  const results = await Promise.all(checks.map((check) => tryUntilHealthy(check, options)));
  return results.filter((result) => result !== undefined);
}

async function tryUntilHealthy(
  check: HealthCheck,
  { once, interval = 500 }: CheckOptions,
): Promise<FailedCheck | undefined> {
  const end = Date.now() + (once ?? check.timeout) * 1000;
  for (let before: string | undefined; ;) {
    const failure = await tryOnce(check.script, Math.max(1, end - Date.now()));
    if (failure === undefined) return undefined;
    // A try that only had no time left says less than the one before it.
    const reason = failure.late ? (before ?? failure.reason) : failure.reason;
    before = reason;
    if (once !== undefined || Date.now() + interval >= end) return { check, reason };
    await pause(interval);
  }
}

interface Failure {
  readonly reason: string;
  /** It was ended, as its time was over. */
  readonly late: boolean;
}

/** Undefined when the program ended with 0. */
function tryOnce(script: string, milliseconds: number): Promise<Failure | undefined> {
  const { promise, resolve } = Promise.withResolvers<Failure | undefined>();
  // A process group of its own, so that what the check has started ends with it.
  const child = spawn(script, [], { stdio: ["ignore", "pipe", "pipe"], detached: true, cwd: "/" });
  let output = "";
  let late = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-2000)));
  }
  const timer = setTimeout(() => {
    late = true;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, milliseconds);
  child.on("error", (error) => {
    clearTimeout(timer);
    resolve({ reason: error.message, late: false });
  });
  child.on("close", (status, signal) => {
    clearTimeout(timer);
    const last = output.trim().split("\n").at(-1) ?? "";
    if (late) resolve({ reason: last === "" ? "it did not end" : `it did not end: ${last}`, late });
    else if (status === 0) resolve(undefined);
    else resolve({ reason: last === "" ? `it ended with ${signal ?? `status ${status}`}` : last, late });
  });
  return promise;
}
