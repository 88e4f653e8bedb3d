// The lines that were typed, kept from one session to the next: one a line, the oldest first, in the file that Nix uses too.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { homeFolder } from "#host";
import type { Environment } from "../../settings/nix-conf.ts";

export const historyLength = 1000;

export function historyFile(environment: Environment): string {
  const data =
    environment["NIX_DATA_HOME"] ?? join(environment["XDG_DATA_HOME"] ?? join(homeFolder(), ".local/share"), "nix");
  return join(data, "repl-history");
}

/** The newest first, as Node's line editor wants them; none where the file cannot be read. */
export function readHistory(file: string): string[] {
  try {
    const lines = readFileSync(file, "utf8").split("\n");
    return lines.filter((line) => line !== "").toReversed();
  } catch {
    return [];
  }
}

/** `lines` with the newest first. Throws where it cannot be written. */
export function writeHistory(file: string, lines: readonly string[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const kept = lines.slice(0, historyLength).toReversed();
  writeFileSync(file, kept.map((line) => `${line}\n`).join(""), { mode: 0o600 });
}
