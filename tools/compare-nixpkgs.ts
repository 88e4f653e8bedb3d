// Instantiates every attribute of a nixpkgs tree with the real Nix and with Firn and prints the numbers: how many come to
// the same derivation, how many fail in the same words, which differ, and whether the derivations in the two stores are equal
// byte for byte. It ends with status 1 when anything differs.
// usage: tools/with-node.sh tools/compare-nixpkgs.ts TREE [--root 'EXPRESSION'] [--set ATTRPATH]… [--match REGEX]
//   [--chunk N] [--read-only] [--errors N] [--traces N] [--nixos FILE]… [--query 'FLAGS']… [--folder DIR [--reuse nix|firn]…]
//
// --root is the package set where it is not `import TREE { }`. --read-only compares the paths of derivations, which are
// hashes of their text, and writes none. --errors and --traces say of how many failing attributes the whole of stderr is
// compared, without and with --show-trace (default all and 20). --nixos instantiates the system of a configuration, --query
// compares what `nix-env -f TREE FLAGS` prints; with one of them only sets that are named are swept. With --reuse what
// a program said in an earlier run in the same --folder, also one that was broken off, is not asked for again.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  attributePaths,
  compareStores,
  contenders,
  instantiateAll,
  instantiateOne,
  isFailure,
  noCost,
  printAttributePath,
  runContender,
  type AttributePath,
  type Contender,
  type Cost,
  type Run,
  type Sweep,
  type Tally,
  type Verdict,
} from "../tests/oracle/nixpkgs.ts";
import { findRealNix } from "../tests/oracle/session.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    set: { type: "string", multiple: true, default: [] },
    root: { type: "string" },
    match: { type: "string", default: "" },
    chunk: { type: "string", default: "400" },
    "read-only": { type: "boolean", default: false },
    errors: { type: "string", default: "1000000" },
    traces: { type: "string", default: "20" },
    nixos: { type: "string", multiple: true, default: [] },
    query: { type: "string", multiple: true, default: [] },
    reuse: { type: "string", multiple: true, default: [] },
    folder: { type: "string" },
  },
});
const [tree] = positionals;
const real = findRealNix();
if (tree === undefined || "missing" in real) {
  console.error("missing" in real ? real.missing : "usage: compare-nixpkgs.ts TREE [flags]");
  process.exit(1);
}
const folder = resolve(flags.folder ?? mkdtempSync(join(tmpdir(), "firn-nixpkgs-")));
const { nix, firn } = contenders(real.folder, folder);
let differences = 0;

const root = flags.root ?? `import ${resolve(tree)} { }`;
const sets = flags.set.map((set) => set.split("."));
if (sets.length > 0) await sweepSets(sets);
else if (flags.nixos.length + flags.query.length === 0) await sweepSets([[]]);
for (const configuration of flags.nixos) await compareSystem(resolve(tree), resolve(configuration));
for (const query of flags.query)
  await compareRuns(`nix-env ${query}`, "nix-env", ["-f", resolve(tree), ...query.split(" ")]);
reportStores();
if (flags.folder === undefined) rmSync(folder, { recursive: true });
process.exit(differences === 0 ? 0 : 1);

async function sweepSets(wanted: readonly AttributePath[]): Promise<void> {
  const match = new RegExp(flags.match);
  const paths = (await attributePaths(nix, root, wanted)).filter((path) => match.test(path.at(-1) ?? ""));
  const sweep: Sweep = { root, paths, chunk: Number(flags.chunk), readOnly: flags["read-only"] };
  const ofNix = await tallyOf("nix", nix, sweep);
  const ofFirn = await tallyOf("firn", firn, sweep);
  let [equal, derivations] = [0, 0];
  for (const name of paths.map(printAttributePath)) {
    const [byNix = "", byFirn = ""] = [ofNix.verdicts.get(name), ofFirn.verdicts.get(name)];
    if (byNix === byFirn) equal++;
    else report(name, `Nix: ${byNix}\nFirn: ${byFirn}`);
    if (byNix.startsWith("/")) derivations++;
  }
  const failing = paths.filter((path) => isFailure(ofNix.verdicts.get(printAttributePath(path))));
  console.log(
    `${paths.length} attributes, of which ${derivations} derivations and ${failing.length} fail: ${equal} equal, ${paths.length - equal} different`,
  );
  printCost("Nix", ofNix.cost, paths.length);
  printCost("Firn", ofFirn.cost, paths.length);
  await compareErrors(sample(failing, Number(flags.errors)), []);
  await compareErrors(sample(failing, Number(flags.traces)), ["--show-trace"]);
}

