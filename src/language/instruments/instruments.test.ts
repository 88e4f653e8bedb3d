// What instruments do over time, and what is left when they are done: sampling, writing in pieces, leaving a session.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createBuiltins } from "../builtins/index.ts";
import { ThrownError } from "../errors/index.ts";
import { MemoryIO } from "../io-memory.ts";
import { createEvaluator, type Evaluator } from "../machine/evaluator.ts";
import { type DebugAnswer, Debugger, DebuggerLeft } from "./debugger.ts";
import type { Instruments } from "./instruments.ts";
import { createObservedEvaluator } from "./observed-evaluator.ts";
import { Profiler } from "./profiler.ts";
import { Statistics } from "./statistics.ts";

function observe(instruments: Partial<Instruments>): Evaluator {
  const complete = { calls: [], statistics: undefined, debugger: undefined, ...instruments };
  return createObservedEvaluator({ io: new MemoryIO(), builtins: createBuiltins() }, complete);
}

const milliseconds = 1_000_000n;
const countdown = "let f = n: if n == 0 then 0 else g (n - 1); g = n: f n; in f";

/** A profiler whose clock goes on by a step at each question. */
function profile(source: string, frequency: number, step: bigint): string[] {
  let now = 0n;
  const pieces: string[] = [];
  const profiler = new Profiler({ frequency, now: () => (now += step), write: (text) => void pieces.push(text) });
  const evaluator = observe({ calls: [profiler] });
  evaluator.evalExpr(source, "/");
  profiler.save(evaluator);
  return pieces;
}

test("the profiler takes as many samples a second as it was told", () => {
  // 31 calls of 1 ms each, a sample when more than 10 ms have gone by.
  const samples = profile(`${countdown} 10`, 100, milliseconds)
    .join("")
    .trimEnd()
    .split("\n")
    .map((line) => Number(line.slice(line.lastIndexOf(" "))))
    .reduce((sum, count) => sum + count, 0);
  assert.equal(samples, 2);
});

test("the profiler writes every two seconds, and a stack that goes on is whole in each piece", () => {
  const pieces = profile(`${countdown} 10`, 0, 300n * milliseconds);
  assert.ok(pieces.length > 3);
  for (const piece of pieces) {
    for (const line of piece.trimEnd().split("\n")) assert.match(line, /^\xc2\xabstring\xc2\xbb:1:60:f(;.*)? \d+$/);
  }
});

test("statistics name symbols when they are asked for, and count nothing that was not parsed", () => {
  const statistics = new Statistics(false);
  const evaluator = observe({ statistics });
  const machine = { cpuTime: 2, gcTime: 1, gcCycles: 3, heapSize: 4, allocated: 5 };
  const report = (symbols: boolean) =>
    JSON.parse(statistics.report(evaluator, machine, { symbols })) as Record<string, unknown>;
  assert.deepEqual(report(false)["time"], { cpu: 2, gc: 1, gcFraction: 0.5 });
  assert.deepEqual(report(false)["gc"], { heapSize: 4, totalBytes: 5, cycles: 3 });
  assert.equal(report(false)["nrExprs"], 0);
  evaluator.evalExpr("{ neverNamedBefore = 1; }", "/");
  assert.ok((report(true)["symbols"] as string[]).includes("neverNamedBefore"));
  assert.equal(report(true)["nrExprs"], 2);
});

interface Stopped {
  readonly evaluator: Evaluator;
  /** What it stopped for, in order. */
  readonly stops: (string | undefined)[];
}

function openDebugger(answers: readonly DebugAnswer[], during?: (evaluator: Evaluator) => void): Stopped {
  const stops: (string | undefined)[] = [];
  const listener = new Debugger({
    session(stop) {
      stops.push(stop.error?.message);
      during?.(evaluator);
      return answers[stops.length - 1] ?? "continue";
    },
    ignoreTry: false,
    stopsOnTrace: false,
    stopsOnWarning: false,
  });
  const evaluator = observe({ debugger: listener });
  return { evaluator, stops };
}

test("who leaves the debugger leaves `tryEval` too, and what is evaluated after that is caught again", () => {
  const { evaluator, stops } = openDebugger(["quit"]);
  const attempt = '(builtins.tryEval (throw "x")).success';
  assert.throws(() => evaluator.evalExpr(attempt, "/"), ThrownError);
  assert.equal(evaluator.evalExpr(attempt, "/"), false);
  assert.deepEqual(stops, ["x", "x"]);
});

test("an error stops once, however often its thunk is asked for", () => {
  const { evaluator, stops } = openDebugger([]);
  evaluator.evalExpr('let t = throw "x"; in [ (builtins.tryEval t) (builtins.tryEval t) ]', "/");
  const list = evaluator.evalExpr('let t = throw "x"; in map builtins.tryEval [ t t ]', "/");
  evaluator.forceDeep(list);
  assert.deepEqual(stops, ["x"]);
});

test("nothing stops while a session evaluates something itself, or a name is completed", () => {
  const { evaluator, stops } = openDebugger([], (inside) => {
    assert.throws(() => inside.evalExpr('let x = throw "inside"; in x', "/"), ThrownError);
  });
  assert.throws(() => evaluator.evalExpr('let x = throw "outside"; in x', "/"), ThrownError);
  const complete = () => evaluator.evalExpr('let x = throw "completion"; in x', "/");
  assert.throws(() => evaluator.undisturbed(complete), ThrownError);
  assert.deepEqual(stops, ["outside"]);
});

test("leaving while stepping ends the program well", () => {
  const { evaluator } = openDebugger(["step", "quit"]);
  const run = () => evaluator.evalExpr("let x = 1; in builtins.seq (builtins.break x) (let y = x; in y + 1)", "/");
  assert.throws(run, (error: unknown) => error instanceof DebuggerLeft && error.exitStatus === 0);
});

test("an evaluator that is not watched has none of this", () => {
  const evaluator = createEvaluator({ io: new MemoryIO(), builtins: createBuiltins() });
  assert.equal(evaluator.evalExpr("builtins.break 1", "/"), 1);
  assert.equal(
    evaluator.undisturbed(() => 2),
    2,
  );
});
