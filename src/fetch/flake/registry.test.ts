// Registries: the first that knows a name counts, a branch or commit is handed on, cycles and odd files are told.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type InputAttributes, type InputContext, parseFlakeReference } from "#formats";
import { lookUpInRegistries, readRegistry, type Registry, type RegistryEntry, writeRegistry } from "./registry.ts";

const folder = mkdtempSync(join(tmpdir(), "firn-registry-"));
after(() => rmSync(folder, { recursive: true }));
const warnings: string[] = [];
const context: InputContext = { requireFeature: () => undefined, warn: (text) => warnings.push(text) };
const input = (text: string): InputAttributes => parseFlakeReference(text, context).input;
const entry = (from: string, to: string, isExact = false): RegistryEntry => ({
  from: input(from),
  to: input(to),
  folder: undefined,
  isExact,
});
const registry = (...entries: RegistryEntry[]): Registry => ({ kind: "user", entries });
const resolve = (registries: readonly Registry[], text: string) =>
  Object.fromEntries(lookUpInRegistries(registries, input(text)).input);

test("the first registry that knows a name counts, and names lead to names", () => {
  const first = registry(entry("a", "b"));
  const second = registry(entry("a", "path:/wrong"), entry("b", "path:/right"));
  assert.deepEqual(resolve([first, second], "a"), { type: "path", path: "/right" });
});

test("a branch that is asked for is asked of what the name leads to, unless the entry is exact", () => {
  const github = registry(entry("n", "github:o/r/old"));
  assert.deepEqual(resolve([github], "n/new"), { type: "github", owner: "o", repo: "r", ref: "new" });
  const exact = registry(entry("n", "github:o/r", true));
  assert.throws(() => resolve([exact], "n/new"), /cannot find flake 'flake:n\/new' in the flake registries/);
  assert.throws(() => resolve([registry(entry("n", "path:/x"))], "n/new"), /don't know how to set branch\/tag name/);
});

test("names that lead to each other are a cycle", () => {
  assert.throws(() => resolve([registry(entry("a", "b"), entry("b", "a"))], "a"), /cycle detected in flake registry/);
});

test("a registry is read as it was written; one that cannot be read is told of and empty", () => {
  const path = join(folder, "below/registry.json");
  const written: RegistryEntry = { ...entry("a", "path:/x"), folder: "sub" };
  writeRegistry(path, [written, entry("b", "path:/y", true)]);
  assert.equal(
    readFileSync(path, "utf8").split("\n").slice(0, 5).join("\n"),
    '{\n  "flakes": [\n    {\n      "from": {\n        "id": "a",',
  );
  assert.deepEqual(readRegistry(path, "user", context).entries, [written, entry("b", "path:/y", true)]);
  assert.deepEqual(readRegistry(join(folder, "nothing"), "user", context).entries, []);
  for (const text of ["{", '{"version":3}', '{"version":2,"flakes":[{}]}']) {
    writeFileSync(path, text);
    warnings.length = 0;
    assert.deepEqual(readRegistry(path, "user", context).entries, []);
    assert.match(warnings.join(), /^cannot (read|parse) flake registry/);
  }
});
