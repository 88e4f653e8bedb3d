// Instantiates every attribute of a nixpkgs tree with the real Nix and with Firn and prints the numbers: how many come to
// the same derivation, how many fail in the same words, which differ, and whether the derivations in the two stores are equal
// byte for byte. It ends with status 1 when anything differs.
// usage: tools/with-node.sh tools/compare-nixpkgs.ts TREE [--set ATTRPATH]… [--args '{ config = …; }'] [--match REGEX]
//   [--chunk N] [--errors N] [--traces N] [--nixos FILE]… [--query 'FLAGS']… [--only nix|firn] [--folder DIR]
//
// --errors and --traces say of how many failing attributes a set the whole of stderr is compared, without and with
// --show-trace (default all and 20). --nixos instantiates the system of a configuration, --query compares what
// `nix-env -f TREE FLAGS` prints; with one of them only sets that are named are swept. With --only the other program's
// answers are those of an earlier run in the same --folder.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  attributeNames,
  compareStores,
  contenders,
  instantiateAll,
  instantiateOne,
  runContender,
  type Contender,
  type Cost,
  type Run,
  type Sweep,
  type Verdict,
} from "../tests/oracle/nixpkgs.ts";
import { findRealNix } from "../tests/oracle/session.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    set: { type: "string", multiple: true, default: [] },
    args: { type: "string", default: "{ }" },
    match: { type: "string", default: "" },
    chunk: { type: "string", default: "400" },
    errors: { type: "string", default: "1000000" },
    traces: { type: "string", default: "20" },
    nixos: { type: "string", multiple: true, default: [] },
    query: { type: "string", multiple: true, default: [] },
    only: { type: "string" },
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

const sets = flags.set.length === 0 && flags.nixos.length + flags.query.length === 0 ? [""] : flags.set;
for (const set of sets) await sweepSet({ tree: resolve(tree), arguments: flags.args, set });
for (const configuration of flags.nixos) await compareSystem(resolve(tree), resolve(configuration));
for (const query of flags.query)
  await compareRuns(`nix-env ${query}`, "nix-env", ["-f", resolve(tree), ...query.split(" ")]);
reportStores();
if (flags.folder === undefined) rmSync(folder, { recursive: true });
process.exit(differences === 0 ? 0 : 1);

async function sweepSet(where: Pick<Sweep, "tree" | "arguments" | "set">): Promise<void> {
  const all = await attributeNames(nix, where);
  const names = all.filter((name) => new RegExp(flags.match).test(name));
  const sweep: Sweep = { ...where, names, chunk: Number(flags.chunk) };
  const title = where.set === "" ? "the tree" : where.set;
  const ofNix = await verdictsOf("nix", nix, sweep);
  const ofFirn = await verdictsOf("firn", firn, sweep);
  const differ = names.filter((name) => ofNix.verdicts.get(name) !== ofFirn.verdicts.get(name));
  for (const name of differ)
    report(`${title}: ${name}`, `Nix: ${ofNix.verdicts.get(name)}\nFirn: ${ofFirn.verdicts.get(name)}`);
  const failing = names.filter((name) => /^(?:throws|fails)$/.test(ofNix.verdicts.get(name) ?? ""));
  const derivations = names.length - failing.length - names.filter((name) => ofNix.verdicts.get(name) === "-").length;
  console.log(`${title}: ${names.length} attributes, of which ${derivations} derivations and ${failing.length} fail`);
  console.log(`  ${names.length - differ.length} equal, ${differ.length} different`);
  for (const [name, { cost }] of [
    ["Nix", ofNix],
    ["Firn", ofFirn],
  ] as const)
    console.log(
      `  ${name}: ${cost.seconds.toFixed(0)} s, ${(names.length / cost.seconds).toFixed(0)} attributes/s, peak ${cost.peakMiB.toFixed(0)} MiB`,
    );
  await compareErrors(title, where, sample(failing, Number(flags.errors)), []);
  await compareErrors(title, where, sample(failing, Number(flags.traces)), ["--show-trace"]);
}

/** Asks the program, or what it said the last time. */
async function verdictsOf(
  name: "nix" | "firn",
  contender: Contender,
  sweep: Sweep,
): Promise<{ readonly verdicts: ReadonlyMap<string, Verdict>; readonly cost: Cost }> {
  const file = join(folder, `${name}-${sweep.set}-${flags.match}`.replaceAll(/[^a-zA-Z0-9.-]/g, "_") + ".json");
  if (flags.only !== undefined && flags.only !== name && existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, "utf8")) as { verdicts: [string, Verdict][]; cost: Cost };
    return { verdicts: new Map(kept.verdicts), cost: kept.cost };
  }
  const cost: Cost = { seconds: 0, peakMiB: 0 };
  const verdicts = await instantiateAll(contender, sweep, cost);
  writeFileSync(file, JSON.stringify({ verdicts: [...verdicts], cost }));
  return { verdicts, cost };
}

/** `count` of them, spread over the whole. */
function sample(names: readonly string[], count: number): readonly string[] {
  if (names.length <= count) return names;
  return Array.from({ length: count }, (_, index) => names[Math.floor((index * names.length) / count)] ?? "");
}

async function compareErrors(
  title: string,
  where: Pick<Sweep, "tree" | "arguments" | "set">,
  names: readonly string[],
  extra: readonly string[],
): Promise<void> {
  let equal = 0;
  for (const name of names) {
    const wanted = await instantiateOne(nix, where, name, ["--dry-run", ...extra]);
    const got = await instantiateOne(firn, where, name, ["--dry-run", ...extra]);
    if (sameRun(`${title}: ${name} ${extra.join(" ")}`, wanted, got)) equal++;
  }
  console.log(`  ${equal} of ${names.length} errors equal${extra.length === 0 ? "" : ` with ${extra.join(" ")}`}`);
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
  const ofNix: Cost = { seconds: 0, peakMiB: 0 };
  const ofFirn: Cost = { seconds: 0, peakMiB: 0 };
  const wanted = await runContender(nix, program, args, ofNix);
  const got = await runContender(firn, program, args, ofFirn);
  const costs = [ofNix, ofFirn].map((cost) => `${cost.seconds.toFixed(1)} s, peak ${cost.peakMiB.toFixed(0)} MiB`);
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
