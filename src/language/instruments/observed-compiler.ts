// Compiles as the compiler does, with an observation around each node that an instrument asks about. What runs inside is
// the compiler's own code; only calls and `//` are put together here, because between their parts something is to be seen.
//
// Bodies, of functions, `let` and `with`, are recognised when their turn comes: whoever opens an environment says what is
// to happen when its body begins.

import { Compiler, type InheritedSelection, type Run } from "../compile/compiler.ts";
import { Delayed } from "../compile/delayed.ts";
import { makeLambdaCode } from "../compile/lambda.ts";
import { namesScope, resolveVariable, type Scope } from "../compile/scope.ts";
import { BaseError, hint, type Hint } from "../errors/index.ts";
import { addFrame, quoteFunction, wrongType } from "../machine/failures.ts";
import { printExpr, showIdentifier } from "../syntax/index.ts";
import type {
  AttrPath,
  BinaryExpr,
  CallExpr,
  Expr,
  LambdaExpr,
  LetExpr,
  SelectExpr,
  SourceFile,
} from "../syntax/ast.ts";
import { Attrs, emptyAttrs } from "../values/attrs.ts";
import { Lambda, type LambdaCode } from "../values/lambda.ts";
import { noPos, type Pos } from "../values/position.ts";
import type { Environment } from "../values/environment.ts";
import { Code, force, Thunk } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Debugger, DebugNode } from "./debugger.ts";
import type { ObservedEvaluator } from "./observed-evaluator.ts";
import { ObservedLambda } from "./observed-lambda.ts";
import type { Statistics } from "./statistics.ts";

/** Puts around the run of a body what happens when it begins and ends. */
type Entry = (run: Run, scope: Scope) => Run;

export class ObservedCompiler extends Compiler {
  private readonly observed: ObservedEvaluator;
  private readonly statistics: Statistics | undefined;
  private readonly listener: Debugger | undefined;
  private readonly entries = new Map<Expr, Entry>();
  /** Stand-ins for nodes that are run elsewhere. */
  private readonly held = new Map<Expr, Run>();
  private isWholeFile = true;

  constructor(evaluator: ObservedEvaluator, file: SourceFile) {
    super(evaluator, file);
    this.observed = evaluator;
    this.statistics = evaluator.instruments.statistics;
    this.listener = evaluator.instruments.debugger;
  }

  override get joinsNodes(): boolean {
    return false;
  }

  override compile(expr: Expr, scope: Scope): Run {
    const held = this.held.get(expr);
    if (held !== undefined) return held;
    if (this.isWholeFile) return this.compileFile(expr, scope);
    const run = this.compileNode(expr, scope);
    const entry = this.entries.get(expr);
    return entry === undefined ? run : entry(run, scope);
  }

  private compileFile(expr: Expr, scope: Scope): Run {
    this.isWholeFile = false;
    const { origin } = this.file;
    const isImported = this.observed.takeImported();
    this.statistics?.fileParsed(expr, isImported);
    const run = this.compile(expr, scope);
    if (!isImported || origin.kind !== "path") return run;
    const text = hint`while evaluating the file '${origin.path}':`;
    return this.framed(run, this.node(expr, scope), this.positionOf(expr), () => text);
  }

  private compileNode(expr: Expr, scope: Scope): Run {
    switch (expr.kind) {
      case "call":
        return this.compileCall(expr, scope);
      case "lambda":
        return this.compileLambda(expr, scope);
      case "select":
        return this.compileSelect(expr, scope);
      case "let":
        return this.compileLet(expr, scope);
      case "with": {
        this.entries.set(expr.body, (run) => this.counted(run, (statistics) => statistics.environmentMade(1)));
        return this.guarded(super.compile(expr, scope), expr, scope);
      }
      case "binary":
        if (expr.op === "//") return this.compileUpdate(expr, scope);
        return this.counted(this.guarded(super.compile(expr, scope), expr, scope), (statistics, value) => {
          if (expr.op === "++") statistics.listsConcatenated(value);
        });
      case "attrs": {
        const size = expr.attrs.size;
        const sources = expr.inheritFrom.length;
        return this.counted(this.guarded(super.compile(expr, scope), expr, scope), (statistics, value) => {
          if (expr.recursive) statistics.environmentMade(size);
          if (sources > 0) statistics.environmentMade(sources);
          statistics.valueSeen(value);
        });
      }
      case "list":
        return this.counted(this.guarded(super.compile(expr, scope), expr, scope), (statistics, value) =>
          statistics.valueSeen(value),
        );
      case "int":
      case "float":
      case "string":
      case "path":
      case "var":
      case "hasAttr":
      case "if":
      case "assert":
      case "not":
      case "concatStrings":
      case "curPos":
        return this.guarded(super.compile(expr, scope), expr, scope);
      case "packed":
        return this.compile(expr.unpack(), scope);
    }
  }

