// The evaluator as builtins and commands see it: one object that holds symbols, positions, caches and the base environment
// of one evaluation, with the operations on values as methods. The operations themselves are in the files beside this
// one, by subject. Positions (`pos`) are numbers of `positions`; 0 where none is known, as everywhere inside builtins.
//
// Nothing here is global: two evaluators share no state. The evaluator never awaits; the world is behind `io`.

import type { SourceFile } from "../syntax/ast.ts";
import type { ParsedFile } from "../syntax/index.ts";
import type { EvalIO } from "../io.ts";
import type { BaseError, Hint, Position } from "../errors/index.ts";
import { Compiler } from "../compile/compiler.ts";
import { Attrs } from "../values/attrs.ts";
import type { ContextCollector } from "../values/context.ts";
import type { BuiltinTable, PrimOp } from "../values/prim-op.ts";
import { noPos, type Pos, PositionTable } from "../values/position.ts";
import { emptyShape, Shape } from "../values/shape.ts";
import { SymbolTable, type Symbol } from "../values/symbols.ts";
import { ApplyCode, Call1, Call2, CallCode, Code, force, Thunk, type ThunkStates } from "../values/thunk.ts";
import type { NixList, NixPath, Slot, Value } from "../values/value.ts";
import { findAlongAttrPath, type FoundAttr } from "./attr-path.ts";
import { autoCall } from "./auto-call.ts";
import { BaseEnvironment } from "./base-environment.ts";
import { callFunction, callFunction1, callFunction2, callFunction3 } from "./call.ts";
import { coerceToPath, coerceToStorePath, coerceToString, copyPathToStore, type CoercionOptions } from "./coerce.ts";
import { compareLess } from "./compare.ts";
import { documentAttribute, documentationOf } from "./documentation.ts";
import { assertEqual, equals, isDerivation } from "./equality.ts";
import { FileEvaluator } from "./files.ts";
import * as forcing from "./force.ts";
import { defaultEvalSettings, type EvalSettings } from "./settings.ts";
import { findFile } from "./search-path.ts";
import { makeThunkStates } from "./thunk-states.ts";

export interface EvaluatorOptions {
  readonly io: EvalIO;
  readonly builtins: BuiltinTable;
  readonly settings?: Partial<EvalSettings>;
}

interface RecordShape {
  /** In the order of their symbols. */
  readonly names: readonly string[];
  readonly shape: Shape;
}

export class Evaluator {
  readonly io: EvalIO;
  readonly settings: EvalSettings;
  readonly symbols = new SymbolTable();
  readonly positions = new PositionTable();
  readonly states: ThunkStates;
  readonly base: BaseEnvironment;
  readonly files: FileEvaluator;
  /** Calls that are going on, counted against `max-call-depth`. Who catches an error and goes on must restore it. */
  depth = 0;
  readonly maxCallDepth: number;
  /** Whether an error gets the frames of calls; only with the setting `showTrace`, but there it may change (`:te`). */
  collectsCalls = true;
  /** Where the `{ }` stands that was evaluated last: to Nix that is where all sets stand that have nothing in them. */
  emptySetPos: Pos = noPos;
  /** Calls since it was last looked whether the user wants to stop. */
  calls = 0;
  /** Until code that is made of text turns out to be forbidden. */
  generatesSource = true;
  private readonly records = new Map<string, RecordShape>();
  private readonly lazyCall1: Code;
  private readonly lazyCall2: Code;
  private readonly lazyCompute: Code;

  constructor(options: EvaluatorOptions) {
    this.io = options.io;
    this.settings = { ...defaultEvalSettings, ...options.settings };
    this.maxCallDepth = this.settings.maxCallDepth;
    this.states = makeThunkStates(this.positions);
    this.lazyCall1 = new CallCode(this.states, ({ fn, a }: Call1, pos) => this.call1(fn, a, pos));
    this.lazyCall2 = new CallCode(this.states, ({ fn, a, b }: Call2, pos) => this.call2(fn, a, b, pos));
    this.lazyCompute = new Code(this.states, (compute: () => Value) => compute());
    this.base = new BaseEnvironment(this, options.builtins);
    this.files = new FileEvaluator(this);
    for (const [path, text] of options.builtins.internalFiles ?? []) this.files.addInternalFile(path, text);
  }

  // ── Forcing ──────────────────────────────────────────────────────────────────────────────────────────────────────
  // `context` is the frame that a failure gets ("while evaluating the first argument passed to builtins.map"). As in
  // Nix, forceAttrs and forceList add it to their own complaint only, the others to every error on the way.

