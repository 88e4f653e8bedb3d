// What goes wrong with disks, and what is refused.

import { FirnError } from "#formats";

export function invalidLayout(where: string, what: string): FirnError {
  return new FirnError("invalid-disk-layout", `the description of the disks is wrong at '${where}': ${what}`, {
    hint: "It is `system.build.diskLayout` of a configuration that sets `disko.devices`.",
  });
}

export function diskProgramFailed(command: string, output: string): FirnError {
  return new FirnError("disk-program-failed", `'${command}' failed${output === "" ? "" : `:\n${output}`}`);
}

function diskProgramMissing(program: string): FirnError {
  return new FirnError("disk-program-missing", `the program '${program}' is not on PATH`, {
    hint: "A system whose configuration sets `disko.devices` has the programs that its disks need.",
  });
}

/** `lines`: what stands in the way. */
export function disksNotReady(lines: readonly string[]): FirnError {
  return new FirnError("disks-not-ready", `nothing was done to the disks:\n${lines.join("\n")}`);
}

export function disksNotSettled(left: readonly string[]): FirnError {
  return new FirnError("disks-not-settled", `the disks are not as declared after all was done:\n${left.join("\n")}`);
}

/** What kept a program from being started at all. */
export function notStarted(program: string, error: NodeJS.ErrnoException): Error {
  return error.code === "ENOENT" ? diskProgramMissing(program) : error;
}
