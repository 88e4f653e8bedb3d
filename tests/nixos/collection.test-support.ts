// An evaluator over the collection and the tables of these tests, at paths that are the same everywhere: /collection and
// /tables.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { BaseError, createBuiltins, createEvaluator, type Evaluator, MemoryIO } from "#language";

const collection = join(import.meta.dirname, "../../collection");

export function openCollection(tables: string): Evaluator {
  const io = new MemoryIO();
  const addFolder = (folder: string, path: string): void => {
    for (const name of readdirSync(folder)) {
      const from = join(folder, name);
      if (statSync(from).isDirectory()) addFolder(from, `${path}/${name}`);
      else io.addFile(`${path}/${name}`, readFileSync(from, "latin1"));
    }
  };
  addFolder(join(import.meta.dirname, tables), "/tables");
  for (const room of ["lib", "modules", "stdenv"]) addFolder(join(collection, room), `/collection/${room}`);
  for (const name of ["nixpkgs-interface.nix", "nixpkgs-names.nix"])
    io.addFile(`/collection/${name}`, readFileSync(join(collection, name), "latin1"));
  return createEvaluator({ io, builtins: createBuiltins() });
}

export function evaluateToData(evaluator: Evaluator, expr: string): unknown {
  const value = evaluator.evalExpr(`builtins.unsafeDiscardStringContext (builtins.toJSON (${expr}))`, "/tables");
  assert.equal(typeof value, "string");
  return JSON.parse(Buffer.from(value as string, "latin1").toString("utf8"));
}

/** The words of the error that evaluating `expr` wholly ends with. */
export function errorOf(evaluator: Evaluator, expr: string): string {
  try {
    evaluator.forceDeep(evaluator.evalExpr(expr, "/tables"));
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return Buffer.from(error.message, "latin1").toString("utf8");
  }
  return "nothing fails";
}

/** Each line of a golden is a case. */
export function readGolden(path: string): Record<string, unknown> {
  const lines = readFileSync(join(import.meta.dirname, path), "utf8")
    .trimEnd()
    .split("\n");
  const cases = lines.map((line) => JSON.parse(line) as { readonly key: string; readonly value: unknown });
  return Object.fromEntries(cases.map(({ key, value }) => [key, value]));
}
