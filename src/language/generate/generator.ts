// Writes the body of a function as JavaScript. What is written does exactly what the closures of ../compile do: where a
// fast way cannot be gone to its end it leaves before anything could be seen, and the closure of that very expression
// evaluates it. Parameters are locals; the environment is made only when a thunk, a function or a closure needs it.
//
// The depth of calls is kept as the closures keep it, but looked at once, when the function is entered: whoever comes near
// the limit is sent to the closures (see hot-lambda.ts).

import { compileBindings, shapeOf } from "../compile/attrs.ts";
import type { Compiler } from "../compile/compiler.ts";
import { conditionOf } from "../compile/operators.ts";
import { resolveVariable, type Scope } from "../compile/scope.ts";
import { SelectSite } from "../compile/select.ts";
import { addRest } from "../compile/strings.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import type { AttrsExpr, ConcatStringsExpr, Expr, LetExpr, SelectExpr } from "../syntax/ast.ts";
import { noPos, type Pos } from "../values/position.ts";
import { noEnvironment } from "../values/environment.ts";
import { Thunk } from "../values/thunk.ts";
import { CallWriter } from "./call-writer.ts";
import { arithmeticKind, isSafe, NumberWriter } from "./numbers.ts";
import type { Source, Term } from "./source.ts";
import { type OwnScope, VariableWriter } from "./variable-writer.ts";

/** How deeply expressions may be nested. */
const deepest = 40;

/** What has more statements is left to the closures: it would take long to compile. */
const longest = 1500;

export class Generator {
  private readonly compiler: Compiler;
  private readonly evaluator: Evaluator;
  private readonly source: Source;
  private readonly variables: VariableWriter;
  private readonly calls: CallWriter;

  constructor(compiler: Compiler, source: Source, own: OwnScope) {
    this.compiler = compiler;
    this.evaluator = compiler.evaluator;
    this.source = source;
    this.variables = new VariableWriter(own);
    this.calls = new CallWriter(compiler, source, this.variables, this);
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
        return this.calls.write(expr, scope, depth, inner);
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
        return this.source.keep(`[${items.join(", ")}]`);
      }
      case "lambda":
        return this.source.keep(`new Lambda(${this.lambda(expr, scope)}, ${this.variables.environment(scope)}, true)`);
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
  fallBack(expr: Expr, scope: Scope, depth: number): Term {
    const code = this.source.constant(this.compiler.code(expr, scope));
    this.at(depth);
    return this.source.keep(`${code}.run(${this.variables.environment(scope)}, 0)`);
  }

  /** What comes next may look at the depth. */
  at(depth: number): void {
    this.source.emit(`ev.depth = ${depthText(depth)};`);
  }

  private literal(expr: Extract<Expr, { kind: "int" | "string" }>): Term {
    const value = expr.kind === "int" ? expr.value : expr.text;
    return typeof value === "number" && value >= 0 ? `${value}` : this.source.constant(value);
  }

