// The journal of a switch: one file that says from which system to which other one the machine is being switched and how far
// that got. It is on the disk before each step begins, so whoever comes after an interruption, be it a program that was killed
// or a power cut, knows what to finish and what to undo.

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { ifExists, writeFileAtomically } from "#host";

/** Until `committing` an interrupted switch is undone; from then on it is finished. */
export type SwitchPhase = "stopping" | "activating" | "starting" | "checking" | "rolling back" | "committing";

/** What the machine was like before a switch, against which its end is judged. */
export interface MachineBefore {
  /** Units that ran, that had failed, and that were not healthy. */
  readonly ran: readonly string[];
  readonly failed: readonly string[];
  readonly unhealthy: readonly string[];
}

export interface SwitchRecord {
  readonly from: string;
  readonly to: string;
  readonly phase: SwitchPhase;
  /** Tells one start of the machine from another. */
  readonly boot: string;
  /** The program that installs the boot loader for `to`. */
  readonly loader: string | null;
  readonly before: MachineBefore;
  /** The profile that is to move, and the generation that it moves to. */
  readonly profile: { readonly path: string; readonly generation: string; readonly isNew: boolean } | null;
}

export interface SwitchJournal {
  /** What an interrupted switch has left. */
  read(): SwitchRecord | undefined;
  write(record: SwitchRecord): void;
  close(): void;
}

/** `file`: /var/lib/nixos/switch-journal.json on a machine. */
export function switchJournalAt(file: string): SwitchJournal {
  return {
    read: () => {
      const text = ifExists(() => readFileSync(file, "utf8"));
      return text === undefined ? undefined : (JSON.parse(text) as SwitchRecord);
    },
    write: (record) => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileAtomically(file, Buffer.from(`${JSON.stringify(record)}\n`), { mode: 0o644, sync: true });
      syncFolder(dirname(file));
    },
    close: () => {
      rmSync(file, { force: true });
      syncFolder(dirname(file));
    },
  };
}

/** The number of this start of the machine. */
export function currentBoot(): string {
  return ifExists(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1"))?.trim() ?? "unknown";
}

/** The names in a folder, as they are now, are on the disk. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
