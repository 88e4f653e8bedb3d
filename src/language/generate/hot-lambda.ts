// Functions that were called often get a body of generated text (generator.ts). Deep in a recursion, near the limit of calls,
// the closures go on, so that the limit is found exactly where Nix finds it.

import type { Compiler } from "../compile/compiler.ts";
import type { FormalsMatcher } from "../compile/formals.ts";
import type { Scope } from "../compile/scope.ts";
import type { Expr } from "../syntax/ast.ts";
import type { LambdaCode } from "../values/lambda.ts";
import { Generator } from "./generator.ts";
import { arithmeticKind, NumberWriter } from "./numbers.ts";
import { runtime } from "./runtime.ts";
import { Source } from "./source.ts";
import { VariableWriter } from "./variable-writer.ts";

/** What generated text computes before a call may be due this many calls further in; expressions are not nested deeper. */
const margin = 200;

/** A function's body, and the scope that its parameters make. */
export interface Body {
  readonly compiler: Compiler;
  readonly expr: Expr;
  readonly scope: Extract<Scope, { kind: "names" }>;
}

/** `slow` is what the closures do. Undefined where no code may be made of text. */
export function generateEnter1(body: Body, slow: LambdaCode["enter1"]): LambdaCode["enter1"] | undefined {
  return generate(body, "env, a, callPos", ["a"], slow, () => {}) as LambdaCode["enter1"] | undefined;
}

export function generateEnter2(body: Body, slow: LambdaCode["enter2"]): LambdaCode["enter2"] | undefined {
  return generate(body, "env, a, b, callPos", ["a", "b"], slow, () => {}) as LambdaCode["enter2"] | undefined;
}

export function generateEnter3(body: Body, slow: LambdaCode["enter3"]): LambdaCode["enter3"] | undefined {
  return generate(body, "env, a, b, c, callPos", ["a", "b", "c"], slow, () => {}) as LambdaCode["enter3"] | undefined;
}

/** A function of one argument that is nothing but arithmetic. */
export function generateCompute({ compiler, expr, scope }: Body): LambdaCode["compute"] {
  const { evaluator } = compiler;
  if (arithmeticKind(evaluator, expr, scope) !== "number") return undefined;
  const source = new Source({ ...runtime, ev: evaluator });
  source.emit(`otherwise: { if (ev.depth > ${evaluator.maxCallDepth - margin}) break otherwise;`);
  const variables = new VariableWriter({ scope, slots: ["a"] });
  const result = new NumberWriter(evaluator, source, variables, "otherwise").write(expr, scope);
  source.emit(`return ${result}; }`);
  return source.make("env, a") as LambdaCode["compute"];
}

/** `{ a, b }@args: …`; where a default is needed the closures go on. */
export function generateFormals(
  body: Body,
  slow: LambdaCode["enter1"],
  matcher: FormalsMatcher,
): LambdaCode["enter1"] | undefined {
  const first = matcher.hasArgument ? 1 : 0;
  const slots = Array.from({ length: body.scope.names.size }, (_, index) =>
    index < first ? "argument" : `s${index - first}`,
  );
  const prologue = (source: Source): void => {
    const site = source.constant(matcher);
    source.emit("let set = argument; if (set instanceof Thunk && set.code === null) set = set.payload;");
    source.emit(`if (!(set instanceof Attrs) || set.shape !== ${site}.shape) set = ${site}.open(argument, callPos);`);
    source.emit(`if (!${site}.isComplete) return slow(env, argument, callPos);`);
    source.emit(`const values = set.values, indices = ${site}.indices;`);
    for (let i = first; i < slots.length; i++) source.emit(`const s${i - first} = values[indices[${i - first}]];`);
  };
  return generate(body, "env, argument, callPos", slots, slow, prologue) as LambdaCode["enter1"] | undefined;
}

function generate(
  { compiler, expr, scope }: Body,
  parameters: string,
  slots: readonly string[],
  slow: unknown,
  prologue: (source: Source) => void,
): unknown {
  const { evaluator } = compiler;
  if (!evaluator.generatesSource) return undefined;
  const source = new Source({ ...runtime, ev: evaluator, slow });
  const limit = evaluator.maxCallDepth - margin;
  source.emit(`const depth = ev.depth; if (depth > ${limit}) return slow(${parameters});`);
  source.emit("if ((ev.calls = (ev.calls + 1) & 0xffff) === 0) ev.settings.checkInterrupt?.();");
  source.emit("let own;");
  prologue(source);
  const generator = new Generator(compiler, source, { scope, slots });
  const result = generator.value(expr, scope, 0);
  source.emit(`ev.depth = depth; return ${result};`);
  try {
    return source.make(parameters);
  } catch (error) {
    // A page's policy forbids it (EvalError).
    if (!(error instanceof globalThis.EvalError)) throw error;
    evaluator.generatesSource = false;
    return undefined;
  }
}
