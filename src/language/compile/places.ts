// The names of a scope with the numbers of their places. There is one for each lambda, `let` and recursive set that runs, most
// have a few names and are asked a few times, so a table is made only of many names.

/** What a scope is asked; a Map will do as well. */
export interface Places {
  readonly size: number;
  get(name: string): number | undefined;
  keys(): Iterable<string>;
  [Symbol.iterator](): Iterator<readonly [name: string, place: number]>;
}

/** Up to this many names are compared one by one. */
const few = 8;

export class NumberedNames implements Places {
  private readonly names: readonly string[];
  private table: Map<string, number> | undefined = undefined;

  /** The names in the order of their places, each once. */
  constructor(names: readonly string[]) {
    this.names = names;
  }

  get size(): number {
    return this.names.length;
  }

  get(name: string): number | undefined {
    const { names } = this;
    if (names.length > few) return (this.table ??= makeTable(names)).get(name);
    const index = names.indexOf(name);
    return index < 0 ? undefined : index;
  }

  keys(): Iterable<string> {
    return this.names;
  }

  *[Symbol.iterator](): Generator<readonly [name: string, place: number]> {
    for (const [place, name] of this.names.entries()) yield [name, place];
  }
}

function makeTable(names: readonly string[]): Map<string, number> {
  const table = new Map<string, number>();
  for (let i = 0; i < names.length; i++) table.set(names[i] as string, i);
  return table;
}
