// Each figure is a ratio of wall times, both programs run in turn as whole processes (A B A B …), so that it holds when the
// machine's speed drifts: to the real Nix, and for start-up to a Node that does nothing, below which no program of Firn can
// come. `npm run bench` prints a table; `npm run bench -- WORD…` runs the rows whose name contains one of the words. The real
// Nix is the one on PATH, or the folder of programs that FIRN_BENCH_NIX names; FIRN_BENCH_NIXPKGS names a nixpkgs to evaluate.
// Rows that lack what they need are left out, and said.

import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const home = join(import.meta.dirname, "..");

interface Row {
  readonly name: string;
  /** The largest ratio that counts as reached. */
  readonly goal: number;
  readonly rounds: number;
  readonly peer: "node" | "nix";
  readonly program: string;
  /** `round` differs from run to run, so that what is built is built anew. */
  args(round: string): readonly string[];
  /** What is to be had first, if it is not there. */
  readonly lacks?: string | undefined;
}

const nix = findNix();
const scratch = mkdtempSync(join(tmpdir(), "firn-bench-"));
const file = join(scratch, "file");
writeFileSync(file, "file\n");
const chain = join(scratch, "chain.nix");
writeFileSync(
  chain,
  `{ round }:
   builtins.foldl' (previous: number: derivation {
     name = "step-\${toString number}"; system = builtins.currentSystem; builder = "/bin/sh";
     args = [ "-c" "echo \${previous} > $out" ]; inherit round;
   }) "" (builtins.genList (n: n) 20)`,
);
const nixpkgs = process.env["FIRN_BENCH_NIXPKGS"];
const noNixpkgs = nixpkgs === undefined ? "no nixpkgs (set FIRN_BENCH_NIXPKGS)" : undefined;
const system = `(import ${nixpkgs}/nixos {
  configuration = { boot.loader.grub.device = "/dev/sda"; fileSystems."/".device = "/dev/sda1"; };
}).system`;

function start(program: string, goal: number, ...args: readonly string[]): Row {
  return { name: `start: ${program} ${args[0]}`, goal, rounds: 15, peer: "node", program, args: () => args };
}
/** Evaluated each time anew. */
function evaluate(name: string, expression: string): Row {
  const args = ["--eval", "--strict", "--option", "eval-cache", "false", "--expr", expression];
  return { name: `eval: ${name}`, goal: 1, rounds: 7, peer: "nix", program: "nix-instantiate", args: () => args };
}
/** With nothing changed since the last time. */
function evaluateAgain(name: string, expression: string): Row {
  const args = ["--expr", expression];
  return { name: `again: ${name}`, goal: 0.15, rounds: 7, peer: "nix", program: "nix-instantiate", args: () => args };
}
function buildChain(name: string, sandbox: boolean): Row {
  const options = ["--option", "sandbox", String(sandbox), "--option", "sandbox-paths", "/bin /usr /lib /lib64"];
  const args = (round: string) => ["--no-out-link", chain, "--argstr", "round", `${name} ${round}`, ...options];
  return { name: `build: ${name}`, goal: 1, rounds: 7, peer: "nix", program: "nix-build", args };
}

const stored = execFileSync(join(home, "bin/nix-store"), ["--add", file], {
  env: environment("firn"),
  encoding: "utf8",
}).trim();

const rows: readonly Row[] = [
  start("firn", 1.3, "--version"),
  start("nix-env", 1.3, "--version"),
  start("nix-hash", 2, "--flat", "--type", "sha256", file),
  start("nix-store", 2, "-q", "--references", stored),
  start("nix-env", 2, "-q"),
  start("nix-instantiate", 2, "--eval", "-E", "1+1"),
  evaluate("fib 25", "let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 25"),
  evaluate("foldl' over 10^6", "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 1000000)"),
  evaluate(
    "2000 merges of sets",
    'builtins.length (builtins.attrNames (builtins.foldl\' (a: i: a // { "k${toString i}" = i; }) { } (builtins.genList (x: x) 2000)))',
  ),
  evaluate(
    "sort of 10^5 numbers",
    "let l = builtins.genList (n: n * 7919 - n * 7919 / 100003 * 100003) 100000; in builtins.elemAt (builtins.sort (a: b: a < b) l) 5",
  ),
  evaluate(
    "10^5 strings joined and split",
    'builtins.length (builtins.split "," (builtins.concatStringsSep "," (builtins.genList toString 100000)))',
  ),
  evaluate(
    "JSON of 20000 sets, and back",
    "builtins.length (builtins.fromJSON (builtins.toJSON (builtins.genList (n: { inherit n; s = toString n; }) 20000)))",
  ),
  evaluate(
    "1000 derivations named",
    'builtins.foldl\' (p: n: "${derivation { name = "d${toString n}"; system = "s"; builder = "/b"; inherit p; }}") "" (builtins.genList (n: n) 1000)',
  ),
  {
    ...evaluate("hello of a nixpkgs", `(import ${nixpkgs} { config = { }; overlays = [ ]; }).hello.drvPath`),
    lacks: noNixpkgs,
  },
  { ...evaluateAgain("a NixOS system", system), lacks: noNixpkgs },
  buildChain("20 derivations in a chain", true),
  buildChain("the same without a sandbox", false),
];

const wanted = process.argv.slice(2);
for (const row of rows) {
  if (wanted.length > 0 && !wanted.some((word) => row.name.includes(word))) continue;
  console.log(`${row.name.padEnd(36)} ${measureOrSay(row)}`);
}
spawnSync("chmod", ["-R", "u+w", scratch]);
rmSync(scratch, { recursive: true, force: true });

function measureOrSay(row: Row): string {
  try {
    return measure(row);
  } catch (error) {
    process.exitCode = 1;
    return `failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function measure(row: Row): string {
  if (row.lacks !== undefined) return `left out: ${row.lacks}`;
  if (row.peer === "nix" && nix === undefined) {
    return "left out: no real Nix on PATH (apt-get install nix-bin, or set FIRN_BENCH_NIX)";
  }
  const firn = (round: string) => time([join(home, "bin", row.program), ...row.args(round)], "firn");
  const peer = (round: string) =>
    row.peer === "node"
      ? time([process.execPath, "-e", "0"], "peer")
      : time([join(nix ?? "", row.program), ...row.args(round)], "peer");
  firn("warm");
  peer("warm");
  const ratios: number[] = [];
  const own: number[] = [];
  for (let round = 0; round < row.rounds; round++) {
    const elapsed = firn(String(round));
    ratios.push(elapsed / peer(String(round)));
    own.push(elapsed);
  }
  const ratio = median(ratios);
  const verdict = ratio <= row.goal ? "reached" : "NOT reached";
  const than = row.peer === "node" ? "an empty Node" : "the real one";
  const milliseconds = median(own).toFixed(0);
  return `${ratio.toFixed(2).padStart(6)} × ${than} (goal ${row.goal}, ${verdict}); ${milliseconds} ms`;
}

/** Milliseconds of wall time for one run of the whole process. */
function time(command: readonly string[], side: "firn" | "peer"): number {
  const [program = "", ...args] = command;
  const started = performance.now();
  const result = spawnSync(program, args, { stdio: ["ignore", "ignore", "pipe"], env: environment(side) });
  const elapsed = performance.now() - started;
  if (result.status !== 0) throw new Error(`${command.join(" ")} failed:\n${String(result.stderr)}`);
  return elapsed;
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
