// Attribute sets and `let`. The names of a literal are known when it is compiled, so all its sets share one shape. Names
// that are computed, and `__overrides`, make a set with a shape of its own.

import { printPosition } from "../errors/index.ts";
import type { AttrDef, AttrsExpr, LetExpr } from "../syntax/ast.ts";
import { nameLambda, showIdentifier } from "../syntax/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { duplicateDynamicAttribute, missingAttribute } from "../machine/failures.ts";
import { positionOfSlot } from "../values/position-of.ts";
import { forceAttrs, forceStringNoContext } from "../machine/force.ts";
import { Attrs, AttrsBuilder, emptyAttrs } from "../values/attrs.ts";
import { noPos, type Pos } from "../values/position.ts";
import { Shape } from "../values/shape.ts";
import type { Symbol } from "../values/symbols.ts";
import { Environment, narrowest } from "../values/environment.ts";
import { Code, force, Thunk } from "../values/thunk.ts";
import { emptySlots, type Slot } from "../values/value.ts";
import type { Compiler, Run } from "./compiler.ts";
import { Delayed } from "./delayed.ts";
import { type Binder, namesScope, type Scope } from "./scope.ts";
import { evaluateAttribute } from "./select.ts";

/** One attribute of a literal, compiled. */
interface Member {
  readonly name: string;
  readonly symbol: Symbol;
  readonly pos: Pos;
  readonly kind: AttrDef["kind"];
  /** For `inherit (from) name` in the environment of its sources; for the others where `kind` says. */
  readonly delayed: Delayed;
}

/** Members sorted by symbol, and the sources of `inherit (…)` clauses. */
interface Members {
  readonly members: readonly Member[];
  readonly sources: readonly Delayed[];
}

export function compileAttrs(compiler: Compiler, expr: AttrsExpr, scope: Scope): Run {
  if (expr.attrs.size === 0 && expr.dynamic.length === 0) {
    const { evaluator } = compiler;
    const pos = compiler.pos(expr.pos);
    return () => {
      evaluator.emptySetPos = pos;
      return emptyAttrs;
    };
  }
  return expr.recursive ? compileRecursive(compiler, expr, scope) : compilePlain(compiler, expr, scope);
}

function compilePlain(compiler: Compiler, expr: AttrsExpr, scope: Scope): Run {
  const { members, sources } = compileMembers(compiler, expr, scope, scope);
  const shape = shapeOf(members, compiler.pos(expr.pos));
  const addDynamic = expr.dynamic.length === 0 ? undefined : compileDynamic(compiler, expr, scope);
  const count = members.length;
  const delayed = members.map((member) => member.delayed);
  const template = emptySlots(count);
  if (sources.length === 0 && addDynamic === undefined) {
    return (env) => {
      const values = template.slice();
      for (let i = 0; i < count; i++) values[i] = (delayed[i] as Delayed).make(env);
      return new Attrs(shape, values);
    };
  }
  const isFromSource = members.map((member) => member.kind === "inheritedFrom");
  return (env) => {
    const inherited = sourceEnvironment(sources, env);
    const values = template.slice();
    for (let i = 0; i < count; i++) {
      const member = delayed[i] as Delayed;
      values[i] = isFromSource[i] ? member.make(inherited) : member.make(env);
    }
    const attrs = new Attrs(shape, values);
    return addDynamic === undefined ? attrs : addDynamic(attrs, env);
  };
}

function compileRecursive(compiler: Compiler, expr: AttrsExpr, scope: Scope): Run {
  const { evaluator } = compiler;
  const { fill, inner, members } = compileBindings(compiler, expr, scope, "set");
  const shape = shapeOf(members, compiler.pos(expr.pos));
  const addDynamic = expr.dynamic.length === 0 ? undefined : compileDynamic(compiler, expr, inner);
  const hasOverrides = expr.attrs.has("__overrides");
  const count = members.length;
  return (outer) => {
    const env = fill(outer);
    let attrs = new Attrs(shape, hasOverrides ? placesOf(env, count).slice() : placesOf(env, count));
    if (hasOverrides) attrs = applyOverrides(evaluator, attrs, env);
    return addDynamic === undefined ? attrs : addDynamic(attrs, env);
  };
}

