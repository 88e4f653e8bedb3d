// Pseudo-terminals: builders write to one, as in Nix, so that programs which ask whether they talk to a terminal, and
// flush by the line when they do, behave as there.

import { closeSync, constants, openSync } from "node:fs";
import { createRequire } from "node:module";
import { systemCallFailed } from "./system-error.ts";

export interface PseudoTerminal {
  /** The end that reads what is written to the terminal; EIO there means that the last writer is gone. */
  readonly master: number;
  /** The end for the child's output. Close it in this process once the child runs. */
  readonly slave: number;
  /** The slave's file, as `/dev/pts/3`. */
  readonly name: string;
}

interface TerminalCalls {
  posix_openpt(flags: number): number;
  unlockpt(descriptor: number): number;
  ptsname_r(descriptor: number, name: Uint8Array, size: number): number;
  tcgetattr(descriptor: number, attributes: Uint8Array): number;
  tcsetattr(descriptor: number, when: number, attributes: Uint8Array): number;
  cfmakeraw(attributes: Uint8Array): void;
  errno(): number;
}

/** O_CLOEXEC, which node:fs does not name. */
const closeOnExec = 0o2000000;
/** More than sizeof(struct termios) anywhere. */
const attributesSize = 128;

let calls: TerminalCalls | undefined;

/** Opens a pseudo-terminal in raw mode: no echo, and no carriage returns added to what is written. */
export function openPseudoTerminal(): PseudoTerminal {
  const c = (calls ??= loadTerminalCalls());
  const master = c.posix_openpt(constants.O_RDWR | constants.O_NOCTTY | closeOnExec);
  if (master < 0) throw systemCallFailed("opening pseudoterminal master", c.errno());
  try {
    if (c.unlockpt(master) !== 0) throw systemCallFailed("unlocking pseudoterminal", c.errno());
    const nameBytes = new Uint8Array(64);
    if (c.ptsname_r(master, nameBytes, nameBytes.length) !== 0) {
      throw systemCallFailed("getting pseudoterminal slave name", c.errno());
    }
    const name = Buffer.from(nameBytes.subarray(0, nameBytes.indexOf(0))).toString("latin1");
    const slave = openSync(name, constants.O_RDWR | constants.O_NOCTTY);
    const attributes = new Uint8Array(attributesSize);
    if (c.tcgetattr(slave, attributes) !== 0) throw systemCallFailed("getting pseudoterminal attributes", c.errno());
    c.cfmakeraw(attributes);
    if (c.tcsetattr(slave, 0, attributes) !== 0) {
      throw systemCallFailed("putting pseudoterminal into raw mode", c.errno());
    }
    return { master, slave, name };
  } catch (error) {
    closeSync(master);
    throw error;
  }
}

function loadTerminalCalls(): TerminalCalls {
  const koffi = createRequire(import.meta.url)("koffi") as {
    load(path: string | null): { func(declaration: string): (...values: unknown[]) => number };
    errno(): number;
  };
  const program = koffi.load(null);
  return {
    posix_openpt: program.func("int posix_openpt(int)"),
    unlockpt: program.func("int unlockpt(int)"),
    ptsname_r: program.func("int ptsname_r(int, _Out_ uint8_t *, size_t)"),
    tcgetattr: program.func("int tcgetattr(int, _Out_ uint8_t *)"),
    tcsetattr: program.func("int tcsetattr(int, int, const uint8_t *)"),
    cfmakeraw: program.func("void cfmakeraw(_Inout_ uint8_t *)"),
    errno: () => koffi.errno(),
  };
}
