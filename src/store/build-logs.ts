// Build logs: `<logDir>/drvs/<2 characters>/<rest>`, compressed by bzip2 (`.bz2`) or plain; Nix reads both. bzip2 is not
// among what Node has, so the program of that name does it, and without it new logs are written plain.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { FirnError, type StorePath } from "#formats";
import { hostPath, ifExists, writeFileAtomically } from "#host";
import type { StoreLayout } from "./layout.ts";

/** Where the log of `derivation` is, without the `.bz2` that it may have. */
export function buildLogPath(layout: StoreLayout, derivation: StorePath): string {
  return `${layout.logDir}/drvs/${derivation.slice(0, 2)}/${derivation.slice(2)}`;
}

/** Writes the log unless there is one. */
export function writeBuildLog(
  layout: StoreLayout,
  derivation: StorePath,
  log: Uint8Array,
  options: { readonly compress: boolean },
): void {
  const path = buildLogPath(layout, derivation);
  if (readExactLog(layout, derivation) !== undefined) return;
  mkdirSync(hostPath(path.slice(0, path.lastIndexOf("/"))), { recursive: true });
  const compressed = options.compress ? runBzip2([], log) : undefined;
  if (compressed === undefined) writeFileAtomically(path, log);
  else writeFileAtomically(`${path}.bz2`, compressed);
}

/** The log of exactly this derivation (getBuildLogExact); older stores had no folders of two characters. */
export function readExactLog(layout: StoreLayout, derivation: StorePath): Uint8Array | undefined {
  for (const path of [buildLogPath(layout, derivation), `${layout.logDir}/drvs/${derivation}`]) {
    const plain = ifExists(() => readFileSync(hostPath(path)));
    if (plain !== undefined) return plain;
    const compressed = ifExists(() => readFileSync(hostPath(`${path}.bz2`)));
    if (compressed !== undefined) return runBzip2(["-d"], compressed) ?? throwBzip2Missing(path);
  }
  return undefined;
}

function throwBzip2Missing(path: string): never {
  throw new FirnError("bzip2-missing", `Cannot read the build log "${path}.bz2": the program bzip2 is not on PATH`, {
    hint: "Install bzip2, on Debian and Ubuntu with: sudo apt install bzip2",
  });
}

/** Undefined when there is no such program. */
function runBzip2(options: readonly string[], input: Uint8Array): Uint8Array | undefined {
  const run = spawnSync("bzip2", ["-c", ...options], { input, maxBuffer: 2 ** 31 });
  if (run.error !== undefined && "code" in run.error && run.error.code === "ENOENT") return undefined;
  if (run.status !== 0) {
    throw new FirnError("bzip2-failed", `bzip2 could not work on a build log: ${run.stderr?.toString() ?? ""}`);
  }
  return run.stdout;
}
