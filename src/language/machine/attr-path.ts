// Attribute paths as users write them on the command line: `-A a.b."c.d".0`.

import { BaseError, bestMatches, EvalError, hint, TypeError } from "../errors/index.ts";
import { Attrs } from "../values/attrs.ts";
import { noPos, type Pos } from "../values/position.ts";
import { force } from "../values/thunk.ts";
import { typeName } from "../values/type-name.ts";
import type { Slot, Value } from "../values/value.ts";
import { autoCall } from "./auto-call.ts";
import type { Evaluator } from "./evaluator.ts";
import { unclosedQuote } from "./failures.ts";
import { isList } from "./force.ts";

/** The path leads nowhere; commands that try several paths go on with the next. */
export class AttrPathNotFound extends BaseError {}

export interface FoundAttr {
  /** Not forced. */
  readonly slot: Slot;
  readonly pos: Pos;
}

/** Splits at dots; quotes keep a dot. An empty path has no parts. */
export function parseAttrPath(path: string): string[] {
  const parts: string[] = [];
  let current = "";
  for (let i = 0; i < path.length; i++) {
    const char = path.charAt(i);
    if (char === ".") {
      parts.push(current);
      current = "";
    } else if (char === '"') {
      const end = path.indexOf('"', i + 1);
      if (end < 0) throw unclosedQuote(path);
      current += path.slice(i + 1, end);
      i = end;
    } else current += char;
  }
  if (current !== "") parts.push(current);
  return parts;
}

export function findAlongAttrPath(evaluator: Evaluator, path: string, autoArgs: Attrs, root: Slot): FoundAttr {
  let slot = root;
  let pos: Pos = noPos;
  for (const part of parseAttrPath(path)) {
    const value = force(autoCall(evaluator, autoArgs, slot));
    if (/^[0-9]+$/.test(part) && Number(part) <= 0xffffffff) {
      slot = elementAt(value, Number(part), path);
      pos = noPos;
    } else {
      const found = attributeAt(evaluator, value, part, path);
      slot = found.slot;
      pos = found.pos;
    }
  }
  return { slot, pos };
}

function attributeAt(evaluator: Evaluator, value: Value, name: string, path: string): FoundAttr {
  if (!(value instanceof Attrs)) throw shouldBe("a set", value, path);
  if (name === "") throw emptyName(path);
  const symbol = evaluator.symbols.find(name);
  const slot = symbol === undefined ? undefined : value.get(symbol);
  if (symbol === undefined || slot === undefined) {
    const names = value.symbols.map((other) => evaluator.symbols.name(other));
    throw new AttrPathNotFound(hint`attribute '${name}' in selection path '${path}' not found`, {
      suggestions: bestMatches(names, name),
    });
  }
  return { slot, pos: value.positionOf(symbol) };
}

function elementAt(value: Value, index: number, path: string): Slot {
  if (!isList(value)) throw shouldBe("a list", value, path);
  const slot = value[index];
  if (slot === undefined) {
    throw new AttrPathNotFound(hint`list index ${index} in selection path '${path}' is out of range`);
  }
  return slot;
}

function shouldBe(wanted: "a set" | "a list", value: Value, path: string): TypeError {
  const actual = typeName(value);
  return wanted === "a set"
    ? new TypeError(hint`the expression selected by the selection path '${path}' should be a set but is ${actual}`)
    : new TypeError(hint`the expression selected by the selection path '${path}' should be a list but is ${actual}`);
}

function emptyName(path: string): EvalError {
  return new EvalError(hint`empty attribute name in selection path '${path}'`);
}
