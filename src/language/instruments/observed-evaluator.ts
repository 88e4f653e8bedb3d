// An evaluator that is watched. It does the same as any other: it overrides where code is compiled, where calls begin and
// what builtins are, so that instruments see what happens.

import type { BaseError, Hint } from "../errors/index.ts";
import { MissingArgumentError } from "../errors/index.ts";
import { Evaluator, type EvaluatorOptions } from "../machine/evaluator.ts";
import type { SourceFile } from "../syntax/ast.ts";
import type { Attrs } from "../values/attrs.ts";
import { Lambda } from "../values/lambda.ts";
import { noPos, type Pos } from "../values/position.ts";
import type { Thunk } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Instruments } from "./instruments.ts";
import { debugDeep } from "./debug-deep.ts";
import { observeBuiltins } from "./observed-builtins.ts";
import { ObservedCompiler } from "./observed-compiler.ts";
import { ObservedLambda } from "./observed-lambda.ts";

export class ObservedEvaluator extends Evaluator {
  readonly instruments: Instruments;
  /** The file that an `import` is about to evaluate, for the debugger's frame. */
  private imported: string | undefined = undefined;

  constructor(options: EvaluatorOptions, instruments: Instruments) {
    // Generated text would be seen by nobody.
    const settings = { ...options.settings, generateAfter: 0 };
    super({ ...options, settings, builtins: observeBuiltins(options.builtins, instruments) });
    this.instruments = instruments;
    instruments.debugger?.attach(this);
  }

  override makeCompiler(file: SourceFile): ObservedCompiler {
    return new ObservedCompiler(this, file);
  }

  /** Whether the file that is now compiled for the first time is imported and not the program itself. */
  takeImported(): boolean {
    const isImported = this.imported !== undefined;
    this.imported = undefined;
    return isImported;
  }

  override evalFile(path: string): Value {
    const before = this.imported;
    this.imported = path;
    try {
      return super.evalFile(path);
    } finally {
      this.imported = before;
    }
  }

  override evalFileWithScope(path: string, scope: Attrs): Value {
    this.instruments.statistics?.environmentMade(scope.size);
    return super.evalFileWithScope(path, scope);
  }

  override errorPasses(error: BaseError, frame: string | Hint): void {
    this.instruments.debugger?.errorPasses(error, typeof frame === "string" ? frame : frame.plain);
  }

  override reached(what: "break" | "trace" | "warning"): void {
    this.instruments.debugger?.reached(what);
  }

  override undisturbed<T>(run: () => T): T {
    const { debugger: listener } = this.instruments;
    return listener === undefined ? run() : listener.undisturbed(run);
  }

  override call(fn: Slot, args: readonly Slot[], pos: Pos = noPos): Value {
    return this.observe(fn, args, pos, () => super.call(fn, args, pos));
  }
  override call1(fn: Slot, a: Slot, pos: Pos = noPos): Value {
    return this.observe(fn, [a], pos, () => super.call1(fn, a, pos));
  }
  override call2(fn: Slot, a: Slot, b: Slot, pos: Pos = noPos): Value {
    return this.observe(fn, [a, b], pos, () => super.call2(fn, a, b, pos));
  }
  override call3(fn: Slot, a: Slot, b: Slot, c: Slot, pos: Pos = noPos): Value {
    return this.observe(fn, [a, b, c], pos, () => super.call3(fn, a, b, c, pos));
  }

  override delayCall1(fn: Slot, a: Slot): Thunk {
    this.instruments.statistics?.builtinMade(a);
    return super.delayCall1(fn, a);
  }
  override delayCalls(fn: Slot): (a: Slot) => Thunk {
    return (a) => this.delayCall1(fn, a);
  }
  override delayCallsOf(
    fn: Slot,
    nameAt: (index: number) => string,
    valueAt: (index: number) => Slot,
  ): (index: number) => Thunk {
    return (index) => this.delayCall2(fn, nameAt(index), valueAt(index));
  }
  override get leavesNamesInText(): boolean {
    return false;
  }
  /** To Nix this is a call whose function is a call. */
  override delayCall2(fn: Slot, a: Slot, b: Slot): Thunk {
    return this.delayCall1(this.delayCall1(fn, a), b);
  }

  override forceDeep(slot: Slot): Value {
    const { debugger: listener } = this.instruments;
    if (listener?.isListening === true) debugDeep(this, listener, slot);
    return super.forceDeep(slot);
  }

  override autoCall(args: Attrs, fn: Slot): Value {
    try {
      return super.autoCall(args, fn);
    } catch (error) {
      const value = error instanceof MissingArgumentError ? this.force(fn) : undefined;
      if (value instanceof Lambda && value.code instanceof ObservedLambda) {
        this.instruments.debugger?.caught(error, value.code.node, value.env);
      }
      throw error;
    }
  }

  private observe(fn: Slot, args: readonly Slot[], pos: Pos, call: () => Value): Value {
    const { calls, statistics } = this.instruments;
    if (statistics !== undefined) for (const arg of args) statistics.builtinMade(arg);
    for (const observer of calls) observer.enter(this, fn, args, pos);
    try {
      return call();
    } finally {
      for (const observer of calls) observer.leave(this, pos);
    }
  }
}

export function createObservedEvaluator(options: EvaluatorOptions, instruments: Instruments): Evaluator {
  return new ObservedEvaluator(options, instruments);
}
