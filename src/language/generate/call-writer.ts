// Calls in generated text: of functions, with arguments computed where that cannot be told, of builtins that are known, and
// of the operators that the parser makes calls.

import { knownPrimOp, openArgument } from "../compile/call.ts";
import type { Compiler } from "../compile/compiler.ts";
import type { Scope } from "../compile/scope.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import type { CallExpr } from "../syntax/ast.ts";
import { noPos } from "../values/position.ts";
import type { PrimOp } from "../values/prim-op.ts";
import type { Generator } from "./generator.ts";
import { isSafe, operatorOf } from "./numbers.ts";
import type { Source, Term } from "./source.ts";
import { strictBuiltins } from "./strictness.ts";
import type { VariableWriter } from "./variable-writer.ts";

export class CallWriter {
  private readonly compiler: Compiler;
  private readonly evaluator: Evaluator;
  private readonly source: Source;
  private readonly variables: VariableWriter;
  private readonly generator: Generator;

  constructor(compiler: Compiler, source: Source, variables: VariableWriter, generator: Generator) {
    this.compiler = compiler;
    this.evaluator = compiler.evaluator;
    this.source = source;
    this.variables = variables;
    this.generator = generator;
  }

  write(expr: CallExpr, scope: Scope, depth: number, nesting: number): Term {
    const primOp = knownPrimOp(expr.fn, scope, this.evaluator);
    if (primOp !== undefined && primOp.arity === expr.args.length) {
      if (operatorOf(this.evaluator, expr, scope) !== undefined)
        return this.operation(expr, primOp, scope, depth, nesting);
      return this.builtin(expr, primOp, scope, depth);
    }
    const count = expr.args.length;
    if (count > 3) return this.generator.fallBack(expr, scope, depth);
    const { source } = this;
    const fn = this.generator.value(expr.fn, scope, depth, nesting);
    const args = expr.args.map((arg, index) => {
      const bit = 1 << index;
      const text = this.generator.argument(arg, scope, `${fn} instanceof Lambda && (${fn}.code.strict & ${bit}) !== 0`);
      return text.startsWith("new ") ? this.source.keep(text) : text;
    });
    const pos = this.compiler.pos(expr.pos);
    const result = source.local();
    this.generator.at(depth + 1);
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
        arg.kind === "var"
          ? this.generator.variable(arg.name, arg, scope, inner, noPos)
          : this.generator.value(arg, scope, inner, nesting);
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
    this.generator.at(inner);
    const [first, second] = expr.args.map((arg, index) => {
      const place = arg.kind === "var" ? this.variables.slotOf(arg.name, scope) : undefined;
      const value = index === 0 ? a : b;
      return `asArgument(ev, ${value}${place === undefined ? "" : `, ${place}`})`;
    });
    source.emit(`${result} = callPrimOp(ev, ${source.constant(primOp)}, ${pos}, ${first}, ${second}, ${b}); }`);
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
          ? this.generator.argument(arg, scope, ((strict >> index) & 1) === 1 ? "true" : "false")
          : `new Thunk(${source.constant(opened)}, ${this.variables.environment(scope)})`;
      return text.startsWith("new ") ? this.source.keep(text) : text;
    });
    const result = source.local();
    const isShort = primOp.name === "toString";
    if (isShort) {
      const value = this.source.keep(args[0] as string);
      source.emit(`if (${value} instanceof Thunk && ${value}.code === null) ${value} = ${value}.payload;`);
      source.emit(`if (typeof ${value} === "number") ${result} = "" + ${value}; else {`);
    }
    this.generator.at(depth + 1);
    const call = `${source.constant(primOp.impl)}(ev, ${args.join(", ")})`;
    if (primOp.isSilent) source.emit(`${result} = ${call};`);
    else {
      const name = source.constant(primOp.name);
      source.emit(`try { ${result} = ${call}; } catch (error) { throw failInBuiltin(ev, error, ${pos}, ${name}); }`);
    }
    if (isShort) source.emit("}");
    return result;
  }
}