/** The variables of a scope in order; those of a wide environment where they stand. */
function placesOf(env: Environment, count: number): Slot[] {
  if (count > narrowest) return env.a as Slot[];
  return [env.a, env.b].slice(0, count) as Slot[];
}

/** Evaluates `__overrides` and puts its attributes in place, both in the set and in the environment of its members. */
function applyOverrides(evaluator: Evaluator, attrs: Attrs, env: Environment): Attrs {
  const symbol = evaluator.symbols.known.overrides;
  const slot = attrs.get(symbol) as Slot;
  const frame = "while evaluating the `__overrides` attribute";
  const overrides = forceAttrs(evaluator, slot, frame, positionOfSlot(evaluator, slot)).flat();
  for (let i = 0; i < overrides.values.length; i++) {
    const index = attrs.shape.indexOf(overrides.shape.symbols[i] as Symbol);
    if (index < 0) continue;
    if (attrs.values.length > narrowest) (env.a as Slot[])[index] = overrides.values[i] as Slot;
    else if (index === 0) env.a = overrides.values[i];
    else env.b = overrides.values[i];
  }
  return attrs.update(overrides).flat();
}

export function compileLet(compiler: Compiler, expr: LetExpr, scope: Scope): Run {
  if (expr.attrs.attrs.size === 0) {
    // An empty `let` still is an environment, but nothing can refer to it.
    return compiler.compile(expr.body, scope);
  }
  const { fill, inner } = compileBindings(compiler, expr.attrs, scope, expr);
  const body = compiler.compile(expr.body, inner);
  return (env) => body(fill(env));
}

interface Bindings {
  /** Makes the environment of the bindings: place n holds member n. */
  readonly fill: (outer: Environment) => Environment;
  readonly inner: Scope;
  readonly members: readonly Member[];
}

export function compileBindings(compiler: Compiler, expr: AttrsExpr, scope: Scope, binder: Binder): Bindings {
  const names = [...expr.attrs.keys()].toSorted(
    (a, b) => compiler.evaluator.symbols.intern(a) - compiler.evaluator.symbols.intern(b),
  );
  const inner = namesScope(names, scope, binder);
  const { members, sources } = compileMembers(compiler, expr, inner, scope, expr.attrs.has("__overrides"));
  const delayed = members.map((member) => member.delayed);
  const kinds = members.map((member) => member.kind);
  const count = members.length;
  const template: undefined[] = Array.from({ length: count });
  const needsSources = sources.length > 0;
  const makeMember = (index: number, env: Environment, outer: Environment, inherited: Environment): Slot => {
    const member = delayed[index] as Delayed;
    const kind = kinds[index];
    if (kind === "plain") return member.make(env);
    return kind === "inherited" ? member.make(outer) : member.make(inherited);
  };
  const fill = (outer: Environment): Environment => {
    if (count <= narrowest) {
      const env = new Environment(outer, undefined, undefined);
      const inherited = needsSources ? sourceEnvironment(sources, env) : env;
      if (count > 0) env.a = makeMember(0, env, outer, inherited);
      if (count > 1) env.b = makeMember(1, env, outer, inherited);
      return env;
    }
    const places: (Slot | undefined)[] = template.slice();
    const env = new Environment(outer, places, undefined);
    const inherited = needsSources ? sourceEnvironment(sources, env) : env;
    for (let i = 0; i < count; i++) places[i] = makeMember(i, env, outer, inherited);
    return env;
  };
  return { fill, inner, members };
}

/**
 * `inner` is where values are evaluated, `outer` where `inherit x` looks. With `__overrides`, every own member must be a
 * thunk, since what it refers to may yet be replaced.
 */
function compileMembers(compiler: Compiler, expr: AttrsExpr, inner: Scope, outer: Scope, mustDelay = false): Members {
  const { symbols } = compiler.evaluator;
  const members: Member[] = [];
  for (const [name, def] of expr.attrs) {
    const pos = compiler.pos(def.pos);
    members.push({ name, symbol: symbols.intern(name), pos, kind: def.kind, delayed: compileMember(name, def, pos) });
  }
  members.sort((a, b) => a.symbol - b.symbol);
  return { members, sources: expr.inheritFrom.map((source) => compiler.delayed(source, inner)) };

  function compileMember(name: string, def: AttrDef, pos: Pos): Delayed {
    switch (def.kind) {
      case "plain":
        return mustDelay ? Delayed.thunk(compiler.code(def.value, inner)) : compiler.delayed(def.value, inner);
      case "inherited":
        return compiler.delayed(def.value, outer);
      case "inheritedFrom":
        return compiler.inheritedFrom(inheritFromCode(compiler, name, def.from, pos), {
          name,
          from: def.from,
          pos,
          scope: inner,
        });
    }
  }
}

