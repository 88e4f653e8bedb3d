// The types by which programs are made: those of the language, with what lists, sets and functions hold.

import type { Random } from "./random.ts";

export type Type =
  | { readonly kind: "int" | "float" | "bool" | "string" | "null" | "path" | "derivation" }
  | { readonly kind: "list"; readonly element: Type }
  | { readonly kind: "set"; readonly fields: Readonly<Record<string, Type>> }
  | { readonly kind: "function"; readonly from: Type; readonly to: Type };

export const int: Type = { kind: "int" };
export const float: Type = { kind: "float" };
export const bool: Type = { kind: "bool" };
export const string: Type = { kind: "string" };
export const path: Type = { kind: "path" };
export const derivation: Type = { kind: "derivation" };
export const list = (element: Type): Type => ({ kind: "list", element });
export const set = (fields: Readonly<Record<string, Type>>): Type => ({ kind: "set", fields });
export const fn = (from: Type, to: Type): Type => ({ kind: "function", from, to });

export const attributeNames = ["a", "b", "c", "d", "name", "value", "x-y", "q'"];

const simple = ["int", "int", "float", "bool", "string", "string", "null", "path"] as const;

export function randomType(random: Random, depth = 2): Type {
  const kind = random.below(depth > 0 ? 12 : 8);
  if (kind < 8) return { kind: simple[kind] ?? "int" };
  if (kind < 10) return list(randomType(random, depth - 1));
  if (kind === 10) {
    const names = random.times(3, () => random.pick(attributeNames));
    return set(Object.fromEntries(names.map((name) => [name, randomType(random, depth - 1)])));
  }
  return random.chance(0.2) ? derivation : fn(randomType(random, 0), randomType(random, depth - 1));
}

export function isSameType(a: Type, b: Type): boolean {
  if (a.kind === "list" && b.kind === "list") return isSameType(a.element, b.element);
  if (a.kind === "function" && b.kind === "function") return isSameType(a.from, b.from) && isSameType(a.to, b.to);
  if (a.kind === "set" && b.kind === "set") {
    const names = Object.keys(a.fields);
    return (
      names.length === Object.keys(b.fields).length &&
      names.every((name) => {
        const [left, right] = [a.fields[name], b.fields[name]];
        return left !== undefined && right !== undefined && isSameType(left, right);
      })
    );
  }
  return a.kind === b.kind;
}