  override code(expr: Expr, scope: Scope): Code {
    const code = super.code(expr, scope);
    this.listener?.coded(code, this.node(expr, scope));
    return code;
  }

  override delayed(expr: Expr, scope: Scope): Delayed {
    const { statistics } = this;
    // Nix makes a thunk of a lambda.
    if (expr.kind === "lambda") return this.countedThunk(Delayed.thunk(this.code(expr, scope)));
    if (expr.kind === "var") {
      const found = resolveVariable(scope, expr.name);
      if (found.kind === "local") {
        const code = this.code(expr, scope);
        const variable = Delayed.variable(found, code);
        if (statistics === undefined) return variable;
        return new ObservedDelayed(variable, (slot) => {
          if (slot instanceof Thunk && slot.code === code) statistics.thunks++;
          else statistics.avoided++;
        });
      }
    }
    const delayed = super.delayed(expr, scope);
    if (statistics === undefined) return delayed;
    switch (expr.kind) {
      case "int":
      case "float":
      case "string":
      case "path":
        return new ObservedDelayed(delayed, () => statistics.avoided++);
      case "list":
        return expr.items.length === 0 ? delayed : this.countedThunk(delayed);
      case "var":
        return resolveVariable(scope, expr.name).kind === "constant"
          ? new ObservedDelayed(delayed, () => statistics.avoided++)
          : this.countedThunk(delayed);
      default:
        return this.countedThunk(delayed);
    }
  }

  /** To Nix this is a selection from a variable that nothing can name, in an environment of its own. */
  override inheritedFrom(code: Code, selection: InheritedSelection): Delayed {
    const { statistics } = this;
    const { name, from, pos } = selection;
    const scope = namesScope([], selection.scope);
    const node: DebugNode = { kind: "select", scope, pos };
    const text = hint`while evaluating the attribute '${showIdentifier(name)}'`;
    const observed = new Code(code.states, (env: Environment, forcedAt) => {
      force(env.at(from, true) as Slot, pos);
      if (statistics !== undefined) statistics.lookups++;
      const select: Run = () => code.run(env, forcedAt);
      return this.runFramed(
        node,
        pos,
        () => text,
        env,
        () => this.runGuarded(node, env, select),
      );
    });
    this.listener?.coded(observed, node);
    return this.countedThunk(super.inheritedFrom(observed, selection));
  }

  private countedThunk(delayed: Delayed): Delayed {
    const { statistics } = this;
    return statistics === undefined ? delayed : new ObservedDelayed(delayed, () => statistics.thunks++);
  }

  /** All calls go through the evaluator, where they are observed. */
  private compileCall(expr: CallExpr, scope: Scope): Run {
    const { observed } = this;
    const pos = this.pos(expr.pos);
    const fn = this.compile(expr.fn, scope);
    const args = expr.args.map((arg) => this.delayed(arg, scope));
    const run: Run = (env) => {
      const callee = fn(env);
      return observed.call(
        callee,
        args.map((arg) => arg.make(env)),
        pos,
      );
    };
    const text = hint`while calling a function`;
    return this.framed(this.guarded(run, expr, scope), this.node(expr, scope), pos, () => text);
  }

  private compileLambda(expr: LambdaExpr, scope: Scope): Run {
    const code = this.makeLambda(expr, scope);
    return this.guarded((env) => new Lambda(code, env, true), expr, scope);
  }

