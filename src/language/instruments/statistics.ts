// Counts of what an evaluation did, under the names and with the meaning that they have in Nix (EvalState::printStatistics,
// NIX_SHOW_STATS). docs/watching-an-evaluation.md says where a count differs and which ones there are none of.

import { lineAndColumn } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import type { Expr } from "../syntax/ast.ts";
import { Attrs } from "../values/attrs.ts";
import type { LambdaCode } from "../values/lambda.ts";
import { Thunk } from "../values/thunk.ts";
import type { NixList, Slot, Value } from "../values/value.ts";
import { countExpressions } from "./count-expressions.ts";

/** What only the machine that runs the evaluation can tell; see `Statistics.report`. */
export interface MachineStatistics {
  /** Seconds. */
  readonly cpuTime: number;
  readonly gcTime: number;
  readonly gcCycles: number;
  /** Bytes. */
  readonly heapSize: number;
  readonly allocated: number;
}

type Json = string | number | null | readonly Json[] | { readonly [name: string]: Json };

export class Statistics {
  thunks = 0;
  avoided = 0;
  lookups = 0;
  private environments = 0;
  private variables = 0;
  private expressions = 0;
  private functionCalls = 0;
  private builtinCalls = 0;
  private concatenations = 0;
  private elements = 0;
  private sets = 0;
  private attributes = 0;
  private updates = 0;
  private valuesCopied = 0;
  /** Sets and lists that were counted. */
  private readonly seen = new WeakSet<object>();
  private readonly byBuiltin = new Map<string, number>();
  private readonly byFunction = new Map<LambdaCode, number>();
  private readonly countsCalls: boolean;

  /** `countsCalls`: by builtin and function too (NIX_COUNT_CALLS). */
  constructor(countsCalls: boolean) {
    this.countsCalls = countsCalls;
  }

  /** The import of a file is an expression too. */
  fileParsed(expr: Expr, isImported: boolean): void {
    this.expressions += countExpressions(expr) + (isImported ? 1 : 0);
  }

  environmentMade(variables: number): void {
    this.environments++;
    this.variables += variables;
  }

  functionCalled(code: LambdaCode): void {
    this.functionCalls++;
    if (this.countsCalls) this.byFunction.set(code, (this.byFunction.get(code) ?? 0) + 1);
  }

  builtinCalled(name: string): void {
    this.builtinCalls++;
    if (name === "concatLists") this.concatenations++;
    if (this.countsCalls) this.byBuiltin.set(name, (this.byBuiltin.get(name) ?? 0) + 1);
  }

  /** Counts what a builtin returned or passes to a function, as deep as it is made already. */
  builtinMade(slot: Slot): void {
    if (slot instanceof Thunk || !this.valueSeen(slot)) return;
    for (const inner of slot instanceof Attrs ? slot.flat().values : (slot as NixList)) this.builtinMade(inner);
  }

  listsConcatenated(result: Value): void {
    this.concatenations++;
    this.valueSeen(result);
  }

  setsUpdated(left: Attrs, right: Attrs, result: Attrs): void {
    this.updates++;
    if (result === left || result === right) return;
    this.seen.add(result);
    const copied = result.isLayered ? right.size : result.size;
    this.sets++;
    this.attributes += copied;
    this.valuesCopied += copied;
  }

  /** Counts a set or list when it is met for the first time; says whether it was one. */
  valueSeen(value: Value): boolean {
    if (value instanceof Attrs) {
      if (value.isEmpty || this.seen.has(value)) return false;
      this.sets++;
      this.attributes += value.size;
    } else if (Array.isArray(value)) {
      if (this.seen.has(value)) return false;
      this.elements += (value as NixList).length;
    } else return false;
    this.seen.add(value);
    return true;
  }

  /** The object that Nix prints, as JSON with its members sorted; a byte string. */
  report(evaluator: Evaluator, machine: MachineStatistics, options: { readonly symbols: boolean }): string {
    const { symbols } = evaluator;
    const names = Array.from({ length: symbols.size }, (_, symbol) => symbols.name(symbol));
    const calls: Record<string, Json> = this.countsCalls
      ? {
          // Nix counts selections but leaves them out when it prints.
          attributes: null,
          primops: Object.fromEntries(this.byBuiltin),
          functions: this.functions(evaluator),
        }
      : {};
    return printSorted({
      cpuTime: machine.cpuTime,
      time: { cpu: machine.cpuTime, gc: machine.gcTime, gcFraction: machine.gcTime / machine.cpuTime },
      envs: { number: this.environments, elements: this.variables },
      nrExprs: this.expressions,
      list: { elements: this.elements, concats: this.concatenations },
      symbols: options.symbols
        ? names
        : { number: names.length, bytes: names.reduce((sum, { length }) => sum + length, 0) },
      sets: { number: this.sets, elements: this.attributes },
      nrOpUpdates: this.updates,
      nrOpUpdateValuesCopied: this.valuesCopied,
      nrThunks: this.thunks,
      nrAvoided: this.avoided,
      nrLookups: this.lookups,
      nrPrimOpCalls: this.builtinCalls,
      nrFunctionCalls: this.functionCalls,
      gc: { heapSize: machine.heapSize, totalBytes: machine.allocated, cycles: machine.gcCycles },
      ...calls,
    });
  }

  private functions(evaluator: Evaluator): Json {
    return Array.from(this.byFunction, ([code, count]) => {
      const position = evaluator.position(code.pos);
      const place: Record<string, Json> = position === undefined ? {} : { ...lineAndColumn(position) };
      if (position?.file.origin.kind === "path") place["file"] = position.file.origin.path;
      return { name: code.name ?? null, ...place, count };
    });
  }
}

function printSorted(value: Json): string {
  const sort = (_: string, member: unknown): unknown =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member;
  return JSON.stringify(value, sort, 2);
}