function printCost(who: string, cost: Cost, attributes: number): void {
  const rate = (attributes / cost.processorSeconds).toFixed(0);
  console.log(`  ${who}: ${printUsage(cost)}, ${rate} attributes a second of the processor`);
}

function printUsage({ seconds, processorSeconds, peakMiB }: Cost): string {
  return `${seconds.toFixed(1)} s, of the processor ${processorSeconds.toFixed(1)} s, peak ${peakMiB.toFixed(0)} MiB`;
}

/** Asks the program, but not again what it said the last time. */
async function tallyOf(name: "nix" | "firn", contender: Contender, sweep: Sweep): Promise<Tally> {
  const file = join(folder, `${name}.json`);
  const save = ({ verdicts, cost }: Tally) => writeFileSync(file, JSON.stringify({ verdicts: [...verdicts], cost }));
  if (!flags.reuse.includes(name) || !existsSync(file)) return await instantiateAll(contender, sweep, undefined, save);
  const kept = JSON.parse(readFileSync(file, "utf8")) as { verdicts: [string, Verdict][]; cost: Cost };
  return await instantiateAll(contender, sweep, { verdicts: new Map(kept.verdicts), cost: kept.cost }, save);
}

/** `count` of them, spread over the whole. */
function sample<T>(all: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, all.length / count);
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

async function compareErrors(paths: readonly AttributePath[], extra: readonly string[]): Promise<void> {
  let equal = 0;
  for (const path of paths) {
    const wanted = await instantiateOne(nix, root, path, extra);
    const got = await instantiateOne(firn, root, path, extra);
    if (sameRun([...path, ...extra].join(" "), wanted, got)) equal++;
  }
  console.log(`  ${equal} of ${paths.length} errors equal${extra.length === 0 ? "" : ` with ${extra.join(" ")}`}`);
}

async function compareSystem(path: string, configuration: string): Promise<void> {
  await compareRuns(configuration, "nix-instantiate", [
    `${path}/nixos`,
    "-A",
    "config.system.build.toplevel",
    "--arg",
    "configuration",
    configuration,
  ]);
}

async function compareRuns(title: string, program: string, args: readonly string[]): Promise<void> {
  const ofNix = noCost();
  const ofFirn = noCost();
  const wanted = await runContender(nix, program, args, ofNix);
  const got = await runContender(firn, program, args, ofFirn);
  const costs = [ofNix, ofFirn].map(printUsage);
  if (sameRun(title, wanted, got))
    console.log(`${title}: equal (status ${wanted.status}; Nix ${costs.join("; Firn ")})`);
}

function sameRun(title: string, wanted: Run, got: Run): boolean {
  const [ofNix, ofFirn] = [wanted, got].map((run) => `${run.status}\n${run.stdout}${run.stderr}`);
  if (ofNix === ofFirn) return true;
  report(title, `--- Nix: ${ofNix}\n--- Firn: ${ofFirn}`);
  return false;
}

function reportStores(): void {
  const { equal, onlyNix, onlyFirn, unequal } = compareStores(nix, firn);
  console.log(`stores: ${equal} derivations equal byte for byte, ${unequal.length} unequal`);
  for (const [who, paths] of [
    ["Nix", onlyNix],
    ["Firn", onlyFirn],
  ] as const) {
    if (paths.length === 0) continue;
    differences++;
    console.log(`  only in the store of ${who}: ${paths.length}, as ${paths.slice(0, 10).join(" ")}`);
  }
  for (const path of unequal) report(path, "its text differs");
}

function report(title: string, text: string): void {
  differences++;
  console.log(`DIFFERENT ${title}\n${text.replace(/^/gm, "    ")}`);
}
