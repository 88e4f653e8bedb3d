// `a.b.c`, `a.b or c`, `a ? b.c`. A selection remembers the shape that it met last and where the name stood in it. The
// frame "while evaluating the attribute '…'" belongs to the whole path and names where its last attribute was defined.

import type { AttrName, AttrPath, HasAttrExpr, SelectExpr } from "../syntax/ast.ts";
import { printExpr, showIdentifier } from "../syntax/index.ts";
import { BaseError, hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { addFrame, missingAttribute } from "../machine/failures.ts";
import { forceAttrs, noteForced, requireAttrs, forceStringNoContext } from "../machine/force.ts";
import { derivationInternalPath } from "../machine/internal-paths.ts";
import { Attrs } from "../values/attrs.ts";
import { noPos, type Pos } from "../values/position.ts";
import type { Shape } from "../values/shape.ts";
import type { Symbol } from "../values/symbols.ts";
import type { Environment } from "../values/environment.ts";
import { force, Thunk } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Compiler, Run } from "./compiler.ts";
import type { Scope } from "./scope.ts";

const selecting = "while selecting an attribute";

/** One name of a path, with what it met last. */
interface Step {
  /** The symbol, evaluated anew for `${…}`. */
  readonly symbol: (env: Environment) => Symbol;
  shape: Shape | undefined;
  index: number;
}

export function compileSelect(compiler: Compiler, expr: SelectExpr, scope: Scope): Run {
  const target = compiler.compile(expr.target, scope);
  const [first] = expr.path;
  if (expr.or === undefined && expr.path.length === 1 && first?.kind === "static") {
    return selectOne(compiler.evaluator, target, first.name, compiler.pos(expr.pos));
  }
  return selectPath(compiler, expr, scope, target);
}

/** `target.name`. */
function selectOne(evaluator: Evaluator, target: Run, name: string, pos: Pos): Run {
  const symbol = evaluator.symbols.intern(name);
  const path = showIdentifier(name);
  let knownShape: Shape | undefined;
  let knownIndex = 0;
  return (env) => {
    const value = target(env);
    const attrs = value instanceof Attrs ? value : forceAttrs(evaluator, value, selecting, pos);
    const { shape } = attrs;
    let slot: Slot | undefined;
    if (shape === knownShape) {
      slot = attrs.values[knownIndex] as Slot;
    } else {
      const index = shape.indexOf(symbol);
      if (index >= 0) {
        knownShape = shape;
        knownIndex = index;
        slot = attrs.values[index] as Slot;
      } else {
        slot = attrs.get(symbol);
        if (slot === undefined) throw missingAttribute(evaluator, attrs, name, pos);
      }
    }
    if (!(slot instanceof Thunk)) return slot;
    if (slot.code === null) return slot.payload as Value;
    return evaluateAttribute(evaluator, slot, { attrs, symbol, pos, path });
  };
}

/** A selection of one name, for generated text: what it met last may be looked at, the rest is done here. */
export class SelectSite {
  shape: Shape | undefined = undefined;
  index = 0;
  private readonly evaluator: Evaluator;
  private readonly symbol: Symbol;
  private readonly name: string;
  private readonly pos: Pos;
  private readonly path: string;

  constructor(evaluator: Evaluator, name: string, pos: Pos) {
    this.evaluator = evaluator;
    this.symbol = evaluator.symbols.intern(name);
    this.name = name;
    this.pos = pos;
    this.path = showIdentifier(name);
  }

  select(target: Value): Value {
    const { evaluator, symbol, pos } = this;
    const attrs = target instanceof Attrs ? target : forceAttrs(evaluator, target, selecting, pos);
    let slot: Slot | undefined;
    const index = attrs.shape.indexOf(symbol);
    if (index >= 0) {
      this.shape = attrs.shape;
      this.index = index;
      slot = attrs.values[index] as Slot;
    } else {
      slot = attrs.get(symbol);
      if (slot === undefined) throw missingAttribute(evaluator, attrs, this.name, pos);
    }
    if (!(slot instanceof Thunk)) return slot;
    return slot.code === null ? (slot.payload as Value) : this.force(attrs, slot);
  }

  force(attrs: Attrs, slot: Thunk): Value {
    const { symbol, pos, path } = this;
    return evaluateAttribute(this.evaluator, slot, { attrs, symbol, pos, path });
  }
}

interface Selected {
  readonly attrs: Attrs;
  readonly symbol: Symbol;
  /** Of the selection. */
  readonly pos: Pos;
  readonly path: string;
}

