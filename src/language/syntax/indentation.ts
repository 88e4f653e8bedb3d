// Indented strings: the common indentation of all lines is removed (ParserState::stripIndentation). Only spaces count, so
// a tab is text; lines of spaces alone do not count, and a last line of spaces alone is dropped.

import type { Expr, Offset } from "./ast.ts";

export type IndentedPart =
  | { readonly kind: "text"; readonly text: string; readonly hasIndentation: boolean; readonly pos: Offset }
  | { readonly kind: "interpolation"; readonly expr: Expr; readonly pos: Offset };

/** `pos` is where the string begins. */
export function stripIndentation(pos: Offset, parts: readonly IndentedPart[]): Expr {
  const indentation = commonIndentation(parts);
  const stripped: { readonly expr: Expr; readonly pos: Offset }[] = [];
  let line: LineState = { atStart: true, dropped: 0 };
  for (const [index, part] of parts.entries()) {
    if (part.kind === "interpolation") {
      line = { atStart: false, dropped: 0 };
      stripped.push({ expr: part.expr, pos: part.pos });
      continue;
    }
    let text = stripText(part.text, indentation, line);
    if (index === parts.length - 1) text = text.replace(/\n *$/, "\n");
    if (text !== "") stripped.push({ expr: { kind: "string", text }, pos: part.pos });
  }
  const only = stripped[0];
  if (only === undefined) return { kind: "string", text: "" };
  if (stripped.length === 1 && only.expr.kind === "string") return only.expr;
  return { kind: "concatStrings", forceString: true, parts: stripped, pos };
}

interface LineState {
  /** Only spaces have been seen in this line. */
  atStart: boolean;
  /** How many of them. */
  dropped: number;
}

const space = 32;
const lineFeed = 10;

/** Infinity when no line has any text. */
function commonIndentation(parts: readonly IndentedPart[]): number {
  let smallest = Infinity;
  let current = 0;
  let atStart = true;
  const endIndentation = (): void => {
    atStart = false;
    smallest = Math.min(smallest, current);
  };
  for (const part of parts) {
    if (part.kind === "interpolation" || !part.hasIndentation) {
      if (atStart) endIndentation();
      continue;
    }
    const text = part.text;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === lineFeed) {
        atStart = true;
        current = 0;
      } else if (atStart) {
        if (code === space) current++;
        else endIndentation();
      }
      if (!atStart) {
        const end = text.indexOf("\n", i);
        i = end === -1 ? text.length : end - 1;
      }
    }
  }
  return smallest;
}

/** `line` carries over from one part to the next, because escapes and interpolations cut lines into parts. */
function stripText(text: string, indentation: number, line: LineState): string {
  let output = "";
  let i = 0;
  while (i < text.length) {
    if (line.atStart) {
      const code = text.charCodeAt(i);
      if (code === space) {
        if (line.dropped >= indentation) output += " ";
        line.dropped++;
        i++;
        continue;
      }
      line.dropped = 0;
      line.atStart = code === lineFeed;
      output += text.charAt(i);
      i++;
    } else {
      const end = text.indexOf("\n", i);
      const next = end === -1 ? text.length : end + 1;
      output += text.slice(i, next);
      line.atStart = end !== -1;
      i = next;
    }
  }
  return output;
}
