// Makes random programs of the language. An expression is asked for by its type; it is a value written down, a variable that
// is in scope, a form of syntax, or a call of a builtin that yields the type. Now and then, by how wild the program is,
// something else stands there: another type, a failure, nothing that exists.

import { callsByResult } from "./calls.ts";
import { failures } from "./failures.ts";
import { forms, valueOf } from "./forms.ts";
import { Random } from "./random.ts";
import { atom, bare, type Node } from "./tree.ts";
import { isSameType, randomType, type Type } from "./types.ts";

interface Variable {
  readonly name: string;
  readonly type: Type;
}

const variableNames = ["x", "y", "z", "f", "g", "acc", "v'", "_k", "a-b", "or"].slice(0, 9);

export class Generator {
  readonly random: Random;
  private scope: readonly Variable[] = [];
  private depth: number;
  /** How often something stands where it does not fit. */
  private readonly wildness: number;
  private readonly carelessness: number;

  constructor(seed: number) {
    this.random = new Random(seed);
    // The first numbers of neighbouring seeds are alike enough to be thrown away.
    this.random.below(2);
    this.wildness = this.random.pick([0, 0, 0.01, 0.03, 0.08]);
    this.carelessness = this.random.pick([0, 0, 0, 0.02, 0.15]);
    this.depth = 2 + this.random.below(4);
  }

  program(): Node {
    return bare(this.expression(randomType(this.random)));
  }

  expression(type: Type): Node {
    const node = this.make(type);
    return node.enclosed && this.random.chance(this.carelessness) ? bare(node) : node;
  }

  private make(type: Type): Node {
    const { random } = this;
    if (random.chance(this.wildness)) return this.deeper(() => this.misfit());
    const variables = this.scope.filter((variable) => isSameType(variable.type, type));
    if (variables.length > 0 && random.chance(0.35)) return atom(random.pick(variables).name);
    if (this.depth <= 0) return this.deeper(() => valueOf(this, type));
    return this.deeper(() => {
      const choice = random.below(10);
      if (choice < 2) return valueOf(this, type);
      if (choice < 5) return random.pick(forms)(this, type);
      const calls = callsByResult[type.kind];
      return random.pick(calls)(this, type) ?? random.pick(forms)(this, type);
    });
  }

  private misfit(): Node {
    const { random } = this;
    return random.chance(0.6) ? random.pick(failures)(this) : this.expression(randomType(random));
  }

  /** Whatever type. */
  anything(): Node {
    return this.expression(this.anyType());
  }

  anyType(): Type {
    return randomType(this.random, 1);
  }

  /** One level further in, so that a program comes to its end. */
  private deeper<T>(make: () => T): T {
    this.depth--;
    const made = make();
    this.depth++;
    return made;
  }

  get isDeep(): boolean {
    return this.depth <= 0;
  }

  /** A name for a variable, and what is made while it is in scope. */
  binding<T>(type: Type, make: (name: string) => T): T {
    const name = this.random.pick(variableNames);
    return this.within([{ name, type }], () => make(name));
  }

  within<T>(variables: readonly Variable[], make: () => T): T {
    const before = this.scope;
    const names = new Set(variables.map(({ name }) => name));
    this.scope = [...before.filter(({ name }) => !names.has(name)), ...variables];
    const made = make();
    this.scope = before;
    return made;
  }

  freshName(): string {
    return this.random.pick(variableNames);
  }
}
