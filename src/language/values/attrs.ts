// Attribute sets: a shape and one slot for each of its names. `a // b` with a large `a` and a small `b` makes a layer on
// top of `a` instead of a copy; layers are flattened when somebody looks at the set as a whole, and kept few by merging
// small ones first, so that a chain of n updates costs O(n log n). A set whose names still stand in a text is such a layer too.

import { noPos, type Pos } from "./position.ts";
import { type NamesInText, ShapeInText } from "./names-in-text.ts";
import { emptyShape, makeMergeSources, searchSymbol, Shape } from "./shape.ts";
import type { Symbol, SymbolTable } from "./symbols.ts";
import { emptySlots, type Slot } from "./value.ts";

/** Below this size a copy is as cheap as a layer. */
const layerFrom = 32;

/** The shape that stands for "in layers"; no selection ever remembers it. */
const layeredShape = new Shape([], undefined, noPos);
const noSlots: readonly Slot[] = [];

interface Layers {
  readonly top: Attrs;
  readonly base: Attrs;
}

export class Attrs {
  /** Raw: the empty layered shape while the set is in layers. Only the compiler's caches read it; others take `flat()`. */
  shape: Shape;
  values: readonly Slot[];
  private layers: Layers | undefined;

  constructor(shape: Shape, values: readonly Slot[]) {
    this.shape = shape;
    this.values = values;
    this.layers = undefined;
  }

  /** Itself, with `shape` and `values` holding all names, sorted by symbol. */
  flat(): this {
    if (this.layers !== undefined) this.flatten();
    return this;
  }

  private flatten(): void {
    const layers: Attrs[] = [];
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    let current: Attrs = this;
    while (current.layers !== undefined) {
      layers.push(current.layers.top);
      current = current.layers.base;
    }
    let merged = current;
    for (let i = layers.length - 1; i >= 0; i--) merged = copyMerged(merged, settled(layers[i] as Attrs));
    this.shape = merged.shape;
    this.values = merged.values;
    this.layers = undefined;
  }

  /** A set of names in a text; `make` makes the value of the name with an index, once and when it is asked for. */
  static inText(names: NamesInText, make: (index: number) => Slot): Attrs {
    const attrs = new Attrs(layeredShape, noSlots);
    attrs.layers = { top: new Attrs(new ShapeInText(names, make), noSlots), base: emptyAttrs };
    return attrs;
  }

  /** The names and values when that is all that the set is. */
  get inText(): ShapeInText | undefined {
    if (this.layers?.base !== emptyAttrs) return undefined;
    const { shape } = this.layers.top;
    return shape instanceof ShapeInText ? shape : undefined;
  }

  /** How many attributes, of a layer. */
  private get count(): number {
    return this.shape instanceof ShapeInText ? this.shape.names.size : this.values.length;
  }

  get size(): number {
    return this.flat().values.length;
  }

  /** Whether it shares what it was made of. */
  get isLayered(): boolean {
    return this.layers !== undefined;
  }

  get isEmpty(): boolean {
    return this.layers === undefined && this.values.length === 0;
  }

  /** Where the literal that made it stands; 0 for sets made otherwise. */
  get pos(): Pos {
    return this.layers === undefined ? this.shape.pos : noPos;
  }

  get(symbol: Symbol): Slot | undefined {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    let current: Attrs = this;
    while (current.layers !== undefined) {
      const top = current.layers.top;
      const index = top.shape.indexOf(symbol);
      if (index >= 0) return top.shape instanceof ShapeInText ? top.shape.valueAt(index) : top.values[index];
      current = current.layers.base;
    }
    const index = current.shape.indexOf(symbol);
    return index < 0 ? undefined : current.values[index];
  }

  has(symbol: Symbol): boolean {
    return this.get(symbol) !== undefined;
  }

  /** Where an attribute was defined; 0 when unknown or absent. */
  positionOf(symbol: Symbol): Pos {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    let current: Attrs = this;
    while (current.layers !== undefined) {
      const top = current.layers.top;
      const index = top.shape.indexOf(symbol);
      if (index >= 0) return top.shape.positionAt(index);
      current = current.layers.base;
    }
    const index = current.shape.indexOf(symbol);
    return index < 0 ? noPos : current.shape.positionAt(index);
  }

  /** The symbols in their own order (not that of their names). */
  get symbols(): readonly Symbol[] {
    return this.flat().shape.symbols;
  }

  /** Indices into the flat `shape.symbols` and `values`, in the byte order of the names. */
  lexicalOrder(table: SymbolTable): readonly number[] {
    return this.flat().shape.lexicalOrder(table);
  }

  /** Names with slots in the byte order of the names. */
  *sortedEntries(table: SymbolTable): IterableIterator<[string, Slot]> {
    for (const index of this.lexicalOrder(table)) {
      yield [table.name(this.shape.symbols[index] as Symbol), this.values[index] as Slot];
    }
  }

