// Does what a plan says, step by step, and looks again: what a step brings to light, a volume that was closed, is planned for then.

import { spawnSync } from "node:child_process";
import { diskProgramFailed, notStarted, disksNotReady, disksNotSettled } from "./disk-errors.ts";
import type { DiskCommand, DiskPlan, DiskStep } from "./plan.ts";

export interface DiskWork {
  /** Looks at the disks as they are, and plans. */
  plan(): DiskPlan;
  run(command: DiskCommand): void;
  /** Before each step. */
  tell(step: DiskStep): void;
}

/** A chain of volumes and arrays in each other is no longer than this. */
const mostRounds = 6;

/** Gives the number of steps that were done; throws before the first when something stands in the way. */
export function makeDisks(work: DiskWork): number {
  let done = 0;
  for (let round = 0; round < mostRounds; round++) {
    const { steps, problems } = work.plan();
    if (problems.length > 0) throw disksNotReady(problems);
    if (steps.length === 0) return done;
    for (const step of steps) {
      work.tell(step);
      for (const command of step.commands) work.run(command);
      done++;
    }
  }
  throw disksNotSettled(work.plan().steps.map(({ text }) => text));
}

/** Runs a command with what it may ask of the person at the terminal. */
export function runDiskCommand({ argv, stdin }: DiskCommand): void {
  const [program = "", ...words] = argv;
  const { error, status } = spawnSync(program, words, {
    stdio: [stdin === undefined ? "inherit" : "pipe", "inherit", "inherit"],
    ...(stdin === undefined ? {} : { input: stdin }),
  });
  if (error !== undefined) throw notStarted(program, error);
  if (status !== 0) throw diskProgramFailed(printCommand({ argv }), "");
  // Devices that come and go do so in udev too, where there is one, before anything else opens them.
  spawnSync("udevadm", ["settle", "--timeout=30"], { stdio: "ignore" });
}

/** As a line of shell. */
export function printCommand({ argv }: DiskCommand): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
