// Every attribute of a package set, instantiated by the real Nix and by Firn. A run of either program says what each
// attribute came to with `builtins.trace`, so that one which fails beyond `tryEval` loses nothing of those before it: the run
// begins again behind it. What the two say about a failure is compared afterwards, by a run for that attribute alone.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const launcher = join(import.meta.dirname, "../../bin/nix-instantiate");

export interface Contender {
  /** Its store's folder; what a sweep reads and writes lies beside it. */
  readonly store: string;
  /** Calls its `nix-instantiate`, and its `nix-env` by that name. */
  command(program: string): string;
}

/** The package set, as an expression: `import ./nixpkgs { }`, perhaps with arguments, or what is made of it. */
export type Root = string;

export interface Sweep {
  readonly root: Root;
  /** Attribute paths, each the names on the way. */
  readonly paths: readonly AttributePath[];
  /** Attributes a process; fewer means less memory and more time. */
  readonly chunk: number;
  /** Writes no derivations: their paths, which are hashes of their text, say that these are equal. It is much quicker. */
  readonly readOnly: boolean;
}

export type AttributePath = readonly string[];

/** A derivation's path; `-` for what is no derivation, `throws` for what tryEval catches, `fails` for the rest. */
export type Verdict = string;

export function isFailure(verdict: Verdict | undefined): boolean {
  return verdict === "throws" || verdict === "fails";
}

export interface Cost {
  /** On the clock, and of the processors. */
  seconds: number;
  processorSeconds: number;
  /** Of the process that took most. */
  peakMiB: number;
}

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function contenders(realFolder: string, folder: string): { readonly nix: Contender; readonly firn: Contender } {
  for (const name of ["nix", "firn", "conf", "home"]) mkdirSync(join(folder, name), { recursive: true });
  return {
    nix: { store: join(folder, "nix"), command: (program) => join(realFolder, program) },
    firn: { store: join(folder, "firn"), command: (program) => join(launcher, "..", program) },
  };
}

/** Runs one of its programs on its store, and adds to the cost. */
export async function runContender(
  contender: Contender,
  program: string,
  args: readonly string[],
  cost: Cost = noCost(),
): Promise<Run> {
  const folder = join(contender.store, "..");
  const began = performance.now();
  const child = spawn(contender.command(program), args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: join(folder, "home"),
      NIX_CONF_DIR: join(folder, "conf"),
      NIX_USER_CONF_FILES: "",
      NIX_PATH: "",
      NIX_REMOTE: contender.store,
      // No builder stands by and no network either, so that both see the same world.
      NIX_CONFIG: [
        "allow-import-from-derivation = false",
        "build-users-group =",
        "experimental-features =",
        "fsync-metadata = false",
        "substitute = false",
      ].join("\n"),
      ...(process.env["FIRN_NODE"] === undefined ? {} : { FIRN_NODE: process.env["FIRN_NODE"] }),
    },
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  let usage: Usage = { processorSeconds: 0, peakMiB: 0 };
  const sampler = setInterval(() => {
    usage = usageOf(child.pid ?? 0, usage);
  }, 50);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearInterval(sampler);
  cost.processorSeconds += usage.processorSeconds;
  cost.peakMiB = Math.max(cost.peakMiB, usage.peakMiB);
  cost.seconds += (performance.now() - began) / 1000;
  return { status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

export function noCost(): Cost {
  return { seconds: 0, processorSeconds: 0, peakMiB: 0 };
}

type Usage = Pick<Cost, "processorSeconds" | "peakMiB">;

/** What a process has used so far, the most memory in MiB and processor time in seconds; as it was when it is gone. */
function usageOf(process: number, before: Usage): Usage {
  try {
    const status = readFileSync(`/proc/${process}/status`, "latin1");
    // Behind the name, which may have spaces: fields 14 and 15 of all are the time as user and in the kernel, in 1/100 s.
    const fields = readFileSync(`/proc/${process}/stat`, "latin1")
      .replace(/^.*\) /, "")
      .split(" ");
    return {
      processorSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
      peakMiB: Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? before.peakMiB * 1024) / 1024,
    };
  } catch {
    return before;
  }
}

