// What watches an evaluation, as settings, flags and the environment ask for it: NIX_SHOW_STATS and its kin, --debugger,
// trace-function-calls, eval-profiler. Most of the time it is nothing, and then the evaluator is one that cannot be watched.

import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { GCProfiler, getHeapStatistics } from "node:v8";
import { hostPath } from "#host";
import {
  type CallObserver,
  Debugger,
  type DebuggerOptions,
  FunctionTrace,
  type Instruments,
  type MachineStatistics,
  Profiler,
  Statistics,
} from "#language";
import { absolutePath } from "../text/absolute-path.ts";
import type { EvalFlags } from "../arguments/eval-flags.ts";
import type { Context } from "../command.ts";
import { Output } from "../program/output.ts";
import { isAskedFor } from "./is-watched.ts";
import type { EvaluationSession } from "./session.ts";

/** Makes what is called where the debugger stops: it talks to the user until the evaluation is to go on. */
export type MakeDebugSession = (session: EvaluationSession) => DebuggerOptions["session"];

export interface OpenInstruments {
  readonly instruments: Instruments;
  /** Connects them with the session whose evaluator they watch. */
  watch(session: EvaluationSession): void;
}

type Watch = (session: EvaluationSession) => void;

export function openInstruments(context: Context, flags: EvalFlags): OpenInstruments | undefined {
  const calls: CallObserver[] = [];
  const watches: Watch[] = [];
  if (context.settings.boolean("trace-function-calls")) calls.push(new FunctionTrace(nanoseconds));
  if (context.settings.text("eval-profiler") === "flamegraph") calls.push(openProfiler(context, watches));
  const statistics = isAskedFor(context.environment["NIX_SHOW_STATS"]) ? openStatistics(context, watches) : undefined;
  const listener = flags.debugSession === undefined ? undefined : openDebugger(context, flags.debugSession, watches);
  if (calls.length === 0 && statistics === undefined && listener === undefined) return undefined;
  return {
    instruments: { calls, statistics, debugger: listener },
    watch(session) {
      for (const watch of watches) watch(session);
    },
  };
}

/** Asked for when it is needed, since Node loads `performance` at its first use. */
let clockBegan: bigint | undefined;

function nanoseconds(): bigint {
  clockBegan ??= BigInt(Math.round(performance.timeOrigin * 1000)) * 1000n - process.hrtime.bigint();
  return clockBegan + process.hrtime.bigint();
}

function openProfiler({ settings, cleanups }: Context, watches: Watch[]): Profiler {
  const file = openSync(hostPath(absolutePath(settings.text("eval-profile-file"))), "w", 0o660);
  const profiler = new Profiler({
    frequency: settings.integer("eval-profiler-frequency"),
    now: nanoseconds,
    write: (text) => writeSync(file, text, null, "latin1"),
  });
  watches.push(({ evaluator }) =>
    cleanups.push(() => {
      profiler.save(evaluator);
      closeSync(file);
    }),
  );
  return profiler;
}

function openDebugger({ settings }: Context, make: MakeDebugSession, watches: Watch[]): Debugger {
  let talk: DebuggerOptions["session"] = () => "continue";
  watches.push((session) => (talk = make(session)));
  return new Debugger({
    session: (stop, listener) => talk(stop, listener),
    ignoreTry: settings.boolean("ignore-try"),
    stopsOnTrace: settings.boolean("debugger-on-trace"),
    stopsOnWarning: settings.boolean("debugger-on-warn"),
  });
}

function openStatistics(context: Context, watches: Watch[]): Statistics {
  const statistics = new Statistics(isAskedFor(context.environment["NIX_COUNT_CALLS"]));
  const collections = new GCProfiler();
  collections.start();
  watches.push(({ evaluator }) =>
    context.reports.push(() => {
      const symbols = isAskedFor(context.environment["NIX_SHOW_SYMBOLS"]);
      tell(context, `${statistics.report(evaluator, machineStatistics(collections), { symbols })}\n`);
    }),
  );
  return statistics;
}

/** The statistics go past the log: they are told whatever its verbosity. */
function tell({ environment, log }: Context, report: string): void {
  const path = environment["NIX_SHOW_STATS_PATH"] ?? "-";
  if (path === "-") {
    log.stop();
    const errors = new Output(2);
    errors.write(report);
    errors.flush();
    return;
  }
  try {
    writeFileSync(path, report, "latin1");
  } catch {
    // The answer was given; as in Nix, that nothing is known of how does not make it a failure.
  }
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
