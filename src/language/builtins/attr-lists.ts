// Lists collected by attribute name, as groupBy and zipAttrsWith make them.

import { Attrs, emptyAttrs } from "../values/attrs.ts";
import { noPos } from "../values/position.ts";
import { Shape } from "../values/shape.ts";
import type { Symbol } from "../values/symbols.ts";
import type { NixList, Slot } from "../values/value.ts";

export class AttrLists {
  private readonly lists = new Map<Symbol, Slot[]>();

  add(symbol: Symbol, slot: Slot): void {
    const list = this.lists.get(symbol);
    if (list === undefined) this.lists.set(symbol, [slot]);
    else list.push(slot);
  }

  build(finish: (symbol: Symbol, list: NixList) => Slot): Attrs {
    if (this.lists.size === 0) return emptyAttrs;
    const symbols = [...this.lists.keys()].toSorted((a, b) => a - b);
    const values = symbols.map((symbol) => finish(symbol, this.lists.get(symbol) as Slot[]));
    return new Attrs(new Shape(symbols, undefined, noPos), values);
  }
}
