// What the tabulator key offers: files where there is a slash, attributes behind a dot, variables elsewhere. The set before
// the dot is evaluated; that it fails is nothing to tell.

import { readdirSync } from "node:fs";
import { hostPath } from "#host";
import { Attrs } from "#language";
import type { Repl } from "./repl.ts";

export interface Completions {
  /** The part of the text that is to be completed, at its end. */
  readonly begun: string;
  /** What it can become, in order. */
  readonly words: readonly string[];
}

/** `text` is the line up to the cursor. */
export function complete(repl: Repl, text: string): Completions {
  const begun = /[^ \n\r\t(){}[\]]*$/.exec(text)?.[0] ?? "";
  return { begun, words: wordsFor(repl, begun).toSorted() };
}

function wordsFor(repl: Repl, begun: string): string[] {
  const slash = begun.lastIndexOf("/");
  if (slash >= 0) return files(begun.slice(0, slash), begun.slice(slash + 1));
  const dot = begun.lastIndexOf(".");
  if (dot >= 0) return attributes(repl, begun.slice(0, dot), begun.slice(dot + 1));
  return [...new Set(repl.scope.variables())].filter((name) => name.startsWith(begun));
}

function files(folder: string, begun: string): string[] {
  try {
    const names = readdirSync(hostPath(folder === "" ? "/" : folder), "latin1");
    return names
      .filter((name) => !name.startsWith(".") && name.startsWith(begun))
      .map((name) => `${folder === "/" ? "" : folder}/${name}`);
  } catch {
    return [];
  }
}

function attributes(repl: Repl, set: string, begun: string): string[] {
  const { evaluator, folder } = repl.host;
  const { depth } = evaluator;
  try {
    const value = evaluator.undisturbed(() => repl.scope.read(set, folder).evaluate());
    if (!(value instanceof Attrs)) return [];
    const names = value.symbols.map((symbol) => evaluator.symbols.name(symbol));
    return names.filter((name) => name.startsWith(begun)).map((name) => `${set}.${name}`);
  } catch {
    return [];
  } finally {
    evaluator.depth = depth;
  }
}
