// A scope to which variables are added while programs are evaluated in it: what is behind the prompt of the REPL. Code sees
// the variables that were there when it was read, and the newest of those with the same name, however much later it runs.
//
// Reading and evaluating are apart, because only an error of reading can mean that the text goes on in the next line.

import { EvalError, knownFailure, ParseError, renderError } from "../errors/index.ts";
import { findUndefinedVariable } from "../compile/check-variables.ts";
import type { Scope } from "../compile/scope.ts";
import type { AttrName, Expr, SelectExpr } from "../syntax/ast.ts";
import { parseBindings, parseFile, type ParsedFile } from "../syntax/index.ts";
import type { Attrs } from "../values/attrs.ts";
import type { Symbol } from "../values/symbols.ts";
import { Environment, noEnvironment } from "../values/environment.ts";
import { force } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import { undefinedVariable } from "./failures.ts";
import { forceAttrs, forceStringNoContext } from "./force.ts";
import { noPos } from "../values/position.ts";
import { positionOfSlot } from "../values/position-of.ts";

/** Text that was read and can be evaluated. */
export interface ReplText {
  readonly evaluate: () => Value;
  /** Of a selection `set.name`: evaluates the set, and gives the name; undefined for anything else. */
  readonly finalSelection: (() => { readonly set: Value; readonly name: string }) | undefined;
}

/** The text is the beginning of a longer one. */
export class UnfinishedText extends Error {}

/** As many variables as Nix's REPL has room for, old values of variables counted too. */
const capacity = 32768;

export class GrowingScope {
  private readonly evaluator: Evaluator;
  /** What grows: the array of a wide environment. */
  private places: Slot[] = [];
  private names = new Map<string, number>();
  /** Code that was read holds on to `names`, so the next variable goes into a copy. */
  private isShared = false;

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  /** Leaves nothing but the builtins. */
  clear(): void {
    this.places = [];
    this.names = new Map();
    this.isShared = false;
  }

  /** The names of all variables, the builtins' too. */
  *variables(): Generator<string, void> {
    yield* this.names.keys();
    yield* this.evaluator.base.names;
  }

  set(name: string, slot: Slot): void {
    if (this.places.length >= capacity) throw environmentFull();
    this.add(name, slot);
  }

  /** Adds all attributes of a set; gives the set. */
  addAttrs(slot: Slot): Attrs {
    const forced = force(slot, positionOfSlot(this.evaluator, slot));
    const frame = "while evaluating an attribute set to be merged in the global scope";
    const attrs = forceAttrs(this.evaluator, forced, frame, positionOfSlot(this.evaluator, forced));
    const { shape, values } = attrs.flat();
    if (this.places.length + values.length >= capacity) throw environmentFull();
    shape.symbols.forEach((symbol: Symbol, index) =>
      this.add(this.evaluator.symbols.name(symbol), values[index] as Slot),
    );
    return attrs;
  }

  private add(name: string, slot: Slot): void {
    if (this.isShared) this.names = new Map(this.names);
    this.isShared = false;
    this.names.set(name, this.places.length);
    this.places.push(slot);
  }

  /** Reads an expression. Throws UnfinishedText, or ParseError. */
  read(text: string, folder: string): ReplText {
    const parsed = this.parse(text, folder);
    const { expr } = parsed;
    const evaluate = this.prepare(parsed, text);
    return {
      evaluate: () => {
        const value = evaluate();
        return force(value, positionOfSlot(this.evaluator, value));
      },
      finalSelection: expr.kind === "select" ? this.prepareSelection(parsed, expr, text) : undefined,
    };
  }

  /**
   * Reads `a = 1; inherit b;`, of which the last semicolon may be missing; gives the variables, not yet evaluated. Throws
   * UnfinishedText, or ParseError where the text may be an expression.
   */
  readBindings(text: string, folder: string): [name: string, slot: Slot][] {
    const parsed = this.parseBindings(text, folder);
    const { expr } = parsed;
    if (expr.kind !== "attrs") throw new Error("bindings were parsed as something else");
    // Names that are computed do not become variables.
    const attrs = this.prepare({ ...parsed, expr: { ...expr, dynamic: [] } }, text)() as Attrs;
    return [...attrs.sortedEntries(this.evaluator.symbols)];
  }

  private parse(text: string, folder: string): ParsedFile {
    try {
      return parseFile(this.request(text, folder));
    } catch (error) {
      throw isUnfinished(error) ? new UnfinishedText() : error;
    }
  }

  private parseBindings(text: string, folder: string): ParsedFile {
    try {
      return parseBindings(this.request(text, folder));
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      try {
        return parseBindings(this.request(`${text};`, folder));
      } catch (second) {
        throw isUnfinished(second) ? new UnfinishedText() : error;
      }
    }
  }

  private request(text: string, folder: string) {
    return this.evaluator.files.parseRequest({ origin: { kind: "string" }, text }, folder);
  }

  private get environment(): Environment {
    return new Environment(noEnvironment, this.places, undefined);
  }

  private get scope(): Scope {
    this.isShared = true;
    return {
      kind: "names",
      names: this.names,
      isWide: true,
      parent: { kind: "base", base: this.evaluator.base },
      binder: "function",
    };
  }

  /** Checks the variables; what is returned evaluates. `text` is what errors show, without an added semicolon. */
  private prepare(parsed: ParsedFile, text: string): () => Value {
    const { scope, evaluator } = this;
    const compiler = evaluator.makeCompiler({ ...parsed.file, text });
    const missing = findUndefinedVariable(parsed, scope, evaluator.symbols);
    if (missing !== undefined) throw undefinedVariable(evaluator, missing.name, compiler.pos(missing.pos));
    const env = this.environment;
    return () => guardStack(() => compiler.compile(parsed.expr, scope)(env));
  }

  /** As ExprSelect::evalExceptFinalSelect: the name first, then what it is selected from. */
  private prepareSelection(parsed: ParsedFile, select: SelectExpr, text: string): ReplText["finalSelection"] {
    const { scope, environment: env, evaluator } = this;
    return () => {
      const compiler = evaluator.makeCompiler({ ...parsed.file, text });
      const run = (expr: Expr): Value => guardStack(() => compiler.compile(expr, scope)(env));
      const path = select.path.slice(0, -1);
      const name = nameOf(evaluator, select.path.at(-1) as AttrName, run);
      return { name, set: run(path.length === 0 ? select.target : { ...select, path }) };
    };
  }
}

function nameOf(evaluator: Evaluator, name: AttrName, run: (expr: Expr) => Value): string {
  if (name.kind === "static") return name.name;
  return forceStringNoContext(evaluator, run(name.expr), "while evaluating an attribute name", noPos);
}

/** Nix asks the message, so the text itself can make it think so. */
function isUnfinished(error: unknown): boolean {
  return error instanceof ParseError && renderError(error).includes("unexpected end of file");
}

function guardStack<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw knownFailure(error);
  }
}

function environmentFull(): EvalError {
  return new EvalError("environment full; cannot add more variables");
}
