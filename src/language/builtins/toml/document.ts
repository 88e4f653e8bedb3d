// The tables of a TOML document while it is read, and which definitions may follow which. What a refused definition has made
// on its way stays.

import type { Value } from "../../values/value.ts";
import { type Place, TomlProblem } from "./report.ts";
import type { TomlTime } from "./scalars.ts";

export type TomlValue = TomlTable | TomlList | TomlScalar;

/** How a table came about decides how it may be added to. */
export type TableOrigin = "implicit" | "header" | "dotted" | "inline";

export interface TomlTable {
  readonly kind: "table";
  origin: TableOrigin;
  place: Place;
  readonly entries: Map<string, TomlValue>;
}
interface TomlList {
  readonly kind: "list";
  /** Of the tables under `[[headers]]`; such a list can be added to. */
  readonly isOfHeaders: boolean;
  readonly place: Place;
  readonly items: TomlValue[];
}
interface TomlScalar {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: Value | TomlTime;
}

export interface Key {
  readonly names: readonly string[];
  /** Of the key, or of the whole header. */
  readonly place: Place;
}

export function newTable(origin: TableOrigin, place: Place): TomlTable {
  return { kind: "table", origin, place, entries: new Map() };
}

/** `[a.b]`: the table to which what follows belongs. */
export function openTable(root: TomlTable, key: Key): TomlTable {
  const { table: parent, name } = descend(root, key, "implicit");
  const existing = parent.entries.get(name);
  if (existing === undefined) {
    const table = newTable("header", key.place);
    parent.entries.set(name, table);
    return table;
  }
  if (existing.kind !== "table" || existing.origin !== "implicit") {
    throw clash("toml::insert_value: failed to insert a table, table already defined", [
      [key.place, "inserting this"],
      [existing.place, "this table is explicitly defined"],
    ]);
  }
  existing.origin = "header";
  existing.place = key.place;
  return existing;
}

/** `[[a.b]]`. */
export function openArrayTable(root: TomlTable, key: Key): TomlTable {
  const { table: parent, name } = descend(root, key, "implicit");
  const existing = parent.entries.get(name);
  const table = newTable("header", key.place);
  if (existing === undefined) {
    parent.entries.set(name, { kind: "list", isOfHeaders: true, place: key.place, items: [table] });
    return table;
  }
  if (!isListOfTables(existing)) {
    throw clash("toml::insert_value: failed to insert an array of tables, value already exists", [
      [key.place, "while inserting this"],
      [existing.place, "non-table value already exists"],
    ]);
  }
  if (!existing.isOfHeaders) {
    throw clash("toml::insert_value: failed to insert a table, inline array of tables is immutable", [
      [key.place, "while inserting this"],
      [existing.place, "this is inline array-of-tables"],
    ]);
  }
  existing.items.push(table);
  return table;
}

/** `a.b = value` in a table that is open. */
export function setValue(open: TomlTable, key: Key, value: TomlValue): void {
  const { table, name } = descend(open, key, "dotted");
  const existing = table.entries.get(name);
  if (existing !== undefined) {
    throw clash("toml::insert_value: failed to insert a value, value already exists", [
      [key.place, "inserting this"],
      [existing.place, "but value already exists"],
    ]);
  }
  table.entries.set(name, value);
}

/** To the table in which the last name of the key belongs. Tables that are not there come about as `origin` says. */
function descend(
  root: TomlTable,
  { names, place }: Key,
  origin: "implicit" | "dotted",
): { readonly table: TomlTable; readonly name: string } {
  let table = root;
  for (const name of names.slice(0, -1)) {
    const existing = table.entries.get(name);
    if (existing === undefined) {
      const next = newTable(origin, place);
      table.entries.set(name, next);
      table = next;
    } else {
      table = enter(existing, place, origin === "dotted");
    }
  }
  return { table, name: names.at(-1) as string };
}

function enter(existing: TomlValue, place: Place, isDotted: boolean): TomlTable {
  if (existing.kind === "table") {
    if (existing.origin === "inline") {
      throw clash("toml::insert_value: failed to insert a value: inline table is immutable", [
        [place, "inserting this"],
        [existing.place, "to this table"],
      ]);
    }
    if (isDotted && existing.origin !== "dotted") {
      throw clash("toml::insert_value: reopening a table using dotted keys", [
        [place, "dotted key cannot reopen a table"],
        [existing.place, "this table is already closed"],
      ]);
    }
    return existing;
  }
  if (!isListOfTables(existing)) {
    throw clash("toml::insert_value: failed to insert a value, value already exists", [
      [place, "while inserting this"],
      [existing.place, "non-table value already exists"],
    ]);
  }
  if (!existing.isOfHeaders) {
    throw clash("toml::insert_value:inline array of tables are immutable", [
      [place, "inserting this"],
      [existing.place, "inline array of tables"],
    ]);
  }
  if (isDotted) {
    throw clash("toml::insert_value:dotted key cannot reopen an array-of-tables", [
      [place, "inserting this"],
      [existing.place, "to this array-of-tables."],
    ]);
  }
  return existing.items.at(-1) as TomlTable;
}

/** An empty list is none. */
function isListOfTables(value: TomlValue): value is TomlList {
  if (value.kind !== "list") return false;
  return value.isOfHeaders || (value.items.length > 0 && value.items.every(({ kind }) => kind === "table"));
}

function clash(title: string, remarks: readonly (readonly [place: Place, text: string])[]): TomlProblem {
  return new TomlProblem(
    title,
    remarks.map(([place, text]) => ({ place, text })),
  );
}
