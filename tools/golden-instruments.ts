// Makes the goldens of src/language/instruments anew with the real Nix 2.34.8. A new case is an object with nothing but what
// is given: a `source`, in debugger.json also the `input` of the session and perhaps `flags`. Run this, and what Nix counts,
// traces and prints is filled in. Where Nix runs in another root, see tools/golden-language.ts.
// usage: node tools/golden-instruments.ts

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Watched {
  readonly source: string;
}

interface Session {
  readonly source: string;
  readonly flags?: string;
  readonly input: string;
}

interface NixStatistics {
  readonly [name: string]: unknown;
  readonly envs: { readonly number: number; readonly elements: number };
  readonly list: { readonly elements: number; readonly concats: number };
  readonly nrExprs: number;
  readonly primops: Readonly<Record<string, number>>;
  readonly functions: readonly { readonly line: number; readonly column: number }[];
}

const golden = new URL("../src/language/instruments/golden/", import.meta.url);
const here = process.env["GOLDEN_FOLDER"] ?? mkdtempSync(join(tmpdir(), "golden-instruments-"));
const there = process.env["GOLDEN_FOLDER_THERE"] ?? here;
const [shell = "sh", ...shellArguments] = (process.env["GOLDEN_SHELL"] ?? "sh").split(" ");

rmSync(here, { recursive: true, force: true });
mkdirSync(here, { recursive: true });

const files = readJson("files.json") as Record<string, string>;
makeWatched();
makeSessions();
rmSync(here, { recursive: true });

/** The first case is what the others are counted from: Nix has made something before a program begins. */
function makeWatched(): void {
  const cases = (readJson("watched.json") as Watched[]).map(({ source }) => ({ source }));
  runInShell(
    [{ source: "1" }, ...cases].flatMap(({ source }, index) => {
      writeFileSync(join(here, `${index}`), source, "latin1");
      const evaluate = `nix-instantiate --eval --strict --readonly-mode -E "$(cat ${there}/${index})"`;
      const out = `${there}/${index}`;
      return [
        `NIX_SHOW_STATS=1 NIX_COUNT_CALLS=1 NIX_SHOW_STATS_PATH=${out}.stats ${evaluate} >/dev/null 2>&1`,
        `${evaluate} --option trace-function-calls true >/dev/null 2>${out}.trace`,
        `${evaluate} --option eval-profiler flamegraph --option eval-profiler-frequency 0 --option eval-profile-file ${out}.profile >/dev/null 2>&1`,
      ];
    }),
  );
  const base = counts(0);
  const made = cases.map((given, index) => ({
    ...given,
    counts: difference(counts(index + 1), base),
    builtins: statistics(index + 1).primops,
    functions: statistics(index + 1).functions.toSorted((a, b) => a.line - b.line || a.column - b.column),
    trace: linesOf(`${index + 1}.trace`)
      .filter((line) => line.startsWith("function-trace "))
      .map((line) => line.replace(/ at [0-9]+$/, "")),
    profile: linesOf(`${index + 1}.profile`).toSorted(),
  }));
  writeJson("watched.json", made);
}

function makeSessions(): void {
  const cases = (readJson("debugger.json") as Session[]).map(({ source, flags, input }) => ({
    source,
    ...(flags === undefined ? {} : { flags }),
    input,
  }));
  runInShell(
    cases.flatMap(({ source, flags = "", input }, index) => {
      writeFileSync(join(here, `${index}`), source, "latin1");
      writeFileSync(join(here, `${index}.in`), input, "latin1");
      const out = `${there}/${index}`;
      const evaluate = `nix eval --extra-experimental-features nix-command --debugger --impure ${flags}`;
      return [
        `${evaluate} --expr "$(cat ${there}/${index})" <${out}.in >${out}.out 2>${out}.err; echo $? >${out}.status`,
      ];
    }),
  );
  const made = cases.map((given, index) => ({
    ...given,
    stdout: read(`${index}.out`),
    stderr: read(`${index}.err`),
    status: Number(read(`${index}.status`)),
  }));
  writeJson("debugger.json", made);
}

/** One shell runs them all, in a folder with the files that programs read. */
function runInShell(commands: readonly string[]): void {
  const script = [
    "mkdir -p /base && cd /base || exit 1",
    ...Object.entries(files).flatMap(([path, text], index) => {
      writeFileSync(join(here, `file-${index}`), text, "latin1");
      return [`mkdir -p "$(dirname ${path})"`, `cp ${there}/file-${index} ${path}`];
    }),
    "export HOME=/root LC_ALL=C.UTF-8 NIX_CONF_DIR=/base/no-configuration NIX_PATH= NIX_CONFIG='build-users-group ='",
    ...commands,
  ];
  writeFileSync(join(here, "script"), `${script.join("\n")}\n`);
  const { error } = spawnSync(shell, [...shellArguments, join(there, "script")], { stdio: "inherit" });
  if (error !== undefined) throw error;
}

function statistics(index: number): NixStatistics {
  return JSON.parse(read(`${index}.stats`)) as NixStatistics;
}

type Counts = Readonly<Record<string, number>>;

/** What is counted alike; see docs/watching-an-evaluation.md. */
function counts(index: number): Counts {
  const { envs, list, ...all } = statistics(index);
  const names = ["nrExprs", "nrThunks", "nrAvoided", "nrLookups", "nrOpUpdates", "nrPrimOpCalls", "nrFunctionCalls"];
  return {
    ...Object.fromEntries(names.map((name) => [name, all[name] as number])),
    environments: envs.number,
    variables: envs.elements,
    listElements: list.elements,
    listConcats: list.concats,
  };
}

function difference(counted: Counts, base: Counts): Counts {
  return Object.fromEntries(Object.entries(counted).map(([name, count]) => [name, count - (base[name] ?? 0)]));
}

function read(name: string): string {
  return readFileSync(join(here, name), "latin1");
}

function linesOf(name: string): string[] {
  return read(name)
    .split("\n")
    .filter((line) => line !== "");
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, golden), "utf8"));
}

/** JSON in which each byte above 126 is escaped, so that no editor mistakes the byte strings for text. */
function writeJson(name: string, cases: readonly unknown[]): void {
  const lines = cases.map((made) =>
    JSON.stringify(made).replace(
      /[\x7f-\xff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  );
  writeFileSync(new URL(name, golden), `[\n${lines.map((line) => `  ${line}`).join(",\n")}\n]\n`);
}
