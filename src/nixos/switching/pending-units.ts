// NixOS's lists of what a switch still has to do: written before it acts, taken away when that is done, so that the next one
// finishes what an interrupted one began. And the lists of units that activation steps ask for.

import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";

export type PendingKind = "start" | "restart" | "reload";
export const pendingKinds: readonly PendingKind[] = ["start", "restart", "reload"];

export interface PendingUnits {
  read(kind: PendingKind): readonly string[];
  add(kind: PendingKind, units: readonly string[]): void;
  clear(kind: PendingKind): void;
  /** What activation steps have written, and forgotten then. */
  takeAsked(kind: "restart" | "reload"): readonly string[];
}

/** `folder`: /run/nixos on a machine. */
export function pendingUnitsIn(folder: string): PendingUnits {
  const file = (kind: PendingKind): string => `${folder}/${kind}-list`;
  return {
    read: (kind) => readList(file(kind)),
    add: (kind, units) => {
      if (units.length === 0) return;
      mkdirSync(folder, { recursive: true });
      appendFileSync(file(kind), units.map((unit) => `${unit}\n`).join(""), "latin1");
    },
    clear: (kind) => rmSync(file(kind), { force: true }),
    takeAsked: (kind) => {
      const path = `${folder}/activation-${kind}-list`;
      const units = readList(path);
      rmSync(path, { force: true });
      return units;
    },
  };
}

function readList(path: string): string[] {
  if (!existsSync(path)) return [];
  const units = readFileSync(path, "latin1").split("\n");
  return [...new Set(units.filter((unit) => unit !== ""))];
}
