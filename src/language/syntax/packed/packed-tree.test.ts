// A tree that was packed is the tree that was parsed, whatever program of the goldens it is of.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { BaseError } from "../../errors/index.ts";
import { type ParsedFile, parseFile } from "../index.ts";
import { packTree } from "./pack-tree.ts";
import { PackedTree } from "./packed-tree.ts";

function goldenSources(folder: URL): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && name !== "files.json")
    .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as { source: string }[])
    .map(({ source }) => source);
}

const sources = [
  ...goldenSources(new URL("../golden/", import.meta.url)),
  ...goldenSources(new URL("../../builtins/golden/", import.meta.url)),
];

function parse(text: string): ParsedFile | undefined {
  try {
    const features = new Set(["pipe-operators"]);
    return parseFile({ origin: { kind: "string" }, text, baseDirectory: "/base", homeDirectory: "/root", features });
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return undefined;
  }
}

function unpackAll<T>(value: T): T {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key as unknown, unpackAll(item)])) as T;
  if (Array.isArray(value)) return value.map(unpackAll) as T;
  if (typeof value !== "object" || value === null) return value;
  if ("kind" in value && value.kind === "packed") return unpackAll((value as unknown as { unpack(): T }).unpack());
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpackAll(item as unknown)])) as T;
}

test("every tree comes back from its bytes as it was", () => {
  let count = 0;
  for (const source of sources) {
    const parsed = parse(source);
    if (parsed === undefined) continue;
    count++;
    const { expr, names } = parsed;
    const tree = new PackedTree(packTree(expr, names), "/base");
    assert.deepEqual(tree.names.slice(0, names.size), [...names]);
    assert.deepEqual(unpackAll(tree.root), unpackAll(expr), source);
  }
  assert.ok(count > 3000, `only ${count} programs`);
});

test("a relative path means the folder that the tree is read for", () => {
  const { expr, names } = parse("[ ./a ../b/c.nix /d ~/e ./f/${g}/h ]") as ParsedFile;
  const bytes = packTree(expr, names);
  const paths = (folder: string): string[] =>
    JSON.stringify(unpackAll(new PackedTree(bytes, folder).root)).match(/(?<="path":")[^"]+/g) ?? [];
  assert.deepEqual(paths("/x/y"), ["/x/y/a", "/x/b/c.nix", "/d", "/root/e", "/x/y/f/"]);
});

test("what is not needed is not read", () => {
  const { expr, names } = parse(
    "{ a = f (g 1 2 3 4 5 6); b = x: y: { c = [ 1 2 3 4 5 6 7 8 ]; }; d = 1; }",
  ) as ParsedFile;
  const { root } = new PackedTree(packTree(expr, names), "/");
  assert.equal(root.kind, "attrs");
  const kinds = [...(root.kind === "attrs" ? root.attrs : [])].map(([, def]) => def.kind === "plain" && def.value.kind);
  assert.deepEqual(kinds, ["packed", "lambda", "int"]);
});