  force(slot: Slot, pos: Pos = noPos): Value {
    return force(slot, pos);
  }
  forceInt(slot: Slot, context: string, pos: Pos = noPos): number | bigint {
    return forcing.forceInt(this, slot, context, pos);
  }
  /** Integers are widened. */
  forceFloat(slot: Slot, context: string, pos: Pos = noPos): number {
    return forcing.forceFloat(this, slot, context, pos);
  }
  forceBool(slot: Slot, context: string, pos: Pos = noPos): boolean {
    return forcing.forceBool(this, slot, context, pos);
  }
  /** The text; the string's context is added to `collector` if one is given and dropped otherwise. */
  forceString(slot: Slot, context: string, collector?: ContextCollector, pos: Pos = noPos): string {
    return forcing.forceString(this, slot, context, collector, pos);
  }
  /** A string with context is an error. */
  forceStringNoContext(slot: Slot, context: string, pos: Pos = noPos): string {
    return forcing.forceStringNoContext(this, slot, context, pos);
  }
  forceAttrs(slot: Slot, context: string, pos: Pos = noPos): Attrs {
    return forcing.forceAttrs(this, slot, context, pos);
  }
  forceList(slot: Slot, context: string, pos: Pos = noPos): NixList {
    return forcing.forceList(this, slot, context, pos);
  }
  /** A lambda, builtin, partial application or functor. */
  forceFunction(slot: Slot, context: string, pos: Pos = noPos): Value {
    return forcing.forceFunction(this, slot, context, pos);
  }
  /** All that is inside as well (forceValueDeep). */
  forceDeep(slot: Slot): Value {
    return forcing.forceDeep(this, slot);
  }
  /** The attribute of a set, or "attribute '…' missing" with `context` as frame (EvalState::getAttr). */
  requireAttr(attrs: Attrs, symbol: Symbol, context: string): Slot {
    return forcing.requireAttr(this, attrs, symbol, context);
  }

  // ── Being observed ───────────────────────────────────────────────────────────────────────────────────────────────
  // An evaluation that is watched (src/language/instruments) overrides these, and the calls below; nothing asks whether it is.

  makeCompiler(file: SourceFile): Compiler {
    return new Compiler(this, file);
  }
  /** Whether the names of very large sets stay where they are until they are asked for: symbols are counted otherwise. */
  get leavesNamesInText(): boolean {
    return true;
  }
  /** An error passes that is about to get a frame. */
  errorPasses(_error: BaseError, _frame: string | Hint): void {}
  /** A place where a debugger may have been asked to stop. */
  reached(_what: "break" | "trace" | "warning"): void {}
  /** Runs what a user did not ask for, such as the completion of a name: no debugger stops in it. */
  undisturbed<T>(run: () => T): T {
    return run();
  }

  // ── Calling ──────────────────────────────────────────────────────────────────────────────────────────────────────

  call(fn: Slot, args: readonly Slot[], pos: Pos = noPos): Value {
    return callFunction(this, fn, args, pos);
  }
  call1(fn: Slot, a: Slot, pos: Pos = noPos): Value {
    return callFunction1(this, fn, a, pos);
  }
  call2(fn: Slot, a: Slot, b: Slot, pos: Pos = noPos): Value {
    return callFunction2(this, fn, a, b, pos);
  }
  call3(fn: Slot, a: Slot, b: Slot, c: Slot, pos: Pos = noPos): Value {
    return callFunction3(this, fn, a, b, c, pos);
  }
  /** `fn a`, when it is needed (Value::mkApp). */
  delayCall1(fn: Slot, a: Slot): Thunk {
    return new Thunk(this.lazyCall1, new Call1(fn, a));
  }
  /** `fn a` for each of many arguments, when it is needed. */
  delayCalls(fn: Slot): (a: Slot) => Thunk {
    const code = new ApplyCode(this.states, fn, (a: Slot, pos) => this.call1(fn, a, pos));
    return (a) => new Thunk(code, a);
  }
  /** `fn name value` for each attribute, by its index, when it is needed: of a large set a thunk each and nothing more. */
  delayCallsOf(
    fn: Slot,
    nameAt: (index: number) => string,
    valueAt: (index: number) => Slot,
  ): (index: number) => Thunk {
    const run = (index: number, pos: Pos): Value => this.call2(fn, nameAt(index), valueAt(index), pos);
    const code = new ApplyCode(this.states, fn, run);
    return (index) => new Thunk(code, index);
  }
  delayCall2(fn: Slot, a: Slot, b: Slot): Thunk {
    return new Thunk(this.lazyCall2, new Call2(fn, a, b));
  }
  /** Whatever `compute` returns, when it is needed. */
  delay(compute: () => Value): Thunk {
    return new Thunk(this.lazyCompute, compute);
  }
  /** Calls a function with what `args` has for its formals, as commands do with --arg; other values stay (autoCallFunction). */
  autoCall(args: Attrs, fn: Slot): Value {
    return autoCall(this, args, fn);
  }

  // ── Values ───────────────────────────────────────────────────────────────────────────────────────────────────────

