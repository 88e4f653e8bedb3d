// What goes wrong with a machine. Each error ends with what stood last on its console.

import { FirnError } from "#formats";

export function invalidMachine(path: string): FirnError {
  return new FirnError("invalid-machine", `'${path}' does not describe a machine`, {
    hint: "Build `system.build.vm` of the configuration.",
  });
}

export function machineNotRunning(name: string, console: string): FirnError {
  return new FirnError("machine-not-running", withConsole(`the machine '${name}' does not run`, console));
}

export function machineTimedOut(name: string, what: string, seconds: number, console: string): FirnError {
  const message = `the machine '${name}' did not get to this within ${seconds} seconds: ${what}`;
  return new FirnError("machine-timed-out", withConsole(message, console));
}

export function unitNotActive(name: string, unit: string, state: string, console: string): FirnError {
  return new FirnError("unit-not-active", withConsole(`unit '${unit}' of the machine '${name}' ${state}`, console));
}

interface FailedCommand {
  readonly machine: string;
  readonly command: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function commandEndedOtherwise(failed: FailedCommand, expected: string, console: string): FirnError {
  const printed = [failed.stdout.trimEnd(), failed.stderr.trimEnd()].filter((text) => text !== "").join("\n");
  const message = `command '${failed.command}' on the machine '${failed.machine}' ended with status ${failed.status}, and not with ${expected}${printed === "" ? "" : `:\n${printed}`}`;
  return new FirnError("machine-command-failed", withConsole(message, console));
}

export function qemuFailed(name: string, message: string): FirnError {
  return new FirnError("qemu-failed", `the machine '${name}' cannot be started: ${message}`, {
    hint: "QEMU must be installed: qemu-system-x86_64 on PATH.",
  });
}

function withConsole(message: string, console: string): string {
  return console === "" ? message : `${message}\nlast lines of its console:\n${console}`;
}
