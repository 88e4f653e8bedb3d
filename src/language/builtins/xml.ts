// Values as XML: `toXML` and `nix-instantiate --xml`.

import { lineAndColumn } from "../errors/index.ts";
import { enterCall } from "../machine/depth.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { Attrs } from "../values/attrs.ts";
import { ContextCollector } from "../values/context.ts";
import { printFloat } from "../values/float-format.ts";
import { Lambda } from "../values/lambda.ts";
import { noPos, type Pos } from "../values/position.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import type { Symbol } from "../values/symbols.ts";
import { force, Thunk } from "../values/thunk.ts";
import { NixFloat, type NixList, NixPath, NixString, type Slot, stringValue, type Value } from "../values/value.ts";

export interface XmlOptions {
  /** Forces everything; otherwise what is not evaluated is printed as such. */
  readonly strict: boolean;
  /** Adds where attributes and functions were defined. */
  readonly location: boolean;
}

const declaration = "<?xml version='1.0' encoding='utf-8'?>\n<expr>\n";

/** The document, with its declaration and a line end at the end (printValueAsXML). */
export function printXml(evaluator: Evaluator, slot: Slot, collector: ContextCollector, options: XmlOptions): string {
  let text = declaration;
  const printer = new XmlPrinter(evaluator, collector, options, (piece) => (text += piece));
  printer.print(slot, noPos, 1);
  printer.finish();
  return `${text}</expr>\n`;
}

/** The same in pieces. Where a value fails, what comes before it is written, with its elements closed. */
export function writeXml(
  evaluator: Evaluator,
  slot: Slot,
  collector: ContextCollector,
  options: XmlOptions,
  write: (piece: string) => void,
): void {
  const printer = new XmlPrinter(evaluator, collector, options, write);
  write(declaration);
  try {
    printer.print(slot, noPos, 1);
  } finally {
    printer.finish();
    write("</expr>\n");
  }
}

/** How much is kept until it is written. */
const pieceLength = 64 * 1024;

type XmlAttributes = readonly (readonly [name: string, value: string])[];

const noAttributes: XmlAttributes = [];

class XmlPrinter {
  /** What has been printed since the last piece. */
  private text = "";
  private readonly evaluator: Evaluator;
  private readonly collector: ContextCollector;
  private readonly options: XmlOptions;
  private readonly seenDerivations = new Set<string>();
  private readonly indents: string[] = [];
  /** The elements that are open, the first at depth 1. */
  private readonly openElements: string[] = [];

  private readonly write: (piece: string) => void;

  constructor(evaluator: Evaluator, collector: ContextCollector, options: XmlOptions, write: (piece: string) => void) {
    this.write = write;
    this.evaluator = evaluator;
    this.collector = collector;
    this.options = options;
  }

  print(slot: Slot, pos: Pos, depth: number): void {
    const level = enterCall(this.evaluator, pos);
    const value = this.look(slot, pos);
    if (value === undefined) this.empty(depth, "unevaluated");
    else this.printValue(value, depth, pos);
    this.evaluator.depth = level;
  }

  /** Closes what is open and writes the rest. */
  finish(): void {
    for (let depth = this.openElements.length; depth > 0; depth--)
      this.close(depth, this.openElements[depth - 1] as string);
    this.write(this.text);
  }

  /** The value, if it is there or may be computed. */
  private look(slot: Slot, pos: Pos): Value | undefined {
    if (this.options.strict) return force(slot, pos);
    if (slot instanceof Thunk) return slot.isForced ? slot.force() : undefined;
    return slot instanceof Lambda && !slot.wasForced ? undefined : slot;
  }

  private printValue(value: Value, depth: number, pos: Pos): void {
    switch (typeof value) {
      case "number":
      case "bigint":
        return this.scalar(depth, "int", String(value));
      case "boolean":
        return this.scalar(depth, "bool", String(value));
      case "string":
        return this.scalar(depth, "string", value);
      default:
        break;
    }
    if (value === null) return this.empty(depth, "null");
    if (value instanceof Attrs) return this.printSet(value, depth);
    if (Array.isArray(value)) {
      this.open(depth, "list");
      for (const item of value as NixList) this.print(item, pos, depth + 1);
      return this.close(depth, "list");
    }
    if (value instanceof NixString) {
      this.collector.add(value.context);
      return this.scalar(depth, "string", value.text);
    }
    if (value instanceof NixPath) return this.scalar(depth, "path", value.path);
    if (value instanceof NixFloat) return this.scalar(depth, "float", printFloat(value));
    if (value instanceof Lambda) this.printLambda(value, depth);
    else this.empty(depth, "unevaluated");
  }

  private printSet(attrs: Attrs, depth: number): void {
    if (this.evaluator.isDerivation(attrs)) return this.printDerivation(attrs, depth);
    this.open(depth, "attrs");
    this.printAttrs(attrs, depth + 1);
    this.close(depth, "attrs");
  }