/** Forces the thunk that a selection ended at, with the frame that errors get. */
export function evaluateAttribute(evaluator: Evaluator, slot: Thunk, { attrs, symbol, pos, path }: Selected): Value {
  try {
    // Where the attribute is defined matters only if it is being evaluated already.
    const definedAt = slot.isBlackHole ? attrs.positionOf(symbol) : noPos;
    return slot.evaluate(definedAt === noPos ? pos : definedAt);
  } catch (error) {
    addAttributeFrame(evaluator, error, attrs.positionOf(symbol), asItIs, path);
    throw error;
  }
}

const asItIs = (path: string): string => path;

/** `describe` words the path; what it needs is handed over, since a closure for it would be made at every selection. */
function addAttributeFrame<T>(
  evaluator: Evaluator,
  error: unknown,
  definedAt: Pos,
  describe: (of: T) => string,
  of: T,
): void {
  if (definedAt === noPos || !(error instanceof BaseError)) return;
  const origin = evaluator.positions.resolve(definedAt)?.file.origin;
  if (origin?.kind === "path" && origin.path === derivationInternalPath) return;
  addFrame(evaluator, error, definedAt, hint`while evaluating the attribute '${describe(of)}'`);
}

function selectPath(compiler: Compiler, expr: SelectExpr, scope: Scope, target: Run): Run {
  const { evaluator } = compiler;
  const pos = compiler.pos(expr.pos);
  const steps = expr.path.map((name) => makeStep(compiler, name, scope));
  const fallback = expr.or === undefined ? undefined : compiler.compile(expr.or, scope);
  const describe = (env: Environment): string => describePath(compiler, expr.path, steps, env);
  return (env) => {
    let value = target(env);
    let definedAt: Pos = noPos;
    try {
      let slot: Slot = value;
      for (let i = 0; i < steps.length; i++) {
        const step = steps[i] as Step;
        const symbol = step.symbol(env);
        value = force(slot, pos);
        const next = value instanceof Attrs ? lookUp(step, value, symbol) : undefined;
        if (next === undefined) {
          noteForced(value);
          if (fallback !== undefined) return fallback(env);
          const attrs = requireAttrs(evaluator, value, selecting, pos);
          throw missingAttribute(evaluator, attrs, evaluator.symbols.name(symbol), pos);
        }
        definedAt = (value as Attrs).positionOf(symbol);
        slot = next;
      }
      return force(slot, definedAt === noPos ? pos : definedAt);
    } catch (error) {
      addAttributeFrame(evaluator, error, definedAt, describe, env);
      throw error;
    }
  };
}

export function compileHasAttr(compiler: Compiler, expr: HasAttrExpr, scope: Scope): Run {
  const target = compiler.compile(expr.target, scope);
  const steps = expr.path.map((name) => makeStep(compiler, name, scope));
  const pos = compiler.positionOf(expr);
  return (env) => {
    let slot: Slot = target(env);
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as Step;
      const value: Value = force(slot, pos);
      const symbol = step.symbol(env);
      const next: Slot | undefined = value instanceof Attrs ? lookUp(step, value, symbol) : undefined;
      if (next === undefined) {
        noteForced(value);
        return false;
      }
      slot = next;
    }
    return true;
  };
}

function makeStep(compiler: Compiler, name: AttrName, scope: Scope): Step {
  const { evaluator } = compiler;
  if (name.kind === "static") {
    const symbol = evaluator.symbols.intern(name.name);
    return { symbol: () => symbol, shape: undefined, index: 0 };
  }
  const run = compiler.compile(name.expr, scope);
  const pos = compiler.positionOf(name.expr);
  const symbol = (env: Environment): Symbol => {
    const value = run(env);
    if (typeof value === "string") return evaluator.symbols.intern(value);
    return evaluator.symbols.intern(forceStringNoContext(evaluator, value, "while evaluating an attribute name", pos));
  };
  return { symbol, shape: undefined, index: 0 };
}

function lookUp(step: Step, attrs: Attrs, symbol: Symbol): Slot | undefined {
  const { shape } = attrs;
  if (shape === step.shape && shape.symbols[step.index] === symbol) return attrs.values[step.index];
  const index = shape.indexOf(symbol);
  if (index < 0) return attrs.get(symbol);
  step.shape = shape;
  step.index = index;
  return attrs.values[index];
}

/** `a.b."${…}"`: a dynamic name is shown evaluated if it can be (showAttrSelectionPath). */
function describePath(compiler: Compiler, path: AttrPath, steps: readonly Step[], env: Environment): string {
  return path
    .map((name, index) => {
      if (name.kind === "static") return showIdentifier(name.name);
      try {
        return showIdentifier(compiler.evaluator.symbols.name((steps[index] as Step).symbol(env)));
      } catch (error) {
        if (!(error instanceof BaseError)) throw error;
        return `"\${${printExpr(name.expr)}}"`;
      }
    })
    .join(".");
}
