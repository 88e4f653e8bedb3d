// The bundler cuts the program into pieces: what only some commands reach is not in the way of the others. As modules each
// would be a file to find and to compile. Here they become functions in a few scripts, a script for each kind of command,
// which tools/start/load-program.ts runs as they are asked for.

import { basename } from "node:path";
import type { Metafile, OutputFile } from "esbuild";

/** A script and the files of src whose commands it serves; what several need is in the first that needs it. */
export interface ScriptPlan {
  readonly name: string;
  readonly entries: readonly string[];
}

/** The text of each script: an object of functions, a function for each piece. What no plan reaches is in the last. */
export function linkScripts(
  outputs: readonly OutputFile[],
  metafile: Metafile,
  plans: readonly ScriptPlan[],
): Map<string, string> {
  const texts = new Map(outputs.map(({ path, text }) => [basename(path), text]));
  const ids = assignPieces(metafile, plans);
  const scripts = new Map(plans.map(({ name }) => [name, [] as string[]]));
  for (const [piece, id] of ids) {
    scripts
      .get(scriptOf(id))
      ?.push(`${JSON.stringify(id)}(load,later,require,__bundleUrl){${linkPiece(texts.get(piece) ?? "", ids)}}`);
  }
  return new Map([...scripts].map(([name, functions]) => [name, `"use strict";({${functions.join(",\n")}})\n`]));
}

/** A name `SCRIPT/NUMBER` for each piece, which says where it is; the program's entry is the first piece of the first. */
function assignPieces({ outputs }: Metafile, plans: readonly ScriptPlan[]): Map<string, string> {
  const ids = new Map<string, string>();
  const assign = (output: string, script: string): void => {
    const piece = basename(output);
    if (ids.has(piece)) return;
    ids.set(piece, `${script}/${ids.size}`);
    for (const { kind, path } of outputs[output]?.imports ?? []) if (kind === "import-statement") assign(path, script);
  };
  const outputOf = new Map(Object.entries(outputs).map(([output, { entryPoint }]) => [entryPoint, output]));
  for (const { name, entries } of plans) {
    for (const entry of entries) {
      const output = outputOf.get(entry);
      if (output === undefined) throw new Error(`no piece begins with ${entry}`);
      assign(output, name);
    }
  }
  for (const output of Object.keys(outputs)) assign(output, plans.at(-1)?.name ?? "");
  return ids;
}

function scriptOf(id: string): string {
  return id.slice(0, id.indexOf("/"));
}

/** A module's text as the body of a function: what it imports it loads, what it exports it gives back. */
function linkPiece(text: string, ids: ReadonlyMap<string, string>): string {
  const idOf = (piece: string): string => {
    const id = ids.get(piece);
    if (id === undefined) throw new Error(`there is no piece ${piece}`);
    return JSON.stringify(id);
  };
  const loads: string[] = [];
  let rest = text;
  for (;;) {
    const found = /^\s*import\s*(?:\{([^{}]*)\}\s*from\s*)?"\.\/([^"]+)";/.exec(rest);
    if (found === null) break;
    const [whole, names, piece = ""] = found;
    loads.push(
      names === undefined ? `load(${idOf(piece)});` : `var{${names.replaceAll(/\sas\s/g, ":")}}=load(${idOf(piece)});`,
    );
    rest = rest.slice(whole.length);
  }
  rest = rest.replaceAll(/\bimport\("\.\/([^"]+)"\)/g, (_, piece: string) => `later(${idOf(piece)})`);
  // The licences of what is bundled come after the exports. A package in CommonJS is one default export, which has its names.
  const exported = /export\s*(?:\{([^{}]*)\}|default([^;]*));?\s*((?:\/\*[\s\S]*?\*\/\s*)*)$/.exec(rest);
  if (exported === null) return `${loads.join("")}${rest}return{};`;
  const [, names = "", whole, licences = ""] = exported;
  const given = names.split(",").map((name) => name.trim().replace(/^(\S+)\s+as\s+(\S+)$/, "$2:$1"));
  return `${loads.join("")}${rest.slice(0, exported.index)}return ${whole ?? `{${given.join(",")}}`};${licences}`;
}
