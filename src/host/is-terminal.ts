// Whether a descriptor is a terminal. node:tty and process.stderr bring Node's streams with them, which take longer to load
// than many a command runs, so the kind of the file is asked first: a pipe, a file or /dev/null is no terminal.

import { fstatSync } from "node:fs";
import { isatty } from "node:tty";

export function isTerminal(descriptor: number): boolean {
  return mayBeTerminal(descriptor) && isatty(descriptor);
}

/** The major number of /dev/null and its kin. */
const memoryDevices = 1;

/** A closed descriptor is none. */
function mayBeTerminal(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor);
    return status.isCharacterDevice() && status.rdev >> 8 !== memoryDevices;
  } catch {
    return false;
  }
}