  private makeLambda(expr: LambdaExpr, scope: Scope): LambdaCode {
    const code = makeLambdaCode(this, expr, scope);
    const { body } = expr;
    const size = (expr.argument === undefined ? 0 : 1) + (expr.formals?.formals.length ?? 0);
    const text = hint`while calling ${quoteFunction(expr.name)}`;
    this.entries.set(body, (run, inner) => {
      const counted = this.counting(run, (statistics) => {
        statistics.environmentMade(size);
        statistics.functionCalled(code);
      });
      return this.framed(counted, this.node(body, inner), code.pos, () => text);
    });
    return new ObservedLambda(code, this.node(expr, scope), this.listener);
  }

  private compileLet(expr: LetExpr, scope: Scope): Run {
    const { attrs, body } = expr;
    const text = hint`while evaluating a '${"let"}' expression`;
    this.entries.set(body, (run, inner) => {
      const counted = this.counting(run, (statistics) => {
        statistics.environmentMade(attrs.attrs.size);
        if (attrs.inheritFrom.length > 0) statistics.environmentMade(attrs.inheritFrom.length);
      });
      return this.framed(counted, this.node(expr, inner), noPos, () => text);
    });
    return this.guarded(super.compile(expr, scope), expr, scope);
  }

  /** The frame of a selection is around it and not around what it selects from. */
  private compileSelect(expr: SelectExpr, scope: Scope): Run {
    const { observed, statistics } = this;
    const target = this.compile(expr.target, scope);
    const names = expr.path.map((name) => (name.kind === "static" ? undefined : this.compile(name.expr, scope)));
    // The selection is compiled over stand-ins: what the target was, before it is asked for anything else, and names that
    // are remembered when they are computed.
    let value: Value = null;
    let computed: Value[] = [];
    const placeholder: Expr = { kind: "curPos", pos: expr.pos };
    this.held.set(placeholder, () => value);
    for (const [index, name] of expr.path.entries()) {
      if (name.kind !== "dynamic") continue;
      this.held.set(name.expr, (env) => {
        const symbol = (names[index] as Run)(env);
        computed[index] = symbol;
        return symbol;
      });
    }
    const selection = super.compile({ ...expr, target: placeholder }, scope);
    this.held.delete(placeholder);
    for (const name of expr.path) if (name.kind === "dynamic") this.held.delete(name.expr);
    const describe = (env: Environment): Hint =>
      hint`while evaluating the attribute '${this.describePath(expr.path, names, env)}'`;
    const node = this.node(expr, scope);
    const pos = this.pos(expr.pos);
    return (env) => {
      const from = target(env);
      const outer = computed;
      const mine: Value[] = [];
      const select: Run = () => {
        value = from;
        computed = mine;
        return selection(env);
      };
      try {
        return this.runFramed(node, pos, describe, env, () => this.runGuarded(node, env, select));
      } finally {
        computed = outer;
        if (statistics !== undefined) statistics.lookups += countLookups(observed, from, expr.path, mine);
      }
    };
  }

  private describePath(path: AttrPath, names: readonly (Run | undefined)[], env: Environment): string {
    return path
      .map((name, index) => {
        if (name.kind === "static") return showIdentifier(name.name);
        try {
          return showIdentifier(this.observed.forceStringNoContext((names[index] as Run)(env), ""));
        } catch (error) {
          if (!(error instanceof BaseError)) throw error;
          return `"\${${printExpr(name.expr)}}"`;
        }
      })
      .join(".");
  }

  /** From right to left, those of nested updates included; merged from left to right. */
  private compileUpdate(expr: BinaryExpr, scope: Scope): Run {
    const operands: ((env: Environment) => Attrs)[] = [];
    const collect = (update: BinaryExpr): void => {
      for (const [side, operand] of [
        ["right", update.right],
        ["left", update.left],
      ] as const) {
        if (operand.kind === "binary" && operand.op === "//") collect(operand);
        else operands.push(this.compileOperand(operand, scope, `in the ${side} operand of the update (//) operator`));
      }
    };
    collect(expr);
    const { statistics } = this;
    const run: Run = (env) => {
      const sets = operands.map((operand) => operand(env)).toReversed();
      let result = emptyAttrs;
      for (const set of sets) {
        const before = result;
        result = before.update(set);
        statistics?.setsUpdated(before, set, result);
      }
      return result;
    };
    return this.guarded(run, expr, scope);
  }