  /** The same names with other values; positions are dropped unless `keepPositions`. */
  mapValues(change: (slot: Slot, symbol: Symbol) => Slot, keepPositions = false): Attrs {
    const { shape, values } = this.flat();
    const symbols = shape.symbols;
    return new Attrs(
      keepPositions ? shape : shape.withoutPositions(),
      values.map((slot, index) => change(slot, symbols[index] as Symbol)),
    );
  }

  /** The attributes that `keep` accepts, with their positions. */
  filter(keep: (symbol: Symbol, slot: Slot) => boolean): Attrs {
    const { shape, values } = this.flat();
    const symbols: Symbol[] = [];
    const slots: Slot[] = [];
    const positions: Pos[] | undefined = shape.positions === undefined ? undefined : [];
    for (let i = 0; i < values.length; i++) {
      const symbol = shape.symbols[i] as Symbol;
      const slot = values[i] as Slot;
      if (!keep(symbol, slot)) continue;
      symbols.push(symbol);
      slots.push(slot);
      positions?.push(shape.positionAt(i));
    }
    if (symbols.length === values.length) return this;
    return symbols.length === 0 ? emptiedAttrs : new Attrs(new Shape(symbols, positions, noPos), slots);
  }

  /** `this // right`. */
  update(right: Attrs): Attrs {
    if (this.isEmpty) return right;
    if (right.isEmpty) return this;
    if (this.layers === undefined && this.values.length < layerFrom) return copyMerged(this, right.flat());
    const top = right.flat();
    if (top.values.length * 4 > this.depthFreeSize()) return copyMerged(this.flat(), top);
    return layered(this, top);
  }

  /** The size of the bottom layer: what a copy would at least cost. */
  private depthFreeSize(): number {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    let current: Attrs = this;
    while (current.layers !== undefined) {
      if (current.layers.base === emptyAttrs) return current.layers.top.count;
      current = current.layers.base;
    }
    return current.values.length;
  }

  /** Puts `top` over `base`, first merging layers that are not larger than what would lie on them. */
  static layer(base: Attrs, top: Attrs): Attrs {
    let merged = top;
    let below = base;
    while (below.layers !== undefined && below.layers.top.count <= merged.values.length * 2) {
      merged = copyMerged(settled(below.layers.top), merged);
      below = below.layers.base;
    }
    if (below.layers === undefined && below.values.length <= merged.values.length * 2) return copyMerged(below, merged);
    const attrs = new Attrs(layeredShape, noSlots);
    attrs.layers = { top: merged, base: below };
    return attrs;
  }
}

function layered(base: Attrs, top: Attrs): Attrs {
  return Attrs.layer(base, top);
}

/** With its names as symbols, and the values in their order. */
function settled(attrs: Attrs): Attrs {
  const { shape } = attrs;
  if (!(shape instanceof ShapeInText)) return attrs;
  const builder = new AttrsBuilder();
  const symbols = shape.names.symbols();
  for (let i = 0; i < symbols.length; i++) builder.set(symbols[i] as Symbol, shape.valueAt(i));
  return builder.build();
}

/** Both flat. */
function copyMerged(left: Attrs, right: Attrs): Attrs {
  if (!left.shape.keepsPlanFor(right.shape)) return mergeOnce(left, right, false);
  const plan = left.shape.knownMerge(right.shape);
  if (plan === undefined) {
    const merged = mergeOnce(left, right, true);
    left.shape.rememberMerge(right.shape, { shape: merged.shape, sources: undefined, places: undefined });
    return merged;
  }
  plan.sources ??= makeMergeSources(left.shape, right.shape);
  plan.places ??= emptySlots(plan.sources.length);
  const { sources } = plan;
  const a = left.values;
  const b = right.values;
  const values = plan.places.slice();
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i] as number;
    values[i] = (source < 0 ? a[~source] : b[source]) as Slot;
  }
  return new Attrs(plan.shape, values);
}

function mergeOnce(left: Attrs, right: Attrs, isShared: boolean): Attrs {
  const a = left.shape.symbols;
  const b = right.shape.symbols;
  const hasPositions = left.shape.positions !== undefined || right.shape.positions !== undefined;
  // As large as the result can be, then cut to what it is.
  const symbols = a.concat(b);
  const values = left.values.concat(right.values);
  const positions: Pos[] | undefined = hasPositions ? a.concat(b) : undefined;
  let i = 0;
  let j = 0;
  let count = 0;
  for (; i < a.length || j < b.length; count++) {
    const symbolA = i < a.length ? (a[i] as number) : Infinity;
    const symbolB = j < b.length ? (b[j] as number) : Infinity;
    if (symbolA < symbolB) {
      symbols[count] = symbolA;
      values[count] = left.values[i] as Slot;
      if (positions !== undefined) positions[count] = left.shape.positionAt(i);
      i++;
    } else {
      symbols[count] = symbolB;
      values[count] = right.values[j] as Slot;
      if (positions !== undefined) positions[count] = right.shape.positionAt(j);
      j++;
      if (symbolA === symbolB) i++;
    }
  }
  if (count < symbols.length) {
    symbols.length = count;
    values.length = count;
    if (positions !== undefined) positions.length = count;
  }
  return new Attrs(new Shape(symbols, positions, noPos, isShared), values);
}

