// String contexts: what store objects a string stands for, as an immutable sorted set. Elements are written as Nix
// writes them (NixStringContextElem::to_string): `<path>` is a store object, `=<drv>` a derivation with all outputs of
// its closure, `!<output>!<drv>` one output of a derivation, nested for outputs of derivations that are built.

import type { StorePath } from "#formats";

/** A derivation that is there (opaque) or is itself an output (dynamic derivations). */
export type DerivedFrom =
  | { readonly kind: "opaque"; readonly path: StorePath }
  | { readonly kind: "built"; readonly drv: DerivedFrom; readonly output: string };

export type ContextElement =
  | { readonly kind: "opaque"; readonly path: StorePath }
  | { readonly kind: "drvDeep"; readonly drv: StorePath }
  | { readonly kind: "built"; readonly drv: DerivedFrom; readonly output: string };

export function printContextElement(element: ContextElement): string {
  switch (element.kind) {
    case "opaque":
      return element.path;
    case "drvDeep":
      return `=${element.drv}`;
    case "built":
      return `!${element.output}!${printContextElement(element.drv)}`;
  }
}

export function parseContextElement(text: string): ContextElement {
  if (text.startsWith("=")) return { kind: "drvDeep", drv: text.slice(1) as StorePath };
  return parseDerivedFrom(text);
}

function parseDerivedFrom(text: string): DerivedFrom {
  if (!text.startsWith("!")) return { kind: "opaque", path: text as StorePath };
  const end = text.indexOf("!", 1);
  return { kind: "built", output: text.slice(1, end), drv: parseDerivedFrom(text.slice(end + 1)) };
}

/** An element as errors show it: `/nix/store/x`, `/nix/store/x.drv (deep)`, `/nix/store/x.drv^out`. */
export function displayContextElement(storeDir: string, element: ContextElement): string {
  switch (element.kind) {
    case "opaque":
      return `${storeDir}/${element.path}`;
    case "drvDeep":
      return `${storeDir}/${element.drv} (deep)`;
    case "built":
      return `${displayContextElement(storeDir, element.drv)}^${element.output}`;
  }
}

/** Opaque before deep before built; then by derivation, then by output. */
function rank(text: string): number {
  const first = text.charCodeAt(0);
  return first === 0x3d ? 1 : first === 0x21 ? 2 : 0;
}

function sortKey(text: string): string {
  if (!text.startsWith("!")) return text;
  const end = text.indexOf("!", 1);
  return `${sortKey(text.slice(end + 1))}\0${text.slice(1, end)}`;
}

function compareElements(a: string, b: string): number {
  if (a === b) return 0;
  const rankA = rank(a);
  const rankB = rank(b);
  if (rankA !== rankB) return rankA - rankB;
  if (rankA !== 2) return a < b ? -1 : 1;
  const keyA = sortKey(a);
  const keyB = sortKey(b);
  return keyA < keyB ? -1 : 1;
}

export class StringContext {
  /** Written elements, sorted, without doubles. */
  readonly elements: readonly string[];

  constructor(elements: readonly string[]) {
    this.elements = elements;
  }

  static of(elements: Iterable<ContextElement>): StringContext {
    return StringContext.ofWritten(Array.from(elements, printContextElement));
  }

  static ofWritten(elements: Iterable<string>): StringContext {
    const sorted = [...new Set(elements)].toSorted(compareElements);
    return sorted.length === 0 ? emptyContext : new StringContext(sorted);
  }

  get isEmpty(): boolean {
    return this.elements.length === 0;
  }

  parsed(): ContextElement[] {
    return this.elements.map(parseContextElement);
  }

  /** The union; one of the two themselves when it holds the other. */
  merge(other: StringContext): StringContext {
    if (other === this || other.elements.length === 0) return this;
    const a = this.elements;
    const b = other.elements;
    if (a.length === 0) return other;
    const merged: string[] = [];
    let i = 0;
    let j = 0;
    while (i < a.length && j < b.length) {
      const left = a[i] as string;
      const right = b[j] as string;
      const order = compareElements(left, right);
      merged.push(order <= 0 ? left : right);
      if (order <= 0) i++;
      if (order >= 0) j++;
    }
    while (i < a.length) merged.push(a[i++] as string);
    while (j < b.length) merged.push(b[j++] as string);
    if (merged.length === a.length) return this;
    if (merged.length === b.length) return other;
    return new StringContext(merged);
  }
}

export const emptyContext = new StringContext([]);

/** Collects the contexts of the parts of a string that is being built. */
export class ContextCollector {
  context: StringContext = emptyContext;

  add(context: StringContext): void {
    if (context !== this.context) this.context = this.context.merge(context);
  }

  addElement(element: ContextElement): void {
    this.add(new StringContext([printContextElement(element)]));
  }
}
