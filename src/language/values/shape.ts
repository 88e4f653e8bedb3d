// The names of an attribute set, apart from its values. All sets made by one literal share a shape, and a selection
// remembers the shape it met last and where the name stood in it. Names are sorted by symbol (see symbols.ts); the order
// by bytes, the hash table for large shapes and the plans for merging two shapes are made when first needed.

import { noPos, type Pos } from "./position.ts";
import type { Symbol, SymbolTable } from "./symbols.ts";

/** Up to this many names a lookup scans; above, it hashes. */
const scanLimit = 8;

/** How the values of two sets are laid out in the merged one: index into the right set, or ~index into the left. */
export interface MergePlan {
  readonly shape: Shape;
  readonly sources: Int32Array;
}

export class Shape {
  readonly symbols: readonly Symbol[];
  /** Where each name was defined; undefined when none is known. */
  readonly positions: readonly Pos[] | undefined;
  /** Where the literal stands. */
  readonly pos: Pos;
  private table: Int32Array | undefined;
  private order: readonly number[] | undefined;
  private merges: Map<Shape, MergePlan> | undefined;
  private bare: Shape | undefined;

  /** `symbols` ascending and without doubles. */
  constructor(symbols: readonly Symbol[], positions: readonly Pos[] | undefined, pos: Pos) {
    this.symbols = symbols;
    this.positions = positions;
    this.pos = pos;
    this.table = undefined;
    this.order = undefined;
    this.merges = undefined;
    this.bare = undefined;
  }

  /** The index of a name, or -1. */
  indexOf(symbol: Symbol): number {
    const symbols = this.symbols;
    const count = symbols.length;
    if (count <= scanLimit) {
      for (let i = 0; i < count; i++) if (symbols[i] === symbol) return i;
      return -1;
    }
    const table = this.table ?? this.makeTable();
    const mask = table.length - 1;
    let at = Math.imul(symbol, 0x9e3779b1) >>> 7;
    for (;;) {
      const index = table[at & mask] as number;
      if (index === 0) return -1;
      if (symbols[index - 1] === symbol) return index - 1;
      at++;
    }
  }

  private makeTable(): Int32Array {
    const symbols = this.symbols;
    let size = 32;
    while (size < symbols.length * 2) size *= 2;
    const table = new Int32Array(size);
    const mask = size - 1;
    for (let i = 0; i < symbols.length; i++) {
      let at = Math.imul(symbols[i] as number, 0x9e3779b1) >>> 7;
      while (table[at & mask] !== 0) at++;
      table[at & mask] = i + 1;
    }
    this.table = table;
    return table;
  }

  positionAt(index: number): Pos {
    return this.positions === undefined ? noPos : (this.positions[index] ?? noPos);
  }

  /** Indices in the byte order of the names. */
  lexicalOrder(table: SymbolTable): readonly number[] {
    if (this.order !== undefined) return this.order;
    const names = this.symbols.map((symbol) => table.name(symbol));
    const order = names.map((_, index) => index);
    order.sort((a, b) => ((names[a] as string) < (names[b] as string) ? -1 : 1));
    this.order = order;
    return order;
  }

  /** The same names, with no positions. */
  withoutPositions(): Shape {
    if (this.positions === undefined && this.pos === noPos) return this;
    this.bare ??= new Shape(this.symbols, undefined, noPos);
    return this.bare;
  }

  /** How `left // right` is laid out for sets of these shapes. */
  mergePlan(right: Shape): MergePlan {
    const known = this.merges?.get(right);
    if (known !== undefined) return known;
    const plan = makeMergePlan(this, right);
    // A shape that met very many others is one of a kind (listToAttrs in a loop); remembering plans would only cost memory.
    if (this.merges === undefined) this.merges = new Map();
    else if (this.merges.size >= 64) this.merges.clear();
    this.merges.set(right, plan);
    return plan;
  }
}

function makeMergePlan(left: Shape, right: Shape): MergePlan {
  const a = left.symbols;
  const b = right.symbols;
  const symbols: Symbol[] = [];
  const sources: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const symbolA = i < a.length ? (a[i] as number) : Infinity;
    const symbolB = j < b.length ? (b[j] as number) : Infinity;
    if (symbolA < symbolB) {
      symbols.push(symbolA);
      sources.push(~i++);
    } else {
      symbols.push(symbolB);
      sources.push(j++);
      if (symbolA === symbolB) i++;
    }
  }
  const positions =
    left.positions === undefined && right.positions === undefined
      ? undefined
      : sources.map((source) => (source < 0 ? left.positionAt(~source) : right.positionAt(source)));
  return { shape: new Shape(symbols, positions, noPos), sources: Int32Array.from(sources) };
}

export const emptyShape = new Shape([], undefined, noPos);
