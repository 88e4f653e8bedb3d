// Writes the body of a function as JavaScript. What is written does exactly what the closures of ../compile do: where a
// fast way cannot be gone to its end it leaves before anything could be seen, and the closure of that very expression
// evaluates it. Parameters are locals; the environment is made only when a thunk, a function or a closure needs it.
//
// The depth of calls is kept as the closures keep it, but looked at once, when the function is entered: whoever comes near
// the limit is sent to the closures (see hot-lambda.ts).

import { compileBindings, shapeOf } from "../compile/attrs.ts";
import { knownPrimOp, openArgument } from "../compile/call.ts";
import type { Compiler } from "../compile/compiler.ts";
import { conditionOf } from "../compile/operators.ts";
import { resolveVariable, type Scope } from "../compile/scope.ts";
import { SelectSite } from "../compile/select.ts";
import { addRest } from "../compile/strings.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import type { AttrsExpr, CallExpr, ConcatStringsExpr, Expr, LetExpr, SelectExpr } from "../syntax/ast.ts";
import { noPos, type Pos } from "../values/position.ts";
import { noEnvironment } from "../values/environment.ts";
import { Thunk } from "../values/thunk.ts";
import type { PrimOp } from "../values/prim-op.ts";
import { arithmeticKind, isSafe, NumberWriter, operatorOf } from "./numbers.ts";
import type { Source, Term } from "./source.ts";
import { strictBuiltins } from "./strictness.ts";

/** Where the function's own variables are. */
export interface OwnScope {
  readonly scope: Extract<Scope, { kind: "names" }>;
  /** The locals, in the order of their places. */
  readonly slots: readonly Term[];
}

/** How deeply expressions may be nested. */
const deepest = 40;

/** What has more statements is left to the closures: it would take long to compile. */
const longest = 1500;

export class Generator {
  private readonly compiler: Compiler;
  private readonly evaluator: Evaluator;
  private readonly source: Source;
  private readonly own: OwnScope;
  /** Environments of `let`s that were entered. */
  private readonly entered = new Map<Scope, Term>();
  /** Values of variables that were forced on the way to here, by their slots. */
  private values = new Map<string, Term>();

  constructor(compiler: Compiler, source: Source, own: OwnScope) {
    this.compiler = compiler;
    this.evaluator = compiler.evaluator;
    this.source = source;
    this.own = own;
  }

  /** Writes what evaluates the expression; gives the result. `depth`: calls that were entered since the function was. */
  value(expr: Expr, scope: Scope, depth: number, nesting = 0): Term {
    if (expr.kind === "packed") return this.value(expr.unpack(), scope, depth, nesting);
    if (nesting > deepest || this.source.size > longest) return this.fallBack(expr, scope, depth);
    const inner = nesting + 1;
    const kind = isOperation(expr) ? arithmeticKind(this.evaluator, expr, scope) : undefined;
    if (kind !== undefined) return this.arithmetic(expr, scope, depth);
    switch (expr.kind) {
      case "int":
      case "string":
        return this.literal(expr);
      case "var":
        return this.variable(expr.name, expr, scope, depth);
      case "if":
        return this.branch(expr, scope, depth, inner);
      case "call":
        return this.call(expr, scope, depth, inner);
      case "concatStrings":
        return expr.forceString
          ? this.interpolation(expr, scope, depth, inner)
          : this.addition(expr, scope, depth, inner);
      case "select":
        return this.selection(expr, scope, depth, inner);
      case "binary":
        if (expr.op === "==" || expr.op === "!=") {
          const a = this.value(expr.left, scope, depth, inner);
          const b = this.value(expr.right, scope, depth, inner);
          return this.equality(a, b, depth, this.compiler.pos(expr.pos), expr.op);
        }
        return this.fallBack(expr, scope, depth);
      case "attrs":
        return this.attributes(expr, scope, depth);
      case "list": {
        const items = expr.items.map((item) => this.delayed(item, scope));
        return this.keep(`[${items.join(", ")}]`);
      }
      case "lambda":
        return this.keep(`new Lambda(${this.lambda(expr, scope)}, ${this.environment(scope)}, true)`);
      case "let":
        return this.bindings(expr, scope, depth, inner);
      case "float":
      case "path":
      case "hasAttr":
      case "with":
      case "assert":
      case "not":
      case "curPos":
        return this.fallBack(expr, scope, depth);
    }
  }

