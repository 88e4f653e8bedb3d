// Each figure is a ratio, both programs run in turn as whole processes (A B A B …), so that it holds when the machine's speed
// drifts: to the real Nix, and for start-up to a Node that does nothing, below which no program of Firn can come.
// `npm run bench` prints a table; `npm run bench -- WORD…` runs the rows whose name contains one of the words. The real Nix is
// the one on PATH, or the folder of programs that FIRN_BENCH_NIX names; FIRN_BENCH_NIXPKGS names a nixpkgs to evaluate, and
// FIRN_NIXOS_DIR a folder for the store of a system (system.ts). Rows that lack what they need are left out, and said.

import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type Command, geometricMean, median, peakMemoryOf, timeOf } from "./measure.ts";
import { type Group, makeRows, type Row } from "./rows.ts";
import { measureSystem } from "./system.ts";

const home = join(import.meta.dirname, "..");
const nix = findNix();
const scratch = mkdtempSync(join(tmpdir(), "firn-bench-"));
const file = join(scratch, "file");
writeFileSync(file, "file\n");
const env = environment("firn");
const stored = execFileSync(join(home, "bin/nix-store"), ["--add", file], { env, encoding: "utf8" }).trim();

const wanted = process.argv.slice(2);
const groups = new Map<Group, number[]>();
for (const row of makeRows(scratch, stored, process.env["FIRN_BENCH_NIXPKGS"])) {
  if (wanted.length > 0 && !wanted.some((word) => row.name.includes(word))) continue;
  report(row.name, await measureOrSay(row));
}
for (const [{ name, goal }, ratios] of groups)
  report(name, `${printRatio(geometricMean(ratios))} × (${verdict(geometricMean(ratios), goal)})`);
if (wanted.length === 0 || wanted.some((word) => "a system:".includes(word))) await reportSystem();
spawnSync("chmod", ["-R", "u+w", scratch]);
rmSync(scratch, { recursive: true, force: true });

function report(name: string, text: string): void {
  console.log(`${name.padEnd(36)} ${text}`);
}

async function reportSystem(): Promise<void> {
  if (process.env["FIRN_NIXOS_DIR"] === undefined) {
    report("a system", "left out: no folder for its store (set FIRN_NIXOS_DIR)");
    return;
  }
  try {
    await measureSystem(({ name, value, unit, goal }) => {
      report(name, `${value.toFixed(unit === "s" ? 2 : 0).padStart(6)} ${unit} (${verdict(value, goal)})`);
    });
  } catch (error) {
    process.exitCode = 1;
    report("a system", `failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function measureOrSay(row: Row): Promise<string> {
  if (row.lacks !== undefined) return `left out: ${row.lacks}`;
  if (row.peer === "nix" && nix === undefined) {
    return "left out: no real Nix on PATH (apt-get install nix-bin, or set FIRN_BENCH_NIX)";
  }
  try {
    return await measure(row);
  } catch (error) {
    process.exitCode = 1;
    return `failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function measure(row: Row): Promise<string> {
  const measured = async (side: "firn" | "peer", round: string): Promise<number> => {
    const command = side === "firn" ? firnCommand(row, round) : peerCommand(row, round);
    return row.what === "time" ? timeOf(command) : await peakMemoryOf(command);
  };
  await measured("firn", "warm");
  await measured("peer", "warm");
  const ratios: number[] = [];
  const own: number[] = [];
  for (let round = 0; round < row.rounds; round++) {
    const value = await measured("firn", String(round));
    ratios.push(value / (await measured("peer", String(round))));
    own.push(value);
  }
  const ratio = median(ratios);
  if (row.group !== undefined) groups.set(row.group, [...(groups.get(row.group) ?? []), ratio]);
  const value = row.what === "time" ? `${median(own).toFixed(0)} ms` : `${(median(own) / 2 ** 20).toFixed(0)} MiB`;
  const than = row.peer === "node" ? "an empty Node" : "the real one";
  return `${printRatio(ratio)} × ${than}${row.goal === undefined ? "" : ` (${verdict(ratio, row.goal)})`}; ${value}`;
}

function printRatio(ratio: number): string {
  return ratio.toFixed(2).padStart(6);
}

function verdict(ratio: number, goal: number): string {
  return `goal ${goal}, ${ratio <= goal ? "reached" : "NOT reached"}`;
}

function firnCommand(row: Row, round: string): Command {
  return { words: [join(home, "bin", row.program), ...row.args(round)], env: environment("firn") };
}

function peerCommand(row: Row, round: string): Command {
  const words =
    row.peer === "node" ? [process.execPath, "-e", "0"] : [join(nix ?? "", row.program), ...row.args(round)];
  return { words, env: environment("peer") };
}

/** A store and a home for each side, and nothing of this user's. */
function environment(side: "firn" | "peer"): NodeJS.ProcessEnv {
  const folder = join(scratch, side);
  mkdirSync(folder, { recursive: true });
  const { FIRN_NODE, PATH } = process.env;
  return {
    PATH,
    ...(FIRN_NODE === undefined ? {} : { FIRN_NODE }),
    HOME: folder,
    NIX_STORE_DIR: join(folder, "store"),
    NIX_STATE_DIR: join(folder, "var"),
    NIX_LOG_DIR: join(folder, "log"),
    NIX_CONF_DIR: folder,
    NIX_USER_CONF_FILES: "",
    // Nobody but this machine builds.
    NIX_CONFIG: "substitute = false\nbuild-users-group =\nbuild-hook =\n",
  };
}

function findNix(): string | undefined {
  const folders = [process.env["FIRN_BENCH_NIX"], ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.find((folder) => {
    if (folder === undefined || folder === "" || folder.startsWith(home)) return false;
    try {
      accessSync(join(folder, "nix-instantiate"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