/** As `nix-instantiate -A` takes it. */
export function printAttributePath(path: AttributePath): string {
  return path.map((name) => (/^[a-zA-Z_][a-zA-Z0-9_'-]*$/.test(name) ? name : `"${name}"`)).join(".");
}

/** The attributes of the sets at these paths; none of what cannot be evaluated or is no set. */
export async function attributePaths(
  contender: Contender,
  root: Root,
  sets: readonly AttributePath[],
): Promise<readonly AttributePath[]> {
  const expression = `
    let
      root = ${root};
      names = path:
        let
          set = builtins.foldl' (set: name: set.\${name}) root path;
          found = builtins.tryEval (if builtins.isAttrs set then builtins.attrNames set else [ ]);
        in map (name: path ++ [ name ]) (if found.success then found.value else [ ]);
    in builtins.concatMap names (builtins.fromJSON ''${JSON.stringify(sets)}'')`;
  const { status, stdout, stderr } = await runContender(contender, "nix-instantiate", [
    "--eval",
    "--json",
    "--strict",
    "-E",
    expression,
  ]);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as AttributePath[];
}

export interface Tally {
  /** By printed path; an attribute that is there already is not asked for again. */
  readonly verdicts: Map<string, Verdict>;
  readonly cost: Cost;
}

/**
 * Finds what each attribute comes to; derivations are written into the store unless the sweep says not to. `save` is called
 * between the processes.
 */
export async function instantiateAll(
  contender: Contender,
  sweep: Sweep,
  tally: Tally = { verdicts: new Map(), cost: noCost() },
  save: (tally: Tally) => void = () => undefined,
): Promise<Tally> {
  const { verdicts, cost } = tally;
  const paths = sweep.paths.filter((path) => !verdicts.has(printAttributePath(path)));
  const list = `${contender.store}-paths.json`;
  let next = 0;
  while (next < paths.length) {
    const end = Math.min(paths.length, next + sweep.chunk);
    writeFileSync(list, JSON.stringify(paths.slice(next, end)));
    const args = ["--eval", sweep.readOnly ? "--readonly-mode" : "--read-write-mode", "-E", probe(sweep.root, list)];
    const { stderr } = await runContender(contender, "nix-instantiate", args, cost);
    for (const [, verdict = ""] of stderr.matchAll(/^trace: probe (.*)$/gm))
      verdicts.set(printAttributePath(paths[next++] ?? []), verdict);
    if (next < end) verdicts.set(printAttributePath(paths[next++] ?? []), "fails");
    save(tally);
  }
  return tally;
}

function probe(root: Root, list: string): string {
  return `
    let
      root = ${root};
      verdict = path:
        let value = builtins.foldl' (set: name: set.\${name}) root path; in
        if !(builtins.isAttrs value && value.type or null == "derivation") then "-"
        else builtins.unsafeDiscardStringContext value.drvPath;
      say = path:
        let answer = builtins.tryEval (verdict path); in
        builtins.seq answer.success
          (builtins.trace "probe \${if answer.success then answer.value else "throws"}" null);
    in builtins.foldl' (done: path: builtins.seq (say path) done) null
      (builtins.fromJSON (builtins.readFile ${list}))`;
}

/** What `nix-instantiate` says about one attribute. */
export async function instantiateOne(
  contender: Contender,
  root: Root,
  path: AttributePath,
  flags: readonly string[],
): Promise<Run> {
  const args = ["-E", root, "-A", printAttributePath(path), "--dry-run", ...flags];
  const run = await runContender(contender, "nix-instantiate", args);
  return { ...run, stderr: run.stderr.replaceAll(contender.store, "$STORE") };
}

export interface StoreComparison {
  readonly equal: number;
  /** Store objects, by their names, that only one has or whose derivation's text differs. */
  readonly onlyNix: readonly string[];
  readonly onlyFirn: readonly string[];
  readonly unequal: readonly string[];
}

/** Holds the derivations in both stores against each other byte for byte, and of sources the names. */
export function compareStores(nix: Contender, firn: Contender): StoreComparison {
  const objectsOf = (contender: Contender): Set<string> => {
    const folder = join(contender.store, "nix/store");
    return new Set(existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9a-z]{32}-/.test(name)) : []);
  };
  const [ofNix, ofFirn] = [objectsOf(nix), objectsOf(firn)];
  const both = [...ofNix].filter((name) => ofFirn.has(name) && name.endsWith(".drv"));
  const text = (contender: Contender, name: string) => readFileSync(join(contender.store, "nix/store", name), "latin1");
  const unequal = both.filter((name) => text(nix, name) !== text(firn, name));
  const withoutLocks = (names: readonly string[]) => names.filter((name) => !name.endsWith(".lock"));
  return {
    equal: both.length - unequal.length,
    onlyNix: withoutLocks([...ofNix].filter((name) => !ofFirn.has(name))),
    onlyFirn: withoutLocks([...ofFirn].filter((name) => !ofNix.has(name))),
    unequal,
  };
}