  /** The closure of the expression. */
  private fallBack(expr: Expr, scope: Scope, depth: number): Term {
    const code = this.source.constant(this.compiler.code(expr, scope));
    this.at(depth);
    return this.keep(`${code}.run(${this.environment(scope)}, 0)`);
  }

  private keep(text: string): Term {
    const result = this.source.local();
    this.source.emit(`${result} = ${text};`);
    return result;
  }

  /** What comes next may look at the depth. */
  private at(depth: number): void {
    this.source.emit(`ev.depth = ${depthText(depth)};`);
  }

  private literal(expr: Extract<Expr, { kind: "int" | "string" }>): Term {
    const value = expr.kind === "int" ? expr.value : expr.text;
    return typeof value === "number" && value >= 0 ? `${value}` : this.source.constant(value);
  }

  // ── Variables ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The environment of a scope, as an expression. */
  private environment(scope: Scope): string {
    if (scope === this.own.scope) {
      const { slots } = this.own;
      const places = this.own.scope.isWide ? `[${slots.join(", ")}], undefined` : `${slots[0]}, ${slots[1]}`;
      return `(own ??= new Environment(env, ${places}))`;
    }
    return this.entered.get(scope) as Term;
  }

  /** An expression for the place of a variable; undefined for what is in no environment. */
  slotOf(name: string, scope: Scope): string | undefined {
    const found = resolveVariable(scope, name);
    if (found.kind !== "local") return undefined;
    let place: Scope = scope;
    let ups = 0;
    for (let left = found.depth; left > 0; left--) {
      if (place === this.own.scope || ups > 0) ups++;
      place = (place as Exclude<Scope, { kind: "base" }>).parent;
    }
    if (place === this.own.scope) return this.own.slots[found.index];
    const entered = this.entered.get(place);
    const environment = entered ?? `env${".up".repeat(ups - 1)}`;
    if (found.isWide) return `${environment}.a[${found.index}]`;
    return `${environment}.${found.index === 0 ? "a" : "b"}`;
  }

  valueOf(slot: string): Term | undefined {
    return this.values.get(slot);
  }

  private variable(
    name: string,
    expr: Expr,
    scope: Scope,
    depth: number,
    forcedAt = this.compiler.positionOf(expr),
  ): Term {
    const slot = this.slotOf(name, scope);
    if (slot === undefined) {
      const found = resolveVariable(scope, name);
      if (found.kind === "constant" && !(found.slot instanceof Thunk)) return this.source.constant(found.slot);
      return this.fallBack(expr, scope, depth);
    }
    const known = this.values.get(slot);
    // What was not evaluated when it was looked at first (`builtins.break`) is looked at again.
    const value = this.keep(known === undefined ? slot : `${known} instanceof Thunk ? ${slot} : ${known}`);
    this.forceLocal(value, depth, forcedAt);
    this.values.set(slot, value);
    return value;
  }

  private forceLocal(value: Term, depth: number, pos: Pos): void {
    this.source.emit(
      `if (${value} instanceof Thunk) { if (${value}.code === null) ${value} = ${value}.payload; else { ev.depth = ${depthText(depth)}; ${value} = ${value}.evaluate(${pos}); } }`,
    );
  }

  /** What is written by `write` may not run, so what it learns of variables holds only there. */
  private apart<T>(write: () => T): T {
    const before = this.values;
    this.values = new Map(before);
    const result = write();
    this.values = before;
    return result;
  }

