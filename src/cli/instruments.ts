// What watches an evaluation, as settings and the environment ask for it: NIX_SHOW_STATS and its kin, trace-function-calls,
// eval-profiler. Most of the time it is nothing, and then the evaluator is one that cannot be watched.

import { closeSync, openSync, writeSync } from "node:fs";
import { GCProfiler, getHeapStatistics } from "node:v8";
import { writeFileSync } from "node:fs";
import { hostPath } from "#host";
import {
  type CallObserver,
  type Evaluator,
  FunctionTrace,
  type Instruments,
  type MachineStatistics,
  Profiler,
  Statistics,
} from "#language";
import { absolutePath } from "./absolute-path.ts";
import type { EvalFlags } from "./arguments/eval-flags.ts";
import type { Context } from "./command.ts";
import { Output } from "./output.ts";

export interface OpenInstruments {
  readonly instruments: Instruments;
  /** Has what was seen told at the end. */
  watch(evaluator: Evaluator): void;
}

export function openInstruments(context: Context, _flags: EvalFlags): OpenInstruments | undefined {
  const { settings } = context;
  const calls: CallObserver[] = [];
  const watches: ((evaluator: Evaluator) => void)[] = [];
  if (settings.boolean("trace-function-calls")) calls.push(new FunctionTrace(nanoseconds));
  if (settings.text("eval-profiler") === "flamegraph") {
    const { profiler, watch } = openProfiler(context);
    calls.push(profiler);
    watches.push(watch);
  }
  let statistics: Statistics | undefined;
  if (isAskedFor(context, "NIX_SHOW_STATS")) {
    statistics = new Statistics(isAskedFor(context, "NIX_COUNT_CALLS"));
    watches.push(reportStatistics(context, statistics));
  }
  if (calls.length === 0 && statistics === undefined) return undefined;
  return {
    instruments: { calls, statistics, debugger: undefined },
    watch: (evaluator) => {
      for (const watch of watches) watch(evaluator);
    },
  };
}

/** Set to anything but `0`. */
function isAskedFor({ environment }: Context, name: string): boolean {
  return (environment[name] ?? "0") !== "0";
}

const startedAt = BigInt(Math.round(performance.timeOrigin * 1000)) * 1000n - process.hrtime.bigint();

function nanoseconds(): bigint {
  return startedAt + process.hrtime.bigint();
}

function openProfiler(context: Context): { profiler: Profiler; watch: (evaluator: Evaluator) => void } {
  const { settings, cleanups } = context;
  const file = openSync(hostPath(absolutePath(settings.text("eval-profile-file"))), "w", 0o660);
  const profiler = new Profiler({
    frequency: settings.integer("eval-profiler-frequency"),
    now: nanoseconds,
    write: (text) => writeSync(file, text, null, "latin1"),
  });
  cleanups.push(() => closeSync(file));
  return { profiler, watch: (evaluator) => cleanups.push(() => profiler.save(evaluator)) };
}

function reportStatistics(context: Context, statistics: Statistics): (evaluator: Evaluator) => void {
  const collections = new GCProfiler();
  collections.start();
  const path = context.environment["NIX_SHOW_STATS_PATH"] ?? "-";
  return (evaluator) => {
    context.reports.push(() => {
      const symbols = isAskedFor(context, "NIX_SHOW_SYMBOLS");
      const text = `${statistics.report(evaluator, machineStatistics(collections), { symbols })}\n`;
      context.log.stop();
      if (path !== "-") writeFileSync(path, text, "latin1");
      else {
        const errors = new Output(2);
        errors.write(text);
        errors.flush();
      }
    });
  };
}

/** Garbage collection is what happened to the heap since the evaluator was opened. */
function machineStatistics(profiler: GCProfiler): MachineStatistics {
  const { statistics } = profiler.stop() ?? { statistics: [] };
  const heap = getHeapStatistics();
  let allocated = 0;
  let before = 0;
  for (const { beforeGC, afterGC } of statistics) {
    allocated += beforeGC.heapStatistics.usedHeapSize - before;
    before = afterGC.heapStatistics.usedHeapSize;
  }
  return {
    cpuTime: process.cpuUsage().user / 1_000_000,
    gcTime: statistics.reduce((sum, { cost }) => sum + cost, 0) / 1_000_000,
    gcCycles: statistics.length,
    heapSize: heap.total_heap_size,
    allocated: allocated + heap.used_heap_size - before,
  };
}