export const emptyAttrs = new Attrs(emptyShape, []);
/** What is left of a set when all was taken from it; unlike the other empty ones it stands nowhere (see position-of.ts). */
export const emptiedAttrs = new Attrs(emptyShape, []);

/** Up to this many names are compared one by one while a set is built. */
const few = 8;

/** From this many on a table of symbols takes less than one of names. */
const many = 1024;

/** Makes a set from attributes that come in any order; setting a name again replaces what was set before. */
export class AttrsBuilder {
  private readonly names: Symbol[] = [];
  private readonly slots: Slot[] = [];
  private readonly positions: Pos[] = [];
  /** Where each of the first `indexed` names stands, when there are many; when there are very many, plus one, at its symbol. */
  private indices: Map<Symbol, number> | undefined = undefined;
  private places: Int32Array | undefined = undefined;
  private indexed = 0;
  private isSorted = true;
  private highest: Symbol = -1;
  private hasPositions = false;

  has(symbol: Symbol): boolean {
    return this.indexOf(symbol) >= 0;
  }

  /** Where an attribute that was added is defined; undefined when it was not added. */
  positionOf(symbol: Symbol): Pos | undefined {
    const index = this.indexOf(symbol);
    return index < 0 ? undefined : this.positions[index];
  }

  /** Adds or replaces. */
  set(symbol: Symbol, slot: Slot, pos: Pos = noPos): this {
    if (pos !== noPos) this.hasPositions = true;
    if (symbol > this.highest) this.highest = symbol;
    else {
      const known = this.indexOf(symbol);
      if (known >= 0) {
        this.slots[known] = slot;
        this.positions[known] = pos;
        return this;
      }
      this.isSorted = false;
    }
    this.names.push(symbol);
    this.slots.push(slot);
    this.positions.push(pos);
    return this;
  }

  private indexOf(symbol: Symbol): number {
    const { names } = this;
    if (names.length <= few) return names.indexOf(symbol);
    if (this.isSorted) return searchSymbol(names, symbol);
    if (names.length >= many) return this.placeOf(symbol) - 1;
    this.indices ??= new Map();
    for (; this.indexed < names.length; this.indexed++) this.indices.set(this.symbolAt(this.indexed), this.indexed);
    return this.indices.get(symbol) ?? -1;
  }

  private placeOf(symbol: Symbol): number {
    let { places } = this;
    if (places === undefined || places.length <= this.highest) {
      this.places = places = new Int32Array((this.highest + 1) * 2);
      this.indexed = 0;
    }
    for (; this.indexed < this.names.length; this.indexed++) places[this.symbolAt(this.indexed)] = this.indexed + 1;
    return places[symbol] as number;
  }

  get size(): number {
    return this.slots.length;
  }

  /** Ends the building; the builder must not be used any more. */
  build(pos: Pos = noPos): Attrs {
    if (this.slots.length === 0) return pos === noPos ? emptyAttrs : new Attrs(new Shape([], undefined, pos), []);
    const positions = this.hasPositions ? this.positions : undefined;
    if (this.isSorted) return new Attrs(new Shape(this.names, positions, pos), this.slots);
    const order = this.order();
    return new Attrs(
      new Shape(
        order.map((index) => this.symbolAt(index)),
        positions && order.map((index) => positions[index] as Pos),
        pos,
      ),
      order.map((index) => this.slots[index] as Slot),
    );
  }

  /** As `build()`, with the shape of a set without positions if that has the same names. */
  buildLike({ shape }: Attrs): Attrs {
    const { names, slots } = this;
    const { symbols } = shape;
    if (names.length !== symbols.length || shape.positions !== undefined || this.hasPositions) return this.build();
    const values: Slot[] = [];
    for (let i = 0; i < symbols.length; i++) {
      const symbol = symbols[i] as Symbol;
      // Mostly they come in the same order too.
      const index = names[i] === symbol ? i : this.indexOf(symbol);
      if (index < 0) return this.build();
      values.push(slots[index] as Slot);
    }
    return values.length === 0 ? this.build() : new Attrs(shape, values);
  }

  /** Where the names stand, sorted; mostly a few are out of order. */
  private order(): readonly number[] {
    const { names } = this;
    const order: number[] = [];
    const others: number[] = [];
    let highest: Symbol = -1;
    for (let i = 0; i < names.length; i++) {
      const symbol = this.symbolAt(i);
      if (symbol > highest) order.push(i);
      else others.push(i);
      highest = Math.max(highest, symbol);
    }
    others.sort((a, b) => this.symbolAt(b) - this.symbolAt(a));
    let from = order.length;
    let to = names.length;
    order.length = to;
    for (const other of others) {
      while (from > 0 && this.symbolAt(order[from - 1] as number) > this.symbolAt(other))
        order[--to] = order[--from] as number;
      order[--to] = other;
    }
    return order;
  }

  private symbolAt(index: number): Symbol {
    return this.names[index] as Symbol;
  }
}