  // ── Places that are not evaluated at once ────────────────────────────────────────────────────────────────────────

  private delayed(expr: Expr, scope: Scope): string {
    switch (expr.kind) {
      case "packed":
        return this.delayed(expr.unpack(), scope);
      case "int":
      case "string":
        return this.literal(expr);
      case "var": {
        const slot = this.slotOf(expr.name, scope);
        if (slot !== undefined) return slot;
        const found = resolveVariable(scope, expr.name);
        return found.kind === "constant" ? this.source.constant(found.slot) : this.thunk(expr, scope);
      }
      case "lambda":
        return `new Lambda(${this.lambda(expr, scope)}, ${this.environment(scope)}, false)`;
      case "float":
      case "path":
      case "list": {
        if (expr.kind === "list" && expr.items.length > 0) return this.thunk(expr, scope);
        // A literal is one value for all calls.
        return this.source.constant(this.compiler.delayed(expr, scope).make(noEnvironment));
      }
      default:
        return this.thunk(expr, scope);
    }
  }

  private thunk(expr: Expr, scope: Scope): string {
    return `new Thunk(${this.source.constant(this.compiler.code(expr, scope))}, ${this.environment(scope)})`;
  }

  private lambda(expr: Extract<Expr, { kind: "lambda" }>, scope: Scope): Term {
    return this.source.constant(this.compiler.lambdaCode(expr, scope));
  }

  /** An argument: computed at once if `isStrict`, an expression, holds and it is arithmetic that succeeds. */
  private argument(expr: Expr, scope: Scope, isStrict: string): string {
    if (expr.kind === "packed") return this.argument(expr.unpack(), scope, isStrict);
    if (!isOperation(expr) || isStrict === "false") return this.delayed(expr, scope);
    if (arithmeticKind(this.evaluator, expr, scope) !== "number") return this.delayed(expr, scope);
    const { source } = this;
    const result = source.local();
    const done = source.label();
    const otherwise = source.label();
    source.emit(`${done}: { ${otherwise}: {`);
    if (isStrict !== "true") source.emit(`if (!(${isStrict})) break ${otherwise};`);
    const writer = new NumberWriter(this.evaluator, source, this, otherwise);
    source.emit(`${result} = ${writer.write(expr, scope)}; break ${done}; }`);
    source.emit(`${result} = ${this.thunk(expr, scope)}; }`);
    return result;
  }

  // ── Numbers and conditions ───────────────────────────────────────────────────────────────────────────────────────

  private arithmetic(expr: Expr, scope: Scope, depth: number): Term {
    const code = this.source.constant(this.compiler.code(expr, scope));
    return this.arithmeticOr(expr, scope, depth, `${code}.run(${this.environment(scope)}, 0)`);
  }

  private arithmeticOr(expr: Expr, scope: Scope, depth: number, instead: string): Term {
    const { source } = this;
    const result = source.local();
    const done = source.label();
    const otherwise = source.label();
    source.emit(`${done}: { ${otherwise}: {`);
    const writer = new NumberWriter(this.evaluator, source, this, otherwise);
    source.emit(`${result} = ${writer.write(expr, scope)}; break ${done}; }`);
    this.at(depth);
    source.emit(`${result} = ${instead};`);
    for (const [slot, value] of writer.looked) {
      source.emit(`${value} = ${slot};`);
      source.emit(`if (${value} instanceof Thunk && ${value}.code === null) ${value} = ${value}.payload;`);
      this.values.set(slot, value);
    }
    source.emit("}");
    return result;
  }

