// The text of one generated function: statements, the locals they use, and the values that the text cannot name itself,
// which it gets as constants.

/** The name of a local or constant, or a literal: it can be written twice and costs nothing. */
export type Term = string;

export class Source {
  private readonly statements: string[] = [];
  private readonly locals: string[] = [];
  private readonly constants: unknown[] = [];
  private readonly names = new Map<unknown, Term>();
  private labels = 0;
  private readonly globals: Readonly<Record<string, unknown>>;

  /** `globals`: what the text can name. */
  constructor(globals: Readonly<Record<string, unknown>>) {
    this.globals = globals;
  }

  emit(statement: string): void {
    this.statements.push(statement);
  }

  /** A local variable, undefined at first. */
  local(): Term {
    const name = `t${this.locals.length}`;
    this.locals.push(name);
    return name;
  }

  /** A local with the value of an expression. */
  keep(expression: string): Term {
    const result = this.local();
    this.emit(`${result} = ${expression};`);
    return result;
  }

  label(): string {
    return `L${this.labels++}`;
  }

  constant(value: unknown): Term {
    const known = this.names.get(value);
    if (known !== undefined) return known;
    const name = `k${this.constants.length}`;
    this.constants.push(value);
    this.names.set(value, name);
    return name;
  }

  get size(): number {
    return this.statements.length;
  }

  /** The function with these parameters; throws where a page's policy forbids code that is made of text. */
  make(parameters: string): unknown {
    const constants = this.constants.map((_, index) => `k${index} = k[${index}]`);
    const text = [
      '"use strict";',
      constants.length === 0 ? "" : `const ${constants.join(", ")};`,
      `return function (${parameters}) {`,
      this.locals.length === 0 ? "" : `let ${this.locals.join(", ")};`,
      ...this.statements,
      "};",
    ].join("\n");
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const make = new Function("k", ...Object.keys(this.globals), text) as (...given: readonly unknown[]) => unknown;
    return make(this.constants, ...Object.values(this.globals));
  }
}
