// XML as Nix prints it (XMLWriter): attributes in byte order, indented by two, no text nodes.

import type { Output } from "../program/output.ts";

export type XmlAttributes = Readonly<Record<string, string>>;

export class XmlWriter {
  private readonly open: string[] = [];
  private readonly output: Output;

  constructor(output: Output) {
    this.output = output;
    output.writeLine("<?xml version='1.0' encoding='utf-8'?>");
  }

  element(name: string, attributes: XmlAttributes, inner: () => void): void {
    this.output.writeLine(`${this.indent}<${name}${printAttributes(attributes)}>`);
    this.open.push(name);
    try {
      inner();
    } finally {
      // What fails leaves a document that can be read.
      this.open.pop();
      this.output.writeLine(`${this.indent}</${name}>`);
    }
  }

  emptyElement(name: string, attributes: XmlAttributes): void {
    this.output.writeLine(`${this.indent}<${name}${printAttributes(attributes)} />`);
  }

  private get indent(): string {
    return "  ".repeat(this.open.length);
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': "&quot;",
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  "\n": "&#xA;",
};

function printAttributes(attributes: XmlAttributes): string {
  return Object.keys(attributes)
    .toSorted()
    .map((name) => ` ${name}="${(attributes[name] ?? "").replace(/["<>&\n]/g, (char) => escapes[char] ?? char)}"`)
    .join("");
}
