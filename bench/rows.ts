// What is measured, and the goal of each figure.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Row {
  readonly name: string;
  /** The largest ratio that counts as reached; undefined where only the mean of the group has a goal. */
  readonly goal: number | undefined;
  readonly rounds: number;
  readonly peer: "node" | "nix";
  readonly what: "time" | "memory";
  readonly program: string;
  /** `round` differs from run to run, so that what is built is built anew. */
  args(round: string): readonly string[];
  /** Rows whose geometric mean is a figure too. */
  readonly group?: Group;
  /** What is to be had first, if it is not there. */
  readonly lacks?: string | undefined;
}

export interface Group {
  readonly name: string;
  readonly goal: number;
}

const computing: Group = { name: "computing, geometric mean", goal: 0.3 };

/** `scratch`: a folder for files that rows need. `stored`: an object of Firn's store. */
export function makeRows(scratch: string, stored: string, nixpkgs: string | undefined): readonly Row[] {
  const file = join(scratch, "file");
  const chain = join(scratch, "chain.nix");
  writeFileSync(
    chain,
    `{ round }:
     builtins.foldl' (previous: number: derivation {
       name = "step-\${toString number}"; system = builtins.currentSystem; builder = "/bin/sh";
       args = [ "-c" "echo \${previous} > $out" ]; inherit round;
     }) "" (builtins.genList (n: n) 20)`,
  );
  const lacks = nixpkgs === undefined ? "no nixpkgs (set FIRN_BENCH_NIXPKGS)" : undefined;
  const packages = `(import ${nixpkgs} { config = { }; overlays = [ ]; })`;
  const system = `(import ${nixpkgs}/nixos {
    configuration = {
      boot.loader.grub.device = "/dev/sda";
      fileSystems."/" = { device = "/dev/sda1"; fsType = "ext4"; };
      services = { openssh.enable = true; nginx.enable = true; postgresql.enable = true; };
      services.xserver = { enable = true; desktopManager.xfce.enable = true; };
      users.users.alice.isNormalUser = true;
    };
  }).system.drvPath`;
  return [
    start("firn", 1.3, "--version"),
    start("nix-env", 1.3, "--version"),
    start("nix-hash", 2, "--flat", "--type", "sha256", file),
    start("nix-store", 2, "-q", "--references", stored),
    start("nix-env", 2, "-q"),
    start("nix-instantiate", 2, "--eval", "-E", "1+1"),
    compute("fib 27", "let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 27"),
    compute("foldl' over 10^6", "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 1000000)"),
    compute(
      "sort of 10^6 numbers",
      "let l = builtins.genList (n: n * 7919 - n * 7919 / 1000003 * 1000003) 1000000; in builtins.elemAt (builtins.sort (a: b: a < b) l) 5",
    ),
    compute(
      "genericClosure of 10^5",
      "builtins.length (builtins.genericClosure { startSet = [ { key = 0; } ]; operator = { key, ... }: if key >= 100000 then [ ] else [ { key = key + 1; } { key = key + 2; } ]; })",
    ),
    compute(
      "strings built",
      'builtins.stringLength (builtins.concatStringsSep "," (builtins.genList (x: "item-${toString x}-${toString (x * 2)}") 300000))',
    ),
    compute(
      "5000 merges of sets",
      'builtins.length (builtins.attrNames (builtins.foldl\' (a: i: a // { "k${toString i}" = i; }) { } (builtins.genList (x: x) 5000)))',
    ),
    evaluate(
      "10^5 strings joined and split",
      1,
      'builtins.length (builtins.split "," (builtins.concatStringsSep "," (builtins.genList toString 100000)))',
    ),
    evaluate(
      "JSON of 20000 sets, and back",
      1,
      "builtins.length (builtins.fromJSON (builtins.toJSON (builtins.genList (n: { inherit n; s = toString n; }) 20000)))",
    ),
    evaluate(
      "1000 derivations named",
      1,
      'builtins.foldl\' (p: n: "${derivation { name = "d${toString n}"; system = "s"; builder = "/b"; inherit p; }}") "" (builtins.genList (n: n) 1000)',
    ),
    { ...evaluate("hello of a nixpkgs", 1.5, `${packages}.hello.drvPath`), lacks },
    { ...evaluate("firefox of a nixpkgs", 1, `${packages}.firefox.drvPath`), lacks },
    { ...evaluate("a NixOS system", 1, system), lacks },
    {
      ...evaluate("memory: a NixOS system", 1.5, system),
      name: "memory: a NixOS system",
      what: "memory",
      rounds: 3,
      lacks,
    },
    { ...evaluateAgain("hello of a nixpkgs", `${packages}.hello.drvPath`), lacks },
    { ...evaluateAgain("a NixOS system", system), lacks },
    buildChain("20 derivations in a chain", true, chain),
    buildChain("the same without a sandbox", false, chain),
  ];
}

function start(program: string, goal: number, ...args: readonly string[]): Row {
  const name = `start: ${program} ${args[0]}`;
  return { name, goal, rounds: 15, peer: "node", what: "time", program, args: () => args };
}

/** Evaluated each time anew; files that were parsed before are not parsed again. */
function evaluate(name: string, goal: number | undefined, expression: string): Row {
  const args = ["--eval", "--strict", "--option", "eval-cache", "false", "--expr", expression];
  return { ...nixRow(`eval: ${name}`, goal), program: "nix-instantiate", args: () => args };
}

function compute(name: string, expression: string): Row {
  return { ...evaluate(name, undefined, expression), group: computing };
}

/** With nothing changed since the last time. */
function evaluateAgain(name: string, expression: string): Row {
  const args = ["--eval", "--strict", "--expr", expression];
  return { ...nixRow(`again: ${name}`, 0.15), program: "nix-instantiate", args: () => args };
}

function buildChain(name: string, sandbox: boolean, chain: string): Row {
  const options = ["--option", "sandbox", String(sandbox), "--option", "sandbox-paths", "/bin /usr /lib /lib64"];
  const args = (round: string) => ["--no-out-link", chain, "--argstr", "round", `${name} ${round}`, ...options];
  return { ...nixRow(`build: ${name}`, 1), program: "nix-build", args };
}

function nixRow(name: string, goal: number | undefined): Pick<Row, "name" | "goal" | "rounds" | "peer" | "what"> {
  return { name, goal, rounds: 7, peer: "nix", what: "time" };
}