  private branch(expr: Extract<Expr, { kind: "if" }>, scope: Scope, depth: number, nesting: number): Term {
    const { source } = this;
    const pos = this.compiler.pos(expr.pos);
    const condition = this.condition(expr.condition, scope, depth, nesting, pos, "while evaluating a branch condition");
    const result = source.local();
    source.emit(`if (${condition}) {`);
    source.emit(`${result} = ${this.apart(() => this.value(expr.then, scope, depth, nesting))};`);
    source.emit("} else {");
    source.emit(`${result} = ${this.apart(() => this.value(expr.else, scope, depth, nesting))};`);
    source.emit("}");
    return result;
  }

  /** A boolean, or an error with the frame. */
  private condition(expr: Expr, scope: Scope, depth: number, nesting: number, pos: Pos, frame: string): Term {
    const { source, evaluator, compiler } = this;
    if (expr.kind === "packed") return this.condition(expr.unpack(), scope, depth, nesting, pos, frame);
    if (isOperation(expr) && arithmeticKind(evaluator, expr, scope) === "boolean") {
      const code = compiler.code(expr, scope);
      const slow = source.constant(conditionOf(evaluator, (env) => code.run(env, noPos), pos, frame));
      return this.arithmeticOr(expr, scope, depth, `${slow}(${this.environment(scope)})`);
    }
    source.emit("try {");
    const value = this.value(expr, scope, depth, nesting);
    const result = this.keep(value);
    source.emit(`if (typeof ${result} !== "boolean") throw notABoolean(ev, ${result}, ${pos});`);
    source.emit(`} catch (error) { throw withFrame(ev, error, ${pos}, ${source.constant(frame)}); }`);
    return result;
  }

  private addition(expr: ConcatStringsExpr, scope: Scope, depth: number, nesting: number): Term {
    const [left, right] = expr.parts;
    if (left === undefined || right === undefined || expr.parts.length !== 2) return this.fallBack(expr, scope, depth);
    const { source } = this;
    const a = this.value(left.expr, scope, depth, nesting);
    const result = source.local();
    source.emit(`if (typeof ${a} === "number" || typeof ${a} === "string") {`);
    this.apart(() => {
      const b = this.value(right.expr, scope, depth, nesting);
      const sum = source.local();
      source.emit(`if (typeof ${a} === "number" && typeof ${b} === "number") ${sum} = ${a} + ${b};`);
      source.emit(`if (${sum} !== undefined && ${isSafe(sum)}) ${result} = ${sum};`);
      source.emit(`else if (typeof ${a} === "string" && typeof ${b} === "string") ${result} = ${a} + ${b};`);
      source.emit(`else { ev.depth = ${depthText(depth)};`);
      source.emit(`${result} = addValues(ev, ${a}, ${b}, ${this.compiler.pos(right.pos)}); }`);
    });
    source.emit("} else {");
    this.at(depth);
    const rest = source.constant(addRest(this.compiler, expr, scope));
    source.emit(`${result} = ${rest}(${a}, ${this.environment(scope)}); }`);
    return result;
  }

  private interpolation(expr: ConcatStringsExpr, scope: Scope, depth: number, nesting: number): Term {
    const { source } = this;
    const result = this.keep('""');
    const collector = source.local();
    source.emit(`${collector} = undefined;`);
    for (const part of expr.parts) {
      const value = this.value(part.expr, scope, depth, nesting);
      source.emit(`if (typeof ${value} === "string") ${result} += ${value}; else {`);
      this.at(depth);
      source.emit(`${collector} ??= new ContextCollector();`);
      source.emit(`${result} += appendPart(ev, ${this.compiler.pos(part.pos)}, ${value}, ${collector}); }`);
    }
    return this.keep(`${collector} === undefined ? ${result} : stringValue(${result}, ${collector}.context)`);
  }

  private equality(a: Term, b: Term, depth: number, pos: Pos, op: "==" | "!="): Term {
    const { source } = this;
    const result = source.local();
    const frame = `while testing two values for ${op === "==" ? "equality" : "inequality"}`;
    source.emit(
      `if ((typeof ${a} === "number" && typeof ${b} === "number") || (typeof ${a} === "string" && typeof ${b} === "string")) ${result} = ${a} ${op}= ${b}; else {`,
    );
    this.at(depth);
    source.emit(`${result} = equalOperands(ev, ${a}, ${b}, ${pos}, ${source.constant(frame)}) === ${op === "=="}; }`);
    return result;
  }

