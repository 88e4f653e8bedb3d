// The names of an attribute set, apart from its values. All sets made by one literal share a shape, and a selection
// remembers the shape it met last and where the name stood in it. Names are sorted by symbol (see symbols.ts); the order
// by bytes, the hash table for large shapes and the plans for merging two shapes are made when first needed.

import { noPos, type Pos } from "./position.ts";
import type { Symbol, SymbolTable } from "./symbols.ts";
import type { Slot } from "./value.ts";

/** Up to this many names a lookup scans; above, it halves, and hashes once the shape was asked often. */
const scanLimit = 8;

/** Up to this many names halving is as quick as hashing, and a table would be memory outside of the young generation. */
const hashFrom = 64;

/** Above this size two shapes are merged anew each time: the work is in the values, and plans would take much memory. */
const planLimit = 256;

/** How the values of two sets are laid out in the merged one: index into the right set, or ~index into the left. */
export interface MergePlan {
  readonly shape: Shape;
  /** Made when the same two shapes meet for the second time; most meet once. */
  sources: readonly number[] | undefined;
  /** To copy for the values of each result. */
  places: Slot[] | undefined;
}

export class Shape {
  readonly symbols: readonly Symbol[];
  /** Where each name was defined; undefined when none is known. */
  readonly positions: readonly Pos[] | undefined;
  /** Where the literal stands. */
  readonly pos: Pos;
  /** Whether many sets have it: those of a literal, and what is merged of such. Only for these are plans kept. */
  readonly isShared: boolean;
  private table: Int32Array | undefined;
  private lookups = 0;
  private order: readonly number[] | undefined;
  private merges: Map<Shape, MergePlan> | undefined;
  private bare: Shape | undefined;

  /** `symbols` ascending and without doubles. */
  constructor(symbols: readonly Symbol[], positions: readonly Pos[] | undefined, pos: Pos, isShared = false) {
    this.symbols = symbols;
    this.positions = positions;
    this.pos = pos;
    this.isShared = isShared;
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
    const table = this.table;
    if (table === undefined) return this.search(symbol);
    const mask = table.length - 1;
    let at = Math.imul(symbol, 0x9e3779b1) >>> 7;
    for (;;) {
      const index = table[at & mask] as number;
      if (index === 0) return -1;
      if (symbols[index - 1] === symbol) return index - 1;
      at++;
    }
  }

  private search(symbol: Symbol): number {
    const symbols = this.symbols;
    if (symbols.length > hashFrom && ++this.lookups * 4 > symbols.length) this.makeTable();
    return searchSymbol(symbols, symbol);
  }

  private makeTable(): void {
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
    this.bare ??= new Shape(this.symbols, undefined, noPos, this.isShared);
    return this.bare;
  }

  /** Whether what `left // right` looks like is worth remembering. */
  keepsPlanFor(right: Shape): boolean {
    return this.isShared && right.isShared && this.symbols.length <= planLimit && right.symbols.length <= planLimit;
  }

  knownMerge(right: Shape): MergePlan | undefined {
    return this.merges?.get(right);
  }

  rememberMerge(right: Shape, plan: MergePlan): void {
    this.merges ??= new Map();
    this.merges.set(right, plan);
  }
}

/** Where a symbol stands among ascending ones, or -1. */
export function searchSymbol(symbols: readonly Symbol[], symbol: Symbol): number {
  let low = 0;
  let high = symbols.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = symbols[middle] as Symbol;
    if (found === symbol) return middle;
    if (found < symbol) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function makeMergeSources(left: Shape, right: Shape): readonly number[] {
  const a = left.symbols;
  const b = right.symbols;
  const sources: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const symbolA = i < a.length ? (a[i] as number) : Infinity;
    const symbolB = j < b.length ? (b[j] as number) : Infinity;
    if (symbolA < symbolB) {
      sources.push(~i++);
    } else {
      sources.push(j++);
      if (symbolA === symbolB) i++;
    }
  }
  return sources;
}

export const emptyShape = new Shape([], undefined, noPos);
