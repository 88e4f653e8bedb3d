// Whether a descriptor is a terminal. node:tty and process.stderr bring Node's streams with them, which take longer to load
// than many a command runs, so the kind of the file is asked first: a pipe or a file is no terminal.

import { fstatSync } from "node:fs";
import { isatty } from "node:tty";

export function isTerminal(descriptor: number): boolean {
  return isCharacterDevice(descriptor) && isatty(descriptor);
}

/** A closed descriptor is none. */
function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false;
  }
}
