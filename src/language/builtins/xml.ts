// Values as XML: `toXML` and `nix-instantiate --xml`.

import { lineAndColumn } from "../errors/index.ts";
import { enterCall } from "../machine/call.ts";
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

/** The document, with its declaration and a line end at the end (printValueAsXML). */
export function printXml(evaluator: Evaluator, slot: Slot, collector: ContextCollector, options: XmlOptions): string {
  const printer = new XmlPrinter(evaluator, collector, options);
  return `<?xml version='1.0' encoding='utf-8'?>\n<expr>\n${printer.print(slot, noPos, 1)}</expr>\n`;
}

type XmlAttributes = readonly (readonly [name: string, value: string])[];

class XmlPrinter {
  private readonly evaluator: Evaluator;
  private readonly collector: ContextCollector;
  private readonly options: XmlOptions;
  private readonly seenDerivations = new Set<string>();

  constructor(evaluator: Evaluator, collector: ContextCollector, options: XmlOptions) {
    this.evaluator = evaluator;
    this.collector = collector;
    this.options = options;
  }

  print(slot: Slot, pos: Pos, depth: number): string {
    const level = enterCall(this.evaluator, pos);
    const value = this.look(slot, pos);
    const text = value === undefined ? empty(depth, "unevaluated") : this.printValue(value, depth, pos);
    this.evaluator.depth = level;
    return text;
  }

  /** The value, if it is there or may be computed. */
  private look(slot: Slot, pos: Pos): Value | undefined {
    if (this.options.strict) return force(slot, pos);
    if (slot instanceof Thunk) return slot.isForced ? slot.force() : undefined;
    return slot instanceof Lambda && !slot.wasForced ? undefined : slot;
  }

  private printValue(value: Value, depth: number, pos: Pos): string {
    const scalar = (element: string, text: string): string => empty(depth, element, [["value", text]]);
    switch (typeof value) {
      case "number":
      case "bigint":
        return scalar("int", String(value));
      case "boolean":
        return scalar("bool", String(value));
      case "string":
        return scalar("string", value);
      case "object":
        break;
    }
    if (value === null) return empty(depth, "null");
    if (value instanceof NixString) {
      this.collector.add(value.context);
      return scalar("string", value.text);
    }
    if (value instanceof NixPath) return scalar("path", value.path);
    if (value instanceof NixFloat) return scalar("float", printFloat(value.value));
    if (value instanceof Attrs) {
      return this.evaluator.isDerivation(value)
        ? this.printDerivation(value, depth)
        : nest(depth, "attrs", [], this.printAttrs(value, depth + 1));
    }
    if (Array.isArray(value)) {
      const items = (value as NixList).map((item) => this.print(item, pos, depth + 1));
      return nest(depth, "list", [], items.join(""));
    }
    return value instanceof Lambda ? this.printLambda(value, depth) : empty(depth, "unevaluated");
  }

  private printDerivation(attrs: Attrs, depth: number): string {
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
    const isNew = path !== undefined && path !== "" && !this.seenDerivations.has(path);
    if (isNew) this.seenDerivations.add(path as string);
    const content = isNew ? this.printAttrs(attrs, depth + 1) : empty(depth + 1, "repeated");
    return nest(depth, "derivation", xmlAttributes, content);
  }

  private printAttrs(attrs: Attrs, depth: number): string {
    let text = "";
    for (const index of attrs.lexicalOrder(this.evaluator.symbols)) {
      const name = this.evaluator.symbols.name(attrs.shape.symbols[index] as Symbol);
      const pos = attrs.shape.positionAt(index);
      const content = this.print(attrs.values[index] as Slot, pos, depth + 1);
      text += nest(depth, "attr", sorted([["name", name], ...this.place(pos)]), content);
    }
    return text;
  }

  private printLambda({ code }: Lambda, depth: number): string {
    const name = code.argument === undefined ? undefined : this.evaluator.symbols.name(code.argument);
    if (code.formals === undefined) {
      const pattern = empty(depth + 1, "varpat", [["name", name ?? ""]]);
      return nest(depth, "function", sorted(this.place(code.pos)), pattern);
    }
    const xmlAttributes: [string, string][] = [];
    if (code.ellipsis) xmlAttributes.push(["ellipsis", "1"]);
    if (name !== undefined) xmlAttributes.push(["name", name]);
    const names = code.formals.map((formal) => this.evaluator.symbols.name(formal.symbol)).sort();
    const formals = names.map((formal) => empty(depth + 2, "attr", [["name", formal]])).join("");
    const pattern = nest(depth + 1, "attrspat", xmlAttributes, formals);
    return nest(depth, "function", sorted(this.place(code.pos)), pattern);
  }

  private place(pos: Pos): [string, string][] {
    const position = this.options.location ? this.evaluator.position(pos) : undefined;
    if (position === undefined) return [];
    const { line, column } = lineAndColumn(position);
    const { origin } = position.file;
    const path: [string, string][] = origin.kind === "path" ? [["path", origin.path]] : [];
    return [...path, ["line", String(line)], ["column", String(column)]];
  }
}

function sorted(xmlAttributes: XmlAttributes): XmlAttributes {
  return xmlAttributes.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function empty(depth: number, element: string, xmlAttributes: XmlAttributes = []): string {
  return `${"  ".repeat(depth)}<${element}${printAttributes(xmlAttributes)} />\n`;
}

function nest(depth: number, element: string, xmlAttributes: XmlAttributes, content: string): string {
  const indent = "  ".repeat(depth);
  return `${indent}<${element}${printAttributes(xmlAttributes)}>\n${content}${indent}</${element}>\n`;
}

function printAttributes(xmlAttributes: XmlAttributes): string {
  return xmlAttributes.map(([name, value]) => ` ${name}="${escape(value)}"`).join("");
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
  return text.replace(/["<>&\n]/g, (char) => entities[char] as string);
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
