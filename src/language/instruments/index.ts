// Watching an evaluation: statistics, traces of calls, the profiler, the debugger.

export { DebugCommands, type DebugReply } from "./debug-commands.ts";
export {
  type DebugAnswer,
  type DebugFrame,
  Debugger,
  DebuggerLeft,
  type DebuggerOptions,
  type DebugStop,
} from "./debugger.ts";
export { FunctionTrace } from "./function-trace.ts";
export type { CallObserver, Clock, Instruments } from "./instruments.ts";
export { createObservedEvaluator } from "./observed-evaluator.ts";
export { Profiler, type ProfilerOptions } from "./profiler.ts";
export { type MachineStatistics, Statistics } from "./statistics.ts";
