// Each figure is a ratio to the real program, both run in turn as whole processes (A B A B …), so that it holds when the
// machine's speed drifts. `npm run bench` prints a table; `npm run bench -- NAME…` runs the rows whose name contains one.
// The real Nix is the one on PATH, or the folder of programs that FIRN_BENCH_NIX names; rows without it are left out, and said.

import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const home = join(import.meta.dirname, "..");
const rounds = 11;

interface Row {
  readonly name: string;
  /** The largest ratio that counts as reached. */
  readonly goal: number;
  readonly firn: readonly string[];
  readonly peer: readonly string[] | undefined;
}

const nix = findNix();
const scratch = mkdtempSync(join(tmpdir(), "firn-bench-"));

function realProgram(name: string, ...args: string[]): readonly string[] | undefined {
  return nix === undefined ? undefined : [join(nix, name), ...args];
}
function firnProgram(name: string, ...args: string[]): readonly string[] {
  return [join(home, "bin", name), ...args];
}

const onePlusOne = ["--eval", "-E", "1+1"];
const fib = ["--eval", "-E", "let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 25"];
const fold = ["--eval", "-E", "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 1000000)"];
const merge = [
  "--eval",
  "-E",
  'builtins.length (builtins.attrNames (builtins.foldl\' (a: i: a // { "k${toString i}" = i; }) { } (builtins.genList (x: x) 2000)))',
];

const rows: readonly Row[] = [
  {
    name: "start: firn --version",
    goal: 2,
    firn: firnProgram("firn", "--version"),
    peer: [process.execPath, "-e", "0"],
  },
  {
    name: "start: nix-instantiate --eval 1+1",
    goal: 2,
    firn: firnProgram("nix-instantiate", ...onePlusOne),
    peer: [process.execPath, "-e", "0"],
  },
  {
    name: "eval: fib 25",
    goal: 1,
    firn: firnProgram("nix-instantiate", ...fib),
    peer: realProgram("nix-instantiate", ...fib),
  },
  {
    name: "eval: foldl' over 10^6",
    goal: 1,
    firn: firnProgram("nix-instantiate", ...fold),
    peer: realProgram("nix-instantiate", ...fold),
  },
  {
    name: "eval: 2000 merges of sets",
    goal: 1,
    firn: firnProgram("nix-instantiate", ...merge),
    peer: realProgram("nix-instantiate", ...merge),
  },
];

const wanted = process.argv.slice(2);
for (const row of rows) {
  if (wanted.length > 0 && !wanted.some((word) => row.name.includes(word))) continue;
  if (row.peer === undefined) {
    console.log(
      `${row.name.padEnd(36)} left out: no real Nix on PATH (apt-get install nix-bin, or set FIRN_BENCH_NIX)`,
    );
    continue;
  }
  const ratios: number[] = [];
  const own: number[] = [];
  time(row.firn);
  time(row.peer);
  for (let round = 0; round < rounds; round++) {
    const firn = time(row.firn);
    ratios.push(firn / time(row.peer));
    own.push(firn);
  }
  const ratio = median(ratios);
  const verdict = ratio <= row.goal ? "reached" : "NOT reached";
  console.log(
    `${row.name.padEnd(36)} ${ratio.toFixed(2).padStart(6)} × the real one (goal ${row.goal}, ${verdict}); ${median(own).toFixed(0)} ms`,
  );
}
rmSync(scratch, { recursive: true, force: true });

/** Milliseconds of wall time for one run of the whole process. */
function time(command: readonly string[]): number {
  const [program = "", ...args] = command;
  const started = performance.now();
  const result = spawnSync(program, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, HOME: scratch, NIX_STATE_DIR: join(scratch, "var"), NIX_REMOTE: "dummy://" },
  });
  const elapsed = performance.now() - started;
  if (result.status !== 0) throw new Error(`${command.join(" ")} failed:\n${String(result.stderr)}`);
  return elapsed;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
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
