// Interned names. A symbol is a small integer; the order of symbols is the order in which the names were first met, and
// Nix walks attribute sets in exactly that order wherever it does not sort by name (deep forcing, `==`, the first
// unexpected argument of a call), so the order decides which of two errors is reported. `StaticEvalSymbols` of Nix come
// first, then the builtins, then names as files are parsed.

import { builtinNames } from "./builtin-names.ts";

/** A name as a small integer, valid for the table that made it. */
export type Symbol = number;

const wellKnownNames = [
  "<with>",
  "outPath",
  "drvPath",
  "type",
  "meta",
  "name",
  "value",
  "system",
  "__overrides",
  "outputs",
  "outputName",
  "__ignoreNulls",
  "file",
  "line",
  "column",
  "__functor",
  "__toString",
  "right",
  "wrong",
  "__structuredAttrs",
  "__json",
  "allowedReferences",
  "allowedRequisites",
  "disallowedReferences",
  "disallowedRequisites",
  "maxSize",
  "maxClosureSize",
  "builder",
  "args",
  "__contentAddressed",
  "__impure",
  "outputHash",
  "outputHashAlgo",
  "outputHashMode",
  "recurseForDerivations",
  "description",
  "self",
  "",
  "startSet",
  "operator",
  "key",
  "path",
  "prefix",
  "outputSpecified",
  "__sub",
  "__lessThan",
  "__mul",
  "__div",
  "or",
  "__findFile",
  "__nixPath",
  "body",
] as const;

/** The names that evaluator and builtins look up themselves. */
export interface WellKnownSymbols {
  readonly outPath: Symbol;
  readonly drvPath: Symbol;
  readonly type: Symbol;
  readonly name: Symbol;
  readonly value: Symbol;
  readonly overrides: Symbol;
  readonly file: Symbol;
  readonly line: Symbol;
  readonly column: Symbol;
  readonly functor: Symbol;
  readonly toString: Symbol;
  readonly right: Symbol;
  readonly wrong: Symbol;
  readonly startSet: Symbol;
  readonly operator: Symbol;
  readonly key: Symbol;
}

/** A name that was met, whether or not it is a symbol yet. */
export interface NameEntry {
  readonly name: string;
  /** -1 until it becomes a symbol. */
  symbol: Symbol;
  /** How many binders of it are around the place where the check of variables is; 0 outside of the check. */
  bound: number;
}

/** Names that are numbered and not yet symbols (see names-in-text.ts). */
interface ReservedNames {
  readonly size: number;
  indexOf(name: string): number;
  nameAt(index: number): string;
}

/** The names that the language itself knows come first. */
export class SymbolTable {
  readonly known: WellKnownSymbols;
  /** Most names become symbols at once and have no entry: of some sets there are many thousand. */
  private readonly entries = new Map<string, NameEntry | Symbol>();
  /** Undefined for what is only reserved. */
  private readonly texts: (string | undefined)[] = [];
  private readonly reserved: { readonly first: Symbol; readonly names: ReservedNames }[] = [];

  constructor() {
    for (const name of wellKnownNames) this.intern(name);
    for (const name of builtinNames) this.intern(name);
    this.known = {
      outPath: this.intern("outPath"),
      drvPath: this.intern("drvPath"),
      type: this.intern("type"),
      name: this.intern("name"),
      value: this.intern("value"),
      overrides: this.intern("__overrides"),
      file: this.intern("file"),
      line: this.intern("line"),
      column: this.intern("column"),
      functor: this.intern("__functor"),
      toString: this.intern("__toString"),
      right: this.intern("right"),
      wrong: this.intern("wrong"),
      startSet: this.intern("startSet"),
      operator: this.intern("operator"),
      key: this.intern("key"),
    };
  }

  /** The entry of a name, which does not make it a symbol. */
  entry(name: string): NameEntry {
    const known = this.entries.get(name);
    if (typeof known === "object") return known;
    const entry = { name, symbol: known ?? -1, bound: 0 };
    this.entries.set(name, entry);
    return entry;
  }

  /** The symbol of a name (byte string), made when it is new. */
  intern(name: string): Symbol {
    const known = this.entries.get(name);
    if (typeof known === "number") return known;
    if (known === undefined) {
      const symbol = this.numbered(name);
      this.entries.set(name, symbol);
      return symbol;
    }
    if (known.symbol < 0) known.symbol = this.numbered(known.name);
    return known.symbol;
  }

  private numbered(name: string): Symbol {
    const symbol = this.reservedSymbol(name);
    if (symbol === undefined) return this.texts.push(name) - 1;
    this.texts[symbol] = name;
    return symbol;
  }

  private reservedSymbol(name: string): Symbol | undefined {
    for (const { first, names } of this.reserved) {
      const index = names.indexOf(name);
      if (index >= 0) return first + index;
    }
    return undefined;
  }

  /** Numbers names, in order; those that are symbols already, or were numbered before, keep what they have. */
  reserve(names: ReservedNames): Symbol {
    const first = this.texts.length;
    for (let i = 0; i < names.size; i++) this.texts.push(undefined);
    this.reserved.push({ first, names });
    return first;
  }

  /** As `intern`, for a name that was numbered. */
  internReserved(name: string, number: Symbol): Symbol {
    const known = this.entries.get(name);
    if (known !== undefined || this.reserved.length > 1) return this.intern(name);
    this.texts[number] = name;
    this.entries.set(name, number);
    return number;
  }

  /** The symbol of a name that was interned before; undefined says that no attribute set can hold it. */
  find(name: string): Symbol | undefined {
    const known = this.entries.get(name);
    const symbol = typeof known === "object" ? known.symbol : known;
    if (symbol !== undefined && symbol >= 0) return symbol;
    return this.reserved.length > 0 && this.reservedSymbol(name) !== undefined ? this.intern(name) : undefined;
  }

  name(symbol: Symbol): string {
    return this.texts[symbol] ?? this.reservedName(symbol);
  }

  private reservedName(symbol: Symbol): string {
    const { first, names } = this.reserved.findLast((block) => block.first <= symbol) as (typeof this.reserved)[number];
    return names.nameAt(symbol - first);
  }

  get size(): number {
    return this.texts.length;
  }
}
