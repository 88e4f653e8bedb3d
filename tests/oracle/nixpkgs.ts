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

export interface Sweep {
  readonly tree: string;
  /** What the tree's function is called with, as `{ config.allowUnfree = true; }`. */
  readonly arguments: string;
  /** The attribute path of the set, `""` for the whole tree. */
  readonly set: string;
  readonly names: readonly string[];
  /** Attributes a process; fewer means less memory and more time. */
  readonly chunk: number;
}

/** A derivation's path; `-` for what is no derivation, `throws` for what tryEval catches, `fails` for the rest. */
export type Verdict = string;

export interface Cost {
  seconds: number;
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
  cost: Cost = { seconds: 0, peakMiB: 0 },
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
  const sampler = setInterval(() => {
    cost.peakMiB = Math.max(cost.peakMiB, peakOf(child.pid ?? 0));
  }, 100);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearInterval(sampler);
  cost.seconds += (performance.now() - began) / 1000;
  return { status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

/** The most memory that a process has had, in MiB; 0 when it is gone. */
function peakOf(process: number): number {
  try {
    const status = readFileSync(`/proc/${process}/status`, "latin1");
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The names in a set, or none when it cannot be evaluated or is no set. */
export async function attributeNames(
  contender: Contender,
  sweep: Pick<Sweep, "tree" | "arguments" | "set">,
): Promise<readonly string[]> {
  const expression = `let s = ${selectSet(sweep)}; in if builtins.isAttrs s then builtins.attrNames s else [ ]`;
  const { status, stdout } = await runContender(contender, "nix-instantiate", ["--eval", "--json", "-E", expression]);
  return status === 0 ? (JSON.parse(stdout) as string[]) : [];
}

function selectSet({ tree, arguments: args, set }: Pick<Sweep, "tree" | "arguments" | "set">): string {
  return `(import ${tree} ${args})${set === "" ? "" : `.${set}`}`;
}

/** What each attribute comes to; derivations are written into the store. */
export async function instantiateAll(contender: Contender, sweep: Sweep, cost: Cost): Promise<Map<string, Verdict>> {
  const list = join(contender.store, "../names.json");
  if (!existsSync(list) || readFileSync(list, "utf8") !== JSON.stringify(sweep.names))
    writeFileSync(list, JSON.stringify(sweep.names));
  const verdicts = new Map<string, Verdict>();
  let next = 0;
  while (next < sweep.names.length) {
    const end = Math.min(sweep.names.length, next - (next % sweep.chunk) + sweep.chunk);
    const { stderr } = await runContender(
      contender,
      "nix-instantiate",
      ["--eval", "--read-write-mode", "-E", probe(sweep, list, next, end)],
      cost,
    );
    for (const [, index, verdict = ""] of stderr.matchAll(/^trace: probe (\d+) (.*)$/gm)) {
      next = Number(index);
      verdicts.set(sweep.names[next++] ?? "", verdict);
    }
    if (next < end) verdicts.set(sweep.names[next++] ?? "", "fails");
  }
  return verdicts;
}

function probe(sweep: Sweep, list: string, from: number, end: number): string {
  return `
    let
      set = ${selectSet(sweep)};
      names = builtins.fromJSON (builtins.readFile ${list});
      verdict = name:
        let value = set.\${name}; in
        if !(builtins.isAttrs value && value.type or null == "derivation") then "-"
        else builtins.unsafeDiscardStringContext value.drvPath;
      say = index:
        let answer = builtins.tryEval (verdict (builtins.elemAt names index)); in
        builtins.seq answer.success (builtins.trace
          "probe \${toString index} \${if answer.success then answer.value else "throws"}" null);
    in builtins.foldl' (done: index: builtins.seq (say (index + ${from})) done) null
      (builtins.genList (index: index) ${end - from})`;
}

/** What `nix-instantiate` says about one attribute. */
export async function instantiateOne(
  contender: Contender,
  sweep: Pick<Sweep, "tree" | "arguments" | "set">,
  name: string,
  flags: readonly string[],
): Promise<Run> {
  const quoted = `"${name}"`;
  const path = sweep.set === "" ? quoted : `${sweep.set}.${quoted}`;
  const source = sweep.arguments === "{ }" ? [sweep.tree] : ["-E", `import ${sweep.tree} ${sweep.arguments}`];
  const run = await runContender(contender, "nix-instantiate", [...source, "-A", path, ...flags]);
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