  symbol(name: string): Symbol {
    return this.symbols.intern(name);
  }
  /** A set of the given names, in any order; undefined ones are left out. */
  attrs(entries: Readonly<Record<string, Slot | undefined>>): Attrs {
    const names = Object.keys(entries).filter((name) => entries[name] !== undefined);
    const record = this.record(names);
    return new Attrs(
      record.shape,
      record.names.map((name) => entries[name] as Slot),
    );
  }
  /** The shape of sets that builtins make, one for each list of names, so that selections from them stay quick. */
  private record(names: readonly string[]): RecordShape {
    const key = names.join("\0");
    let record = this.records.get(key);
    if (record === undefined) {
      const sorted = names.toSorted((a, b) => this.symbols.intern(a) - this.symbols.intern(b));
      const symbols = sorted.map((name) => this.symbols.intern(name));
      record = { names: sorted, shape: symbols.length === 0 ? emptyShape : new Shape(symbols, undefined, noPos, true) };
      this.records.set(key, record);
    }
    return record;
  }
  equals(a: Slot, b: Slot, context = "", pos: Pos = noPos): boolean {
    return equals(this, a, b, pos, context);
  }
  /** Throws an AssertionError that says where two values differ, if they do. */
  assertEqual(a: Slot, b: Slot, pos: Pos, context: string): void {
    assertEqual(this, a, b, pos, context);
  }
  /** `a < b`, as sort, lessThan and genericClosure compare (CompareValues). */
  isLess(a: Slot, b: Slot, context: string, pos: Pos = noPos): boolean {
    return compareLess(this, a, b, context, pos);
  }
  isDerivation(value: Value): value is Attrs {
    return isDerivation(this, value);
  }
  coerceToString(
    slot: Slot,
    collector: ContextCollector,
    context: string,
    options?: CoercionOptions,
    pos: Pos = noPos,
  ): string {
    return coerceToString(this, pos, slot, collector, context, options);
  }
  coerceToPath(slot: Slot, collector: ContextCollector, context: string, pos: Pos = noPos): NixPath {
    return coerceToPath(this, pos, slot, collector, context);
  }
  /** A string that is the path of a store object, printed; `path '…' is not in the Nix store` otherwise. */
  coerceToStorePath(slot: Slot, collector: ContextCollector, context: string, pos: Pos = noPos): string {
    return coerceToStorePath(this, pos, slot, collector, context);
  }
  /** Copies a path to the store, adds it to the collector and returns the printed store path. */
  copyPathToStore(collector: ContextCollector, path: NixPath): string {
    return copyPathToStore(this, collector, path);
  }
  /** `{ file, line, column }`, or null where there is no file (mkPos). */
  positionValue(pos: Pos): Value {
    return this.base.positionValue(pos);
  }
  /** A position for errors; undefined for 0. */
  position(pos: Pos): Position | undefined {
    return this.positions.resolve(pos);
  }

  // ── Programs ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Evaluates a file (a folder means its default.nix) once; later calls give the same value. */
  evalFile(path: string): Value {
    return this.files.evalFile(path);
  }
  /** The file that a command was given: evaluated anew, and errors get no frame for it. */
  evalMainFile(path: string): Value {
    return this.files.evalMainFile(path);
  }
  /** Evaluates a file with the attributes of `scope` as further variables, anew at each call (scopedImport). */
  evalFileWithScope(path: string, scope: Attrs): Value {
    return this.files.evalFileWithScope(path, scope);
  }
  /** Evaluates text; relative paths in it start at `basePath`. */
  evalExpr(text: string, basePath: string, origin: SourceFile["origin"] = { kind: "string" }): Value {
    return this.files.evalText(text, basePath, origin);
  }
  /** Parses a program and checks its variables, without evaluating it, as `--parse` does. */
  parse(source: SourceFile, basePath: string): ParsedFile {
    return this.files.parseChecked(source, basePath);
  }
  /** What was evaluated and looked at is evaluated and looked at anew (EvalState::resetFileCache). */
  forgetFiles(): void {
    this.files.forget();
    this.io.forgetFiles();
  }
  /** What `:doc` says about a value, as Markdown; undefined when nothing is known. */
  documentationOf(value: Value): string | undefined {
    return documentationOf(this, value);
  }
  /** What `:doc` says about an attribute: where it is and its doc comment; undefined when it has no place. */
  documentAttribute(name: string, pos: Pos): string | undefined {
    return documentAttribute(this, name, pos);
  }
  /** Looks `name` up in the configured search path, as `<name>` does (EvalState::findFile). */
  findFile(name: string, pos: Pos = noPos): NixPath {
    return findFile(this, this.settings.searchPath, name, pos);
  }
  /** The value at `a.b."c".0` of `root`, calling functions on the way with `autoArgs` (findAlongAttrPath). */
  findAlongAttrPath(path: string, autoArgs: Attrs, root: Slot): FoundAttr {
    return findAlongAttrPath(this, path, autoArgs, root);
  }
  /** The `builtins` set. */
  get builtins(): Attrs {
    return this.base.builtins;
  }
  internalPrimOp(name: string): PrimOp {
    return this.base.internalPrimOp(name);
  }
}

export function createEvaluator(options: EvaluatorOptions): Evaluator {
  return new Evaluator(options);
}
