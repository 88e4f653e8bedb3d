// What instruments see of programs, against what the real Nix counted, traced and profiled (tools/golden-instruments.ts),
// and that programs do not notice.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createBuiltins } from "../builtins/index.ts";
import { BaseError, renderError } from "../errors/index.ts";
import { MemoryIO } from "../io-memory.ts";
import { createEvaluator, type Evaluator } from "../machine/evaluator.ts";
import { printAmbiguous } from "../values/print.ts";
import { Debugger } from "./debugger.ts";
import { FunctionTrace } from "./function-trace.ts";
import type { Instruments } from "./instruments.ts";
import { createObservedEvaluator } from "./observed-evaluator.ts";
import { Profiler } from "./profiler.ts";
import { Statistics } from "./statistics.ts";

interface Watched {
  readonly source: string;
  /** How much more than for the program `1`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly builtins: Readonly<Record<string, number>>;
  readonly functions: readonly object[];
  readonly trace: readonly string[];
  readonly profile: readonly string[];
}

function readGolden(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

const files = readGolden("golden/files.json") as Record<string, string>;
const watched = readGolden("golden/watched.json") as Watched[];

/** Every question of the clock takes a nanosecond. */
function makeClock(): () => bigint {
  let now = 0n;
  return () => now++;
}

const machine = { cpuTime: 1, gcTime: 0, gcCycles: 0, heapSize: 0, allocated: 0 };

interface Seen extends Omit<Watched, "source"> {
  readonly value: string;
}

function watch(source: string): Seen {
  const io = new MemoryIO({ files });
  let profile = "";
  const statistics = new Statistics(true);
  const profiler = new Profiler({ frequency: 0, now: makeClock(), write: (text) => (profile += text) });
  const instruments: Instruments = {
    calls: [new FunctionTrace(() => 0n), profiler],
    statistics,
    debugger: undefined,
  };
  const evaluator = createObservedEvaluator({ io, builtins: createBuiltins() }, instruments);
  const value = printed(evaluator, source);
  profiler.save(evaluator);
  const report = JSON.parse(statistics.report(evaluator, machine, { symbols: false })) as ReportedStatistics;
  const { envs, list } = report;
  const names = ["nrExprs", "nrThunks", "nrAvoided", "nrLookups", "nrOpUpdates", "nrPrimOpCalls", "nrFunctionCalls"];
  return {
    value,
    counts: {
      ...Object.fromEntries(names.map((name) => [name, report[name] as number])),
      environments: envs.number,
      variables: envs.elements,
      listElements: list.elements,
      listConcats: list.concats,
    },
    builtins: report.primops,
    functions: report.functions.toSorted((a, b) => a.line - b.line || a.column - b.column),
    trace: io.messages
      .filter(({ level, text }) => level === "info" && text.startsWith("function-trace "))
      .map(({ text }) => text.replace(/ at 0$/, "")),
    profile: profile
      .split("\n")
      .filter((line) => line !== "")
      .toSorted(),
  };
}

interface ReportedStatistics {
  readonly [name: string]: unknown;
  readonly envs: { readonly number: number; readonly elements: number };
  readonly list: { readonly elements: number; readonly concats: number };
  readonly primops: Readonly<Record<string, number>>;
  readonly functions: readonly { readonly line: number; readonly column: number }[];
}

function printed(evaluator: Evaluator, source: string): string {
  try {
    const value = evaluator.evalExpr(source, "/base");
    evaluator.forceDeep(value);
    return printAmbiguous(evaluator, value);
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return renderError(error);
  }
}

const base = watch("1").counts;

/** Nix has parsed the function `derivation` before a program begins; we do so when it is used, and ours is another one. */
const otherExpressions: Readonly<Record<string, number>> = {
  '(derivation { name = "hi"; system = "x"; builder = "b"; }).drvPath': 48,
};

for (const { source, ...expected } of watched) {
  test(`sees what Nix sees of ${source}`, () => {
    const { value: _, counts, ...seen } = watch(source);
    const more = Object.fromEntries(
      Object.entries(counts).map(([name, count]) => [name, count - (base[name] as number)]),
    );
    more["nrExprs"] = (more["nrExprs"] as number) - (otherExpressions[source] ?? 0);
    assert.deepEqual({ ...seen, counts: more }, expected);
  });
}

test("a program does not notice that it is watched", () => {
  const programs = ["programs", "arguments", "control", "lists", "attrs"].flatMap(
    (subject) => readGolden(`../builtins/golden/${subject}.json`) as { source: string; features?: string }[],
  );
  const builtinFiles = readGolden("../builtins/golden/files.json") as Record<string, string>;
  const differing: string[] = [];
  for (const { source, features = "" } of programs) {
    const options = {
      builtins: createBuiltins(),
      settings: { experimentalFeatures: new Set(features.split(" ")) },
    };
    const instruments: Instruments = {
      // Without the profiler, which looks into derivations, as Nix's does.
      calls: [new FunctionTrace(makeClock())],
      statistics: new Statistics(true),
      debugger: new Debugger({
        session: () => "continue",
        ignoreTry: false,
        stopsOnTrace: true,
        stopsOnWarning: true,
      }),
    };
    const unwatched = printed(createEvaluator({ ...options, io: new MemoryIO({ files: builtinFiles }) }), source);
    const observed = createObservedEvaluator({ ...options, io: new MemoryIO({ files: builtinFiles }) }, instruments);
    const seen = printed(observed, source);
    if (unwatched !== seen) differing.push(`${source}\n--- unwatched\n${unwatched}\n--- watched\n${seen}`);
  }
  assert.deepEqual(differing, []);
});
