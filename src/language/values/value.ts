// What an expression evaluates to. Cheap things are JavaScript's own: booleans, null, strings without context (one char
// a byte), integers that are safe as numbers (`bigint` beyond, always normalised), lists as arrays. Everything else is a
// small class. A slot is where a value stands or will stand: an element of a list or set, a variable, an argument.
//
// Two slots are the same place, in the sense in which Nix compares pointers, exactly when they are identical here.

import type { Attrs } from "./attrs.ts";
import type { StringContext } from "./context.ts";
import type { Lambda } from "./lambda.ts";
import type { PrimOp, PrimOpApp } from "./prim-op.ts";
import type { Thunk } from "./thunk.ts";

export type Value =
  | number
  | bigint
  | boolean
  | null
  | string
  | NixString
  | NixFloat
  | NixPath
  | NixList
  | Attrs
  | Lambda
  | PrimOp
  | PrimOpApp;

export type Slot = Value | Thunk;

/** Never changed once made. */
export type NixList = readonly Slot[];

/**
 * Places to be filled, to copy with `slice()`: an array that grows by `push` keeps room for up to 17 elements more than it
 * has, and one of `new Array(n)` is slower to read.
 */
export function emptySlots(count: number): Slot[] {
  return Array.from({ length: count }, () => null);
}

export class NixFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A string with context; a string whose context is empty is a plain JavaScript string. */
export class NixString {
  readonly text: string;
  readonly context: StringContext;
  constructor(text: string, context: StringContext) {
    this.text = text;
    this.context = context;
  }
}

/** Absolute and canonical, or a pseudo-path such as `«nix-internal»/derivation-internal.nix`. */
export class NixPath {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

/** A string value: plain when the context is empty. */
export function stringValue(text: string, context: StringContext): string | NixString {
  return context.elements.length === 0 ? text : new NixString(text, context);
}
