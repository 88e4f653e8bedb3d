// The tables of a TOML document while it is read, and which definitions may follow which.

import type { Value } from "../../values/value.ts";
import type { TomlTime } from "./scalars.ts";
import { type Place, type TomlError, tomlError } from "./toml-error.ts";

export type TomlValue = TomlTable | TomlTableArray | TomlList | TomlScalar;

/** How a table came about decides how it may be added to. */
export type TableOrigin = "implicit" | "header" | "dotted" | "inline";

export interface TomlTable {
  readonly kind: "table";
  origin: TableOrigin;
  place: Place;
  readonly entries: Map<string, TomlValue>;
}
interface TomlTableArray {
  readonly kind: "tables";
  readonly place: Place;
  readonly tables: TomlTable[];
}
interface TomlList {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly TomlValue[];
}
interface TomlScalar {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: Value | TomlTime;
}

export interface Key {
  readonly names: readonly string[];
  readonly place: Place;
}

export function newTable(origin: TableOrigin, place: Place): TomlTable {
  return { kind: "table", origin, place, entries: new Map() };
}

export class TomlDocument {
  readonly root = newTable("header", { start: 0, end: 0 });
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  /** `[a.b]`; `place` is the whole header. */
  openTable(key: Key, place: Place): TomlTable {
    const parent = this.parentOf(key, place);
    const name = key.names.at(-1) as string;
    const existing = parent.entries.get(name);
    if (existing === undefined) {
      const table = newTable("header", place);
      parent.entries.set(name, table);
      return table;
    }
    if (existing.kind !== "table" || existing.origin !== "implicit") {
      throw this.clash(
        "toml::insert_value: failed to insert a table, table already defined",
        { place, text: "inserting this" },
        { place: existing.place, text: "this table is explicitly defined" },
      );
    }
    existing.origin = "header";
    existing.place = place;
    return existing;
  }

  /** `[[a.b]]`. */
  openArrayTable(key: Key, place: Place): TomlTable {
    const parent = this.parentOf(key, place);
    const name = key.names.at(-1) as string;
    const existing = parent.entries.get(name);
    const table = newTable("header", place);
    if (existing === undefined) parent.entries.set(name, { kind: "tables", place, tables: [table] });
    else if (existing.kind === "tables") existing.tables.push(table);
    else {
      throw this.clash(
        "toml::insert_value: failed to insert an array of tables, value already exists",
        { place, text: "while inserting this" },
        { place: existing.place, text: "non-table value already exists" },
      );
    }
    return table;
  }

  private parentOf({ names }: Key, place: Place): TomlTable {
    let table = this.root;
    for (const name of names.slice(0, -1)) {
      const existing = table.entries.get(name);
      if (existing === undefined) {
        const next = newTable("implicit", place);
        table.entries.set(name, next);
        table = next;
      } else if (existing.kind === "table") {
        if (existing.origin === "inline") throw this.immutable(place, existing.place);
        table = existing;
      } else if (existing.kind === "tables") {
        table = existing.tables.at(-1) as TomlTable;
      } else {
        throw this.clash(
          "toml::insert_value: failed to insert a value, value already exists",
          { place, text: "while inserting this" },
          { place: existing.place, text: "non-table value already exists" },
        );
      }
    }
    return table;
  }

  /** `a.b = value` below the table that is open. */
  setValue(open: TomlTable, { names, place }: Key, value: TomlValue): void {
    let table = open;
    for (const name of names.slice(0, -1)) {
      const existing = table.entries.get(name);
      if (existing === undefined) {
        const next = newTable("dotted", place);
        table.entries.set(name, next);
        table = next;
      } else if (existing.kind !== "table") {
        throw this.clash(
          "toml::insert_value: failed to insert a value, value already exists",
          { place, text: "while inserting this" },
          { place: existing.place, text: "non-table value already exists" },
        );
      } else if (existing.origin === "inline") {
        throw this.immutable(place, existing.place);
      } else if (existing.origin === "header") {
        throw this.clash(
          "toml::insert_value: failed to insert a table, table already defined",
          { place, text: "inserting this" },
          { place: existing.place, text: "this table is explicitly defined" },
        );
      } else {
        table = existing;
      }
    }
    const name = names.at(-1) as string;
    const existing = table.entries.get(name);
    if (existing !== undefined) {
      throw this.clash(
        "toml::insert_value: failed to insert a value, value already exists",
        { place, text: "inserting this" },
        { place: existing.place, text: "but value already exists" },
      );
    }
    table.entries.set(name, value);
  }

  private immutable(place: Place, table: Place): TomlError {
    return this.clash(
      "toml::insert_value: failed to insert a value: inline table is immutable",
      { place, text: "inserting this" },
      { place: table, text: "to this table" },
    );
  }

  private clash(title: string, ...remarks: Parameters<typeof tomlError>[2]): TomlError {
    return tomlError(this.source, title, remarks);
  }
}