  // ── Calls ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private call(expr: CallExpr, scope: Scope, depth: number, nesting: number): Term {
    const primOp = knownPrimOp(expr.fn, scope, this.evaluator);
    if (primOp !== undefined && primOp.arity === expr.args.length) {
      if (operatorOf(this.evaluator, expr, scope) !== undefined)
        return this.operation(expr, primOp, scope, depth, nesting);
      return this.builtin(expr, primOp, scope, depth);
    }
    const count = expr.args.length;
    if (count > 3) return this.fallBack(expr, scope, depth);
    const { source } = this;
    const fn = this.value(expr.fn, scope, depth, nesting);
    const args = expr.args.map((arg, index) => {
      const bit = 1 << index;
      const text = this.argument(arg, scope, `${fn} instanceof Lambda && (${fn}.code.strict & ${bit}) !== 0`);
      return text.startsWith("new ") ? this.keep(text) : text;
    });
    const pos = this.compiler.pos(expr.pos);
    const result = source.local();
    this.at(depth + 1);
    source.emit(`if (${fn} instanceof Lambda && ${fn}.code.arity === ${count}) {`);
    source.emit(`${fn}.wasForced = true; ${result} = ${fn}.code.enter${count}(${fn}.env, ${args.join(", ")}, ${pos});`);
    source.emit(`} else ${result} = apply${count}(ev, force(${fn}, ${pos}), ${args.join(", ")}, ${pos});`);
    return result;
  }

  /** `-`, `*`, `/` and `<` of what is more than arithmetic. */
  private operation(expr: CallExpr, primOp: PrimOp, scope: Scope, depth: number, nesting: number): Term {
    const { source } = this;
    const pos = this.compiler.pos(expr.pos);
    const inner = depth + 1;
    source.emit("try {");
    const [a, b] = expr.args.map((arg) => {
      // A builtin forces a variable without knowing where it stands.
      const value =
        arg.kind === "var" ? this.variable(arg.name, arg, scope, inner, noPos) : this.value(arg, scope, inner, nesting);
      return value;
    }) as [Term, Term];
    source.emit(`} catch (error) { throw failInBuiltin(ev, error, ${pos}, ${source.constant(primOp.name)}); }`);
    const result = source.local();
    const done = source.label();
    const otherwise = source.label();
    source.emit(`${done}: { ${otherwise}: {`);
    source.emit(`if (typeof ${a} !== "number" || typeof ${b} !== "number") break ${otherwise};`);
    switch (primOp.name) {
      case "lessThan":
        source.emit(`${result} = ${a} < ${b};`);
        break;
      case "div":
        source.emit(`if (${b} === 0) break ${otherwise};`);
        source.emit(`${result} = Math.trunc(${a} / ${b}) + 0;`);
        break;
      default:
        source.emit(`${result} = ${a} ${primOp.name === "sub" ? "-" : "*"} ${b} + 0;`);
        source.emit(`if (!${isSafe(result)}) break ${otherwise};`);
    }
    source.emit(`break ${done}; }`);
    this.at(inner);
    source.emit(
      `${result} = callPrimOp(ev, ${source.constant(primOp)}, ${pos}, asArgument(ev, ${a}), asArgument(ev, ${b}), ${b}); }`,
    );
    return result;
  }

  private builtin(expr: CallExpr, primOp: PrimOp, scope: Scope, depth: number): Term {
    const { source } = this;
    const pos = this.compiler.pos(expr.pos);
    const strict = strictBuiltins.get(primOp.name) ?? 0;
    const args = expr.args.map((arg, index) => {
      const opened = index === primOp.definition.opens ? openArgument(this.compiler, arg, scope) : undefined;
      const text =
        opened === undefined
          ? this.argument(arg, scope, ((strict >> index) & 1) === 1 ? "true" : "false")
          : `new Thunk(${source.constant(opened)}, ${this.environment(scope)})`;
      return text.startsWith("new ") ? this.keep(text) : text;
    });
    const result = source.local();
    const isShort = primOp.name === "toString";
    if (isShort) {
      const value = this.keep(args[0] as string);
      source.emit(`if (${value} instanceof Thunk && ${value}.code === null) ${value} = ${value}.payload;`);
      source.emit(`if (typeof ${value} === "number") ${result} = "" + ${value}; else {`);
    }
    this.at(depth + 1);
    const call = `${source.constant(primOp.impl)}(ev, ${args.join(", ")})`;
    if (primOp.isSilent) source.emit(`${result} = ${call};`);
    else {
      const name = source.constant(primOp.name);
      source.emit(`try { ${result} = ${call}; } catch (error) { throw failInBuiltin(ev, error, ${pos}, ${name}); }`);
    }
    if (isShort) source.emit("}");
    return result;
  }

  // ── Sets ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  private selection(expr: SelectExpr, scope: Scope, depth: number, nesting: number): Term {
    const [name] = expr.path;
    if (expr.or !== undefined || expr.path.length !== 1 || name?.kind !== "static") {
      return this.fallBack(expr, scope, depth);
    }
    const { source } = this;
    const target = this.value(expr.target, scope, depth, nesting);
    const site = source.constant(new SelectSite(this.evaluator, name.name, this.compiler.pos(expr.pos)));
    const result = source.local();
    source.emit(`if (${target} instanceof Attrs && ${target}.shape === ${site}.shape) {`);
    source.emit(`${result} = ${target}.values[${site}.index];`);
    source.emit(`if (${result} instanceof Thunk) { if (${result}.code === null) ${result} = ${result}.payload; else {`);
    this.at(depth);
    source.emit(`${result} = ${site}.force(${target}, ${result}); } }`);
    source.emit("} else {");
    this.at(depth);
    source.emit(`${result} = ${site}.select(${target}); }`);
    return result;
  }

  private attributes(expr: AttrsExpr, scope: Scope, depth: number): Term {
    const { symbols } = this.evaluator;
    const isPlain = !expr.recursive && expr.dynamic.length === 0 && expr.inheritFrom.length === 0;
    if (!isPlain || expr.attrs.size === 0) return this.fallBack(expr, scope, depth);
    const members = [...expr.attrs]
      .map(([name, def]) => ({
        symbol: symbols.intern(name),
        pos: this.compiler.pos(def.pos),
        value: (def as Extract<typeof def, { value: Expr }>).value,
      }))
      .toSorted((a, b) => a.symbol - b.symbol);
    const shape = this.source.constant(shapeOf(members, this.compiler.pos(expr.pos)));
    return this.keep(`new Attrs(${shape}, [${members.map(({ value }) => this.delayed(value, scope)).join(", ")}])`);
  }

  private bindings(expr: LetExpr, scope: Scope, depth: number, nesting: number): Term {
    if (expr.attrs.attrs.size === 0) return this.value(expr.body, scope, depth, nesting);
    const { fill, inner } = compileBindings(this.compiler, expr.attrs, scope, expr);
    const environment = this.keep(`${this.source.constant(fill)}(${this.environment(scope)})`);
    this.entered.set(inner, environment);
    return this.value(expr.body, inner, depth, nesting);
  }
}

function depthText(depth: number): string {
  return depth === 0 ? "depth" : `depth + ${depth}`;
}

function isOperation(expr: Expr): boolean {
  return expr.kind === "call" || expr.kind === "concatStrings" || expr.kind === "not" || expr.kind === "binary";
}