  private printDerivation(attrs: Attrs, depth: number): void {
    const { drvPath, outPath } = this.evaluator.symbols.known;
    const xmlAttributes: [string, string][] = [];
    let path: string | undefined;
    for (const symbol of [drvPath, outPath]) {
      const slot = attrs.get(symbol);
      const value = slot === undefined ? undefined : this.look(slot, attrs.positionOf(symbol));
      const text = value instanceof NixString ? value.text : value;
      if (typeof text !== "string") continue;
      xmlAttributes.push([this.evaluator.symbols.name(symbol), text]);
      if (symbol === drvPath) path = text;
    }
    this.open(depth, "derivation", xmlAttributes);
    if (path !== undefined && path !== "" && !this.seenDerivations.has(path)) {
      this.seenDerivations.add(path);
      this.printAttrs(attrs, depth + 1);
    } else {
      this.empty(depth + 1, "repeated");
    }
    this.close(depth, "derivation");
  }

  private printAttrs(attrs: Attrs, depth: number): void {
    for (const index of attrs.lexicalOrder(this.evaluator.symbols)) {
      const name = this.evaluator.symbols.name(attrs.shape.symbols[index] as Symbol);
      const pos = attrs.shape.positionAt(index);
      this.open(depth, "attr", this.options.location ? sorted([["name", name], ...this.place(pos)]) : [["name", name]]);
      this.print(attrs.values[index] as Slot, pos, depth + 1);
      this.close(depth, "attr");
    }
  }

  private printLambda({ code }: Lambda, depth: number): void {
    const name = code.argument === undefined ? undefined : this.evaluator.symbols.name(code.argument);
    this.open(depth, "function", sorted(this.place(code.pos)));
    if (code.formals === undefined) {
      this.empty(depth + 1, "varpat", [["name", name ?? ""]]);
    } else {
      const xmlAttributes: [string, string][] = [];
      if (code.ellipsis) xmlAttributes.push(["ellipsis", "1"]);
      if (name !== undefined) xmlAttributes.push(["name", name]);
      this.open(depth + 1, "attrspat", xmlAttributes);
      const names = code.formals.map((formal) => this.evaluator.symbols.name(formal.symbol)).toSorted();
      for (const formal of names) this.empty(depth + 2, "attr", [["name", formal]]);
      this.close(depth + 1, "attrspat");
    }
    this.close(depth, "function");
  }

  private place(pos: Pos): [string, string][] {
    const position = this.options.location ? this.evaluator.position(pos) : undefined;
    if (position === undefined) return [];
    const { line, column } = lineAndColumn(position);
    const { origin } = position.file;
    const path: [string, string][] = origin.kind === "path" ? [["path", origin.path]] : [];
    return [...path, ["line", String(line)], ["column", String(column)]];
  }

  private indent(depth: number): string {
    return (this.indents[depth] ??= "  ".repeat(depth));
  }

  private put(line: string): void {
    this.text += line;
    if (this.text.length < pieceLength) return;
    this.write(this.text);
    this.text = "";
  }

  private scalar(depth: number, element: string, value: string): void {
    this.put(`${this.indent(depth)}<${element} value="${escape(value)}" />\n`);
  }

  private empty(depth: number, element: string, xmlAttributes: XmlAttributes = noAttributes): void {
    this.put(`${this.indent(depth)}<${element}${printAttributes(xmlAttributes)} />\n`);
  }

  private open(depth: number, element: string, xmlAttributes: XmlAttributes = noAttributes): void {
    this.openElements.push(element);
    this.put(`${this.indent(depth)}<${element}${printAttributes(xmlAttributes)}>\n`);
  }

  private close(depth: number, element: string): void {
    this.openElements.pop();
    this.put(`${this.indent(depth)}</${element}>\n`);
  }
}

function sorted(xmlAttributes: XmlAttributes): XmlAttributes {
  return xmlAttributes.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function printAttributes(xmlAttributes: XmlAttributes): string {
  let text = "";
  for (const [name, value] of xmlAttributes) text += ` ${name}="${escape(value)}"`;
  return text;
}

/** A line end must be escaped, or a reader would make a space of it. */
const entities: Readonly<Record<string, string>> = {
  '"': "&quot;",
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  "\n": "&#xA;",
};

function escape(text: string): string {
  return /["<>&\n]/.test(text) ? text.replace(/["<>&\n]/g, (char) => entities[char] as string) : text;
}

export const xmlBuiltins: readonly PrimOpDefinition[] = [
  {
    name: "toXML",
    arity: 1,
    argumentNames: ["e"],
    impl: (evaluator, slot) => {
      const collector = new ContextCollector();
      const text = printXml(evaluator, slot, collector, { strict: true, location: false });
      return stringValue(text, collector.context);
    },
  },
];
