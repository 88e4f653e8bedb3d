// A program as a tree of pieces of text, so that a program which shows a difference can be made smaller: each node stands
// for an expression, and any node may stand where another one stood.

import type { Random } from "./random.ts";

export interface Node {
  readonly parts: readonly (string | Node)[];
  /** In parentheses when it stands inside another expression. */
  readonly enclosed: boolean;
}

/** What stands for itself, without parentheses. */
export function atom(text: string): Node {
  return { parts: [text], enclosed: false };
}

/** An expression written as a template with expressions in it, of which those that are strings stand as they are. */
export function form(texts: TemplateStringsArray, ...inner: (string | Node)[]): Node {
  const parts: (string | Node)[] = [];
  texts.forEach((text, index) => {
    parts.push(text);
    const part = inner[index];
    if (part !== undefined) parts.push(part);
  });
  return { parts, enclosed: true };
}

/** The same without parentheses around it: a set, a list, a string. */
export function closed(texts: TemplateStringsArray, ...inner: (string | Node)[]): Node {
  return { ...form(texts, ...inner), enclosed: false };
}

export function bare(node: Node): Node {
  return { ...node, enclosed: false };
}

/** Expressions with something between them, as a part of a form. */
export function joined(nodes: readonly (string | Node)[], between: string): Node {
  return { parts: nodes.flatMap((node, index) => (index === 0 ? [node] : [between, node])), enclosed: false };
}

export function printTree(node: Node): string {
  return node.parts.map((part) => (typeof part === "string" ? part : printInside(part))).join("");
}

function printInside(node: Node): string {
  return node.enclosed ? `(${printTree(node)})` : printTree(node);
}

/** Over several lines, here and there. */
export function spread(node: Node, random: Random): Node {
  const parts = node.parts.map((part) => {
    if (typeof part !== "string") return spread(part, random);
    return part.replace(/; | in |, | then | else | \+ /g, (between) =>
      random.chance(0.3)
        ? `${between.trimEnd()}${random.pick(["\n", "\n  ", "\n\n", " # …\n", "\t", "\r\n"])} `
        : between,
    );
  });
  return { ...node, parts };
}

function size(node: Node): number {
  return node.parts.reduce((sum, part) => sum + (typeof part === "string" ? 0 : size(part)), 1);
}

/** Smaller programs, boldest first: a part instead of the whole, a part's part instead of a part, a plain value instead. */
export function smaller(node: Node): Node[] {
  const candidates: Node[] = [];
  for (const part of node.parts) if (typeof part !== "string") candidates.push(part);
  node.parts.forEach((part, index) => {
    if (typeof part === "string") return;
    for (const replacement of [...plainValues, ...smaller(part)]) {
      if (size(replacement) > size(part) || printTree(replacement) === printTree(part)) continue;
      if (size(part) === 1 && printTree(replacement).length >= printTree(part).length) continue;
      candidates.push({ ...node, parts: node.parts.with(index, replacement) });
    }
  });
  return candidates.toSorted((a, b) => size(a) - size(b));
}

const plainValues = ["1", "x", '""', "{ }", "[ ]"].map(atom);
