// The names of a very large set as they stand in the text that it was read from. Most are never asked for, so none becomes a
// symbol before it is: 64,000 of them take longer than all else that an evaluation of one package does. Their symbols are
// numbered when the text is read, which keeps the order of symbols as if all had been made then.

import { Shape } from "./shape.ts";
import { noPos } from "./position.ts";
import type { Symbol, SymbolTable } from "./symbols.ts";
import type { Slot } from "./value.ts";

/** Where names stand in a text: each begins at `starts` and ends at `ends`. */
export interface NamePlaces {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** They ascend up to this index, and again from there on. */
  readonly second: number;
}

export class NamesInText {
  readonly size: number;
  private readonly table: SymbolTable;
  private readonly places: NamePlaces;
  /** The symbol of the first name, if that is not one already. */
  private readonly first: Symbol;

  /** Each name stands there once. */
  constructor(table: SymbolTable, places: NamePlaces) {
    this.table = table;
    this.places = places;
    this.size = places.starts.length;
    this.first = table.reserve(this);
  }

  nameAt(index: number): string {
    const { text, starts, ends } = this.places;
    return text.slice(starts[index], ends[index]);
  }

  /** The index of a name, or -1. */
  indexOf(name: string): number {
    const { second } = this.places;
    const index = searchName(this.places, name, second, this.size);
    return index < 0 && second > 0 ? searchName(this.places, name, 0, second) : index;
  }

  indexOfSymbol(symbol: Symbol): number {
    return this.indexOf(this.table.name(symbol));
  }

  /** All symbols, in the order of the names. */
  symbols(): Symbol[] {
    return this.places.starts.map((_, index) => this.table.internReserved(this.nameAt(index), this.first + index));
  }
}

/** The index of a name among those from `from` up to `to`, which ascend; -1 when it is not there. */
export function searchName(places: NamePlaces, name: string, from: number, to: number): number {
  let low = from;
  let high = to - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareAt(places, middle, name);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function compareAt({ text, starts, ends }: NamePlaces, index: number, name: string): number {
  const start = starts[index] as number;
  const length = (ends[index] as number) - start;
  const shorter = Math.min(length, name.length);
  for (let i = 0; i < shorter; i++) {
    const difference = text.charCodeAt(start + i) - name.charCodeAt(i);
    if (difference !== 0) return difference;
  }
  return length - name.length;
}

/** The shape of one set, with its values in the order of the names. Only what asks for one name at a time may have it. */
export class ShapeInText extends Shape {
  readonly names: NamesInText;
  private readonly make: (index: number) => Slot;
  private readonly made: (Slot | undefined)[];

  /** `make` is asked for a value once. */
  constructor(names: NamesInText, make: (index: number) => Slot) {
    super([], undefined, noPos);
    this.names = names;
    this.make = make;
    this.made = Array.from({ length: names.size });
  }

  valueAt(index: number): Slot {
    return (this.made[index] ??= this.make(index));
  }

  override indexOf(symbol: Symbol): number {
    return this.names.indexOfSymbol(symbol);
  }
}