  /** The value of a variable. `forcedAt` is where an infinite recursion is said to be found. */
  variable(name: string, expr: Expr, scope: Scope, depth: number, forcedAt = this.compiler.positionOf(expr)): Term {
    const { source, variables } = this;
    const slot = variables.slotOf(name, scope);
    if (slot === undefined) {
      const found = resolveVariable(scope, name);
      if (found.kind === "constant" && !(found.slot instanceof Thunk)) return source.constant(found.slot);
      return this.fallBack(expr, scope, depth);
    }
    const known = variables.valueOf(slot);
    // What was not evaluated when it was looked at first (`builtins.break`) is looked at again.
    const value = source.keep(known === undefined ? slot : `${known} instanceof Thunk ? ${slot} : ${known}`);
    source.emit(`if (${value} instanceof Thunk) { if (${value}.code === null) ${value} = ${value}.payload; else {`);
    this.at(depth);
    source.emit(`${value} = ${value}.evaluate(${forcedAt}); } }`);
    variables.remember(slot, value);
    return value;
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
        const slot = this.variables.slotOf(expr.name, scope);
        if (slot !== undefined) return slot;
        const found = resolveVariable(scope, expr.name);
        return found.kind === "constant" ? this.source.constant(found.slot) : this.thunk(expr, scope);
      }
      case "lambda":
        return `new Lambda(${this.lambda(expr, scope)}, ${this.variables.environment(scope)}, false)`;
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
    return `new Thunk(${this.source.constant(this.compiler.code(expr, scope))}, ${this.variables.environment(scope)})`;
  }

  private lambda(expr: Extract<Expr, { kind: "lambda" }>, scope: Scope): Term {
    return this.source.constant(this.compiler.lambdaCode(expr, scope));
  }

  /** An argument: computed at once if `isStrict`, an expression, holds and it is arithmetic that succeeds. */
  argument(expr: Expr, scope: Scope, isStrict: string): string {
    if (expr.kind === "packed") return this.argument(expr.unpack(), scope, isStrict);
    if (!isOperation(expr) || isStrict === "false") return this.delayed(expr, scope);
    if (arithmeticKind(this.evaluator, expr, scope) !== "number") return this.delayed(expr, scope);
    const { source } = this;
    const result = source.local();
    const done = source.label();
    const otherwise = source.label();
    source.emit(`${done}: { ${otherwise}: {`);
    if (isStrict !== "true") source.emit(`if (!(${isStrict})) break ${otherwise};`);
    const writer = new NumberWriter(this.evaluator, source, this.variables, otherwise);
    source.emit(`${result} = ${writer.write(expr, scope)}; break ${done}; }`);
    source.emit(`${result} = ${this.thunk(expr, scope)}; }`);
    return result;
  }

  // ── Numbers and conditions ───────────────────────────────────────────────────────────────────────────────────────

  private arithmetic(expr: Expr, scope: Scope, depth: number): Term {
    const code = this.source.constant(this.compiler.code(expr, scope));
    return this.arithmeticOr(expr, scope, depth, `${code}.run(${this.variables.environment(scope)}, 0)`);
  }

  private arithmeticOr(expr: Expr, scope: Scope, depth: number, instead: string): Term {
    const { source } = this;
    const result = source.local();
    const done = source.label();
    const otherwise = source.label();
    source.emit(`${done}: { ${otherwise}: {`);
    const writer = new NumberWriter(this.evaluator, source, this.variables, otherwise);
    source.emit(`${result} = ${writer.write(expr, scope)}; break ${done}; }`);
    this.at(depth);
    source.emit(`${result} = ${instead};`);
    for (const [slot, value] of writer.looked) {
      source.emit(`${value} = ${slot};`);
      source.emit(`if (${value} instanceof Thunk && ${value}.code === null) ${value} = ${value}.payload;`);
      this.variables.remember(slot, value);
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
    source.emit(`${result} = ${this.variables.apart(() => this.value(expr.then, scope, depth, nesting))};`);
    source.emit("} else {");
    source.emit(`${result} = ${this.variables.apart(() => this.value(expr.else, scope, depth, nesting))};`);
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
      return this.arithmeticOr(expr, scope, depth, `${slow}(${this.variables.environment(scope)})`);
    }
    source.emit("try {");
    const value = this.value(expr, scope, depth, nesting);
    const result = this.source.keep(value);
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
    this.variables.apart(() => {
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
    source.emit(`${result} = ${rest}(${a}, ${this.variables.environment(scope)}); }`);
    return result;
  }

  private interpolation(expr: ConcatStringsExpr, scope: Scope, depth: number, nesting: number): Term {
    const { source } = this;
    const result = this.source.keep('""');
    const collector = source.local();
    source.emit(`${collector} = undefined;`);
    for (const part of expr.parts) {
      const value = this.value(part.expr, scope, depth, nesting);
      source.emit(`if (typeof ${value} === "string") ${result} += ${value}; else {`);
      this.at(depth);
      source.emit(`${collector} ??= new ContextCollector();`);
      source.emit(`${result} += appendPart(ev, ${this.compiler.pos(part.pos)}, ${value}, ${collector}); }`);
    }
    return this.source.keep(`${collector} === undefined ? ${result} : stringValue(${result}, ${collector}.context)`);
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
    return this.source.keep(
      `new Attrs(${shape}, [${members.map(({ value }) => this.delayed(value, scope)).join(", ")}])`,
    );
  }

  private bindings(expr: LetExpr, scope: Scope, depth: number, nesting: number): Term {
    if (expr.attrs.attrs.size === 0) return this.value(expr.body, scope, depth, nesting);
    const { fill, inner } = compileBindings(this.compiler, expr.attrs, scope, expr);
    const environment = this.source.keep(`${this.source.constant(fill)}(${this.variables.environment(scope)})`);
    this.variables.enter(inner, environment);
    return this.value(expr.body, inner, depth, nesting);
  }
}

function depthText(depth: number): string {
  return depth === 0 ? "depth" : `depth + ${depth}`;
}

function isOperation(expr: Expr): boolean {
  return expr.kind === "call" || expr.kind === "concatStrings" || expr.kind === "not" || expr.kind === "binary";
}