export function shapeOf(members: readonly { readonly symbol: Symbol; readonly pos: Pos }[], pos: Pos): Shape {
  return new Shape(
    members.map((member) => member.symbol),
    members.map((member) => member.pos),
    pos,
    true,
  );
}

/** The sources of `inherit (…)` clauses as an environment, always a wide one. Each is evaluated at most once. */
function sourceEnvironment(sources: readonly Delayed[], env: Environment): Environment {
  return new Environment(
    env,
    sources.map((source) => source.make(env)),
    undefined,
  );
}

/** `name` out of source number `from`: what `(source).name` would be. */
function inheritFromCode(compiler: Compiler, name: string, from: number, pos: Pos): Code {
  const { evaluator } = compiler;
  const symbol = evaluator.symbols.intern(name);
  const path = showIdentifier(name);
  return new Code(evaluator.states, (sources: Environment) => {
    const attrs = forceAttrs(
      evaluator,
      force(sources.at(from, true) as Slot, pos),
      "while selecting an attribute",
      pos,
    );
    const slot = attrs.get(symbol);
    if (slot === undefined) throw missingAttribute(evaluator, attrs, name, pos);
    if (!(slot instanceof Thunk)) return slot;
    if (slot.isForced) return slot.force();
    return evaluateAttribute(evaluator, slot, { attrs, symbol, pos, path });
  });
}

/** Adds the attributes whose names are computed, in order; a null name leaves its attribute out. */
function compileDynamic(compiler: Compiler, expr: AttrsExpr, scope: Scope): (attrs: Attrs, env: Environment) => Attrs {
  const { evaluator } = compiler;
  const literalPos = compiler.pos(expr.pos);
  const additions = expr.dynamic.map((dynamic) => ({
    name: compiler.compile(dynamic.name, scope),
    value: compiler.delayed(dynamic.value, scope),
    // A function gets the name that it is bound to, the last one of several.
    lambda: dynamic.value.kind === "lambda" ? dynamic.value : undefined,
    pos: compiler.pos(dynamic.pos),
  }));
  const nameFrame = "while evaluating the name of a dynamic attribute";
  const [only] = additions;
  if (expr.attrs.size === 0 && additions.length === 1 && only !== undefined) {
    return (attrs, env) => {
      const nameValue = only.name(env);
      if (nameValue === null) return attrs;
      const text =
        typeof nameValue === "string" ? nameValue : forceStringNoContext(evaluator, nameValue, nameFrame, only.pos);
      if (only.lambda !== undefined) nameLambda(only.lambda, text);
      const shape = new Shape([evaluator.symbols.intern(text)], [only.pos], literalPos);
      return new Attrs(shape, [only.value.make(env)]);
    };
  }
  return (attrs, env) => {
    const builder = new AttrsBuilder();
    const { shape, values } = attrs.flat();
    for (let i = 0; i < values.length; i++) {
      builder.set(shape.symbols[i] as Symbol, values[i] as Slot, shape.positionAt(i));
    }
    for (const { name, value, lambda, pos } of additions) {
      const nameValue = name(env);
      if (nameValue === null) continue;
      const text = forceStringNoContext(evaluator, nameValue, nameFrame, pos);
      const symbol = evaluator.symbols.intern(text);
      const first = builder.positionOf(symbol);
      if (first !== undefined) {
        throw duplicateDynamicAttribute(evaluator, text, printPos(evaluator, first), pos);
      }
      if (lambda !== undefined) nameLambda(lambda, text);
      builder.set(symbol, value.make(env), pos);
    }
    return builder.build(literalPos);
  };
}

function printPos(evaluator: Evaluator, pos: Pos): string {
  const position = pos === noPos ? undefined : evaluator.positions.resolve(pos);
  return position === undefined ? "\xc2\xabnone\xc2\xbb" : printPosition(position);
}