  private compileOperand(expr: Expr, scope: Scope, frame: string): (env: Environment) => Attrs {
    const { observed, listener } = this;
    const run = this.compile(expr, scope);
    const node = this.node(expr, scope);
    const pos = this.positionOf(expr);
    return (env) => {
      try {
        const value = run(env);
        if (value instanceof Attrs) return value;
        const error = wrongType(observed, "a set", value, noPos);
        listener?.caughtInFrame(error, node, env);
        throw error;
      } catch (error) {
        addFrame(observed, error, pos, frame);
        throw error;
      }
    };
  }

  private node(expr: Expr, scope: Scope): DebugNode {
    return { kind: expr.kind, scope, pos: this.positionOf(expr) };
  }

  /** Reports errors that were thrown by the node itself. */
  private guarded(run: Run, expr: Expr, scope: Scope): Run {
    if (this.listener === undefined) return run;
    const node = this.node(expr, scope);
    return (env) => this.runGuarded(node, env, run);
  }

  private runGuarded(node: DebugNode, env: Environment, run: Run): Value {
    const { listener } = this;
    let value: Value;
    try {
      value = run(env);
    } catch (error) {
      listener?.caught(error, node, env);
      throw error;
    }
    listener?.evaluated(node, env);
    return value;
  }

  /** A frame of the debugger around a run. */
  private framed(run: Run, node: DebugNode, pos: Pos, describe: (env: Environment) => Hint): Run {
    if (this.listener === undefined) return run;
    return (env) => this.runFramed(node, pos, describe, env, () => run(env));
  }

  private runFramed(
    node: DebugNode,
    pos: Pos,
    describe: (env: Environment) => Hint,
    env: Environment,
    run: () => Value,
  ): Value {
    const { listener } = this;
    if (listener?.isListening !== true) return run();
    const frame = { node, env, position: this.observed.position(pos), hint: describe(env), isError: false };
    try {
      listener.push(frame);
      return run();
    } finally {
      listener.pop();
    }
  }

  /** Counts when it has run. */
  private counted(run: Run, count: (statistics: Statistics, value: Value) => void): Run {
    const { statistics } = this;
    if (statistics === undefined) return run;
    return (env) => {
      const value = run(env);
      count(statistics, value);
      return value;
    };
  }

  /** Counts when it begins. */
  private counting(run: Run, count: (statistics: Statistics) => void): Run {
    const { statistics } = this;
    if (statistics === undefined) return run;
    return (env) => {
      count(statistics);
      return run(env);
    };
  }
}

/** Tells what was made of a delayed expression. */
class ObservedDelayed extends Delayed {
  private readonly delayed: Delayed;
  private readonly made: (slot: Slot) => void;

  constructor(delayed: Delayed, made: (slot: Slot) => void) {
    super(0, undefined, null, 0, 0, undefined);
    this.delayed = delayed;
    this.made = made;
  }

  override make(env: Environment): Slot {
    const slot = this.delayed.make(env);
    this.made(slot);
    return slot;
  }
}

/** How many names of a path were looked up, the first one that was missing included. */
function countLookups(evaluator: ObservedEvaluator, from: Value, path: AttrPath, computed: readonly Value[]): number {
  let count = 0;
  let value: Value | undefined = from;
  for (const [index, name] of path.entries()) {
    count++;
    const text = name.kind === "static" ? name.name : computed[index];
    const symbol = typeof text === "string" ? evaluator.symbols.find(text) : undefined;
    const slot: Slot | undefined = value instanceof Attrs && symbol !== undefined ? value.get(symbol) : undefined;
    if (slot === undefined) break;
    value = slot instanceof Thunk ? (slot.isForced ? slot.force() : undefined) : slot;
  }
  return count;
}
